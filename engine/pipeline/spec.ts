/**
 * The pipeline spec as plain data: what `galley.yaml` says once defaults are applied and short forms are expanded.
 * It has no positions (those are in the analysis) and is safe to send between processes as JSON.
 * The shape of the file itself is `schemas/galley.schema.json`.
 */
export type ParamValue = string | number | boolean;
export type ParamType = 'string' | 'number' | 'integer' | 'boolean';

export interface ParamSpec {
  type: ParamType;
  /** Absent: a value must be given for every run. */
  default?: ParamValue;
  minimum?: number;
  maximum?: number;
  /** The only values allowed. */
  options?: ParamValue[];
  description?: string;
}

export interface DatasetSpec {
  /** Path or glob, relative to the spec file's folder. */
  path: string;
  description?: string;
}

/** A shell line (every substituted value is quoted) or an argument vector (no shell). */
export type CommandSpec = string | string[];

export interface ModelOutputSpec {
  name: string;
  /** Reference to the output that holds the model, e.g. `outputs.model`. */
  from: string;
}

export interface ResourcesSpec {
  cpu?: number;
  /** Kubernetes notation, e.g. `4Gi`. */
  memory?: string;
  gpu?: number;
}

export interface SweepSpec {
  method: 'grid' | 'random';
  parallel: number;
  over: Record<string, ParamValue[]>;
  /** Only for `random`. */
  runs?: number;
}

export interface StageSpec {
  run: CommandSpec;
  /** References (`datasets.x`, `stages.s.outputs.o`) and paths, as written. */
  inputs: string[];
  /** Output name to path, relative to the spec file's folder. */
  outputs: Record<string, string>;
  /** Names of metrics that the stage's code logs. */
  metrics: string[];
  /** JSON file with metrics that the stage writes (`metrics: {file: …}`). */
  metricsFile?: string;
  model?: ModelOutputSpec;
  env: Record<string, string>;
  resources?: ResourcesSpec;
  /** Name of a backend that can train; `local` when not given. */
  backend: string;
  timeoutSeconds?: number;
  retries: number;
  sweep?: SweepSpec;
  description?: string;
}

/** A gate that a model version must pass before it may be deployed anywhere. */
export type TestSpec =
  | { kind: 'threshold'; metric: string; minimum?: number; maximum?: number }
  | { kind: 'against'; metric: string; against: string; maxDrop?: number; maxRise?: number }
  | { kind: 'command'; run: CommandSpec };

export interface ServeSpec {
  run: CommandSpec;
  /** HTTP path that answers 200 when the server is ready. */
  health: string;
  /** Seconds to wait for health; 60 when not given. */
  startSeconds: number;
}

export interface ApprovalPolicy {
  required: number;
  /** E-mail addresses; empty: anyone who can push the ledger. */
  from: string[];
  allowRequester: boolean;
}

export interface RolloutSpec {
  strategy: 'all-at-once' | 'canary';
  /** Percent of traffic per step; ends with 100. */
  steps: number[];
  waitSeconds: number;
}

export interface DeploymentSpec {
  model: string;
  target: string;
  /** Deployment in which the same version must be in service first. */
  after?: string;
  serve?: ServeSpec;
  /** Absent: no approval needed. */
  approvals?: ApprovalPolicy;
  rollout: RolloutSpec;
  description?: string;
}

export interface DriftSpec {
  columns: 'all' | string[];
  /** Share of drifted columns from which on the dataset counts as drifted, 0 to 1. */
  share: number;
  method?: string;
  threshold?: number;
}

export interface PerformanceSpec {
  metric: string;
  minimum?: number;
  maximum?: number;
  labels: string;
  key: string;
}

export type AlertReaction = 'notify' | 'retrain';

export interface MonitorSpec {
  deployment?: string;
  /** `datasets.x` or a path. */
  reference: string;
  current: string;
  drift?: DriftSpec;
  performance?: PerformanceSpec;
  /** Cron expression with five fields. */
  schedule?: string;
  onAlert: AlertReaction[];
}

export interface RetrainingSpec {
  schedule?: string;
  stages: 'all' | string[];
  params: Record<string, ParamValue>;
  /** Deployment to request for the version that the retraining makes. */
  thenRequest?: string;
}

export interface PipelineSpec {
  version: 1;
  name: string;
  description?: string;
  params: Record<string, ParamSpec>;
  datasets: Record<string, DatasetSpec>;
  stages: Record<string, StageSpec>;
  tests: Record<string, TestSpec>;
  deployments: Record<string, DeploymentSpec>;
  monitors: Record<string, MonitorSpec>;
  retraining: Record<string, RetrainingSpec>;
}
