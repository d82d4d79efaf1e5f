import type { Diagnostic } from './pipeline/diagnostics';
import type { BackendConfig, BackendStatus } from './backends/types';
import type { ErrorData } from './errors';
import type { Experiment, MetricPoint, Run } from './tracking/types';
import type { ModelVersion, RegisteredModel, TestResult } from './registry/types';
import type { RunState, StageStatus, StartRun } from './training/types';
import type {
  DeploymentRequest,
  DeploymentStatus,
  LedgerEvent,
  RequestDeployment,
  RolloutResult,
} from './deployment/types';
import type { Alert, DriftQuery, DriftReport, MonitorCheck, MonitorStatus } from './monitoring/types';

/**
 * The engine server's JSON-RPC contract (vscode-jsonrpc over Node IPC, `dist/engine.js`). One server serves many
 * project folders; every request names its `root`. Errors travel as a ResponseError whose `data` is an `ErrorData`.
 */

/** A spec file of a project in short, for the Pipelines view. */
export interface PipelineSummary {
  /** Relative to the root, with `/`. */
  file: string;
  name: string;
  errors: number;
  stages: PipelineStageSummary[];
  deployments: string[];
  monitors: string[];
  retraining: string[];
  /** Names of models that stages make. */
  models: string[];
  /** Params with their defaults as text, for prompts. */
  params: { name: string; type: string; default?: string; description?: string }[];
  /** Set when the file could not be read as a spec at all. */
  failure?: ErrorData;
}

export interface PipelineStageSummary {
  name: string;
  dependsOn: string[];
  metrics: string[];
  model?: string;
  description?: string;
  /** From the newest run that has this stage. */
  last?: { runId: string; status: StageStatus; startedAt?: number; endedAt?: number };
}

/** A run with what only Galley knows of it. */
export interface RunDetail {
  run: Run;
  /** Absent for a run that was not started by Galley. */
  state?: RunState;
  /** Versions registered from it. */
  versions: { model: string; version: string }[];
}

export interface RunList {
  runs: RunDetail[];
  total: number;
}

/** Metric history of one run; `x` values are parallel arrays to spare the transport. */
export interface MetricSeries {
  runId: string;
  key: string;
  steps: number[];
  timestamps: number[];
  /** NaN and infinities as the strings `NaN`, `Infinity`, `-Infinity` (JSON has none). */
  values: (number | 'NaN' | 'Infinity' | '-Infinity')[];
}

/** Everything that the deployment review page shows, read in one go. */
export interface DeploymentReview {
  request: DeploymentRequest;
  candidate: ReviewedVersion;
  /** Version in service now. */
  incumbent?: ReviewedVersion;
  tests: TestResult[];
  /** Candidate's training data against the incumbent's is a later step; the newest monitor check of the deployment. */
  lastCheck?: MonitorCheck;
  code: {
    base?: string;
    head: string;
    files: { path: string; added: number; removed: number }[];
    failure?: string;
  };
  rollout: string;
  events: LedgerEvent[];
  /** Set when what is shown is no longer what would be approved; says what changed. */
  stale?: string;
  /** Set when the version is not in this machine's registry, and what its requester recorded is shown; says so. */
  recorded?: string;
  me: { name: string; email: string };
}

export interface ReviewedVersion {
  version: ModelVersion;
  run?: Run;
}

export interface EngineRequests {
  'pipelines/list': { params: { root: string }; result: PipelineSummary[] };
  'pipelines/validate': { params: { root: string; files: string[] }; result: Diagnostic[] };

  'experiments/list': { params: { root: string }; result: Experiment[] };
  'runs/list': {
    params: { root: string; experimentIds: string[]; limit: number; offset: number };
    result: RunList;
  };
  'runs/get': { params: { root: string; runId: string }; result: RunDetail };
  'runs/series': { params: { root: string; runIds: string[]; keys: string[] }; result: MetricSeries[] };
  'runs/start': { params: { root: string; run: StartRun }; result: RunState };
  'runs/stop': { params: { root: string; runId: string }; result: RunState };
  'runs/active': { params: { root: string }; result: RunState[] };
  'runs/log': {
    params: { root: string; runId: string; offset: number; limit: number };
    result: { text: string; next: number; size: number };
  };

  'models/list': { params: { root: string }; result: { model: RegisteredModel; versions: ModelVersion[] }[] };
  /** Registers the run's model output (of `stage`, or of the only stage that makes one) and evaluates the tests. */
  'models/register': {
    params: { root: string; runId: string; stage?: string; description?: string };
    result: { version: ModelVersion; tests: TestResult[] };
  };
  'models/test': { params: { root: string; model: string; version: string }; result: TestResult[] };
  'models/alias': {
    params: { root: string; model: string; alias: string; version: string | null };
    result: RegisteredModel;
  };

  'deployments/list': { params: { root: string }; result: DeploymentStatus[] };
  'deployments/request': { params: { root: string; request: RequestDeployment }; result: DeploymentRequest };
  'deployments/review': { params: { root: string; requestId: string }; result: DeploymentReview };
  /** `expected` is the binding that the person looked at; a different one now is refused with `conflict`. */
  'deployments/approve': {
    params: { root: string; requestId: string; comment: string; expected: DeploymentRequest['binding'] };
    result: DeploymentRequest;
  };
  'deployments/reject': {
    params: { root: string; requestId: string; comment: string };
    result: DeploymentRequest;
  };
  'deployments/withdraw': {
    params: { root: string; requestId: string; comment: string };
    result: DeploymentRequest;
  };
  'deployments/rollout': { params: { root: string; requestId: string }; result: RolloutResult };
  'deployments/rollback': {
    params: { root: string; spec: string; deployment: string; comment: string };
    result: RolloutResult;
  };
  /** Stops the local serve process of a deployment. */
  'deployments/stop': {
    params: { root: string; spec: string; deployment: string };
    result: DeploymentStatus;
  };

  'monitors/list': { params: { root: string }; result: MonitorStatus[] };
  'monitors/check': { params: { root: string; spec: string; monitor: string }; result: MonitorCheck };
  'monitors/acknowledge': { params: { root: string; alertId: string; comment: string }; result: Alert };
  /** Starts the run that a monitor or a retraining policy asks for. */
  'monitors/retrain': {
    params: { root: string; spec: string; monitor?: string; retraining?: string };
    result: RunState;
  };
  'drift/compute': { params: { root: string; query: DriftQuery }; result: DriftReport };

  'backends/list': { params: { root: string }; result: BackendStatus[] };
  /** Adds to `.galley/backends.yaml`, keeping comments; `conflict` when the name is taken. */
  'backends/add': { params: { root: string; backend: BackendConfig }; result: BackendStatus };
}

/** What may have changed in a project; a listener asks again for what it shows. */
export type ChangeTopic = 'pipelines' | 'runs' | 'models' | 'deployments' | 'monitors' | 'backends';

export interface EngineNotifications {
  /** Sent for roots that were named in any request so far. */
  changed: { root: string; topics: ChangeTopic[] };
  log: { level: 'info' | 'warn' | 'error'; message: string };
}

export type MetricValues = Pick<MetricPoint, 'value' | 'step' | 'timestamp'>;
