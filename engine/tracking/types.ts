import type { ColumnarRuns } from './columns';
import type { FilterNode, OrderClause } from './filter';

/** Experiments, runs, params and metrics in MLflow's words; times are milliseconds since the Unix epoch, UTC. */
export type RunStatus = 'RUNNING' | 'SCHEDULED' | 'FINISHED' | 'FAILED' | 'KILLED';
export type LifecycleStage = 'active' | 'deleted';

export interface Experiment {
  id: string;
  name: string;
  artifactLocation: string;
  lifecycleStage: LifecycleStage;
  createdAt: number;
  updatedAt: number;
  tags: Record<string, string>;
}

export interface MetricPoint {
  key: string;
  /** May be NaN or infinite. */
  value: number;
  timestamp: number;
  step: number;
}

export interface DatasetInput {
  name: string;
  digest: string;
  sourceType: string;
  source: string;
  schema?: string;
  profile?: string;
  tags: Record<string, string>;
}

export interface Run {
  id: string;
  experimentId: string;
  name: string;
  status: RunStatus;
  startedAt: number;
  endedAt?: number;
  artifactUri: string;
  /** Who made it, as the client told. */
  user?: string;
  lifecycleStage: LifecycleStage;
  params: Record<string, string>;
  /** Last value of each metric. */
  metrics: Record<string, MetricPoint>;
  tags: Record<string, string>;
  datasets: DatasetInput[];
}

export interface RunQuery {
  experimentIds: string[];
  /** Newest first unless `oldestFirst`. */
  oldestFirst?: boolean;
  limit?: number;
  offset?: number;
  includeDeleted?: boolean;
  /** Only runs that it lets pass; `total` counts these. */
  filter?: FilterNode;
  /** Before the order of start times. */
  order?: OrderClause[];
}

export interface RunPage {
  runs: Run[];
  total: number;
  /** The store cannot count: there are more than `total - 1` runs. Only of servers. */
  atLeast?: true;
}

export interface NewRun {
  experimentId: string;
  name?: string;
  startedAt: number;
  tags: Record<string, string>;
  /** Default: the tag `mlflow.user`. */
  user?: string;
  /** Chosen by the caller when it must be known before the run exists: 32 lower-case hex digits. */
  id?: string;
}

export interface RunUpdate {
  status?: RunStatus;
  endedAt?: number;
  name?: string;
}

export interface LogBatch {
  metrics?: MetricPoint[];
  params?: Record<string, string>;
  tags?: Record<string, string>;
}

/**
 * Where experiments and runs are kept. Every method rejects with a `GalleyError`:
 * `not-found`, `invalid` (MLflow's limits), `conflict` (a param logged again with another value),
 * `locked` (busy longer than the timeout), `read-only`, `corrupt`, `unreachable`, `unauthorized`.
 */
export interface TrackingStore {
  experiments(options?: { includeDeleted?: boolean }): Promise<Experiment[]>;
  experiment(id: string): Promise<Experiment>;
  experimentByName(name: string): Promise<Experiment | undefined>;
  createExperiment(
    name: string,
    tags?: Record<string, string>,
    artifactLocation?: string,
  ): Promise<Experiment>;
  setExperimentTag(experimentId: string, key: string, value: string): Promise<void>;
  runs(query: RunQuery): Promise<RunPage>;
  run(id: string): Promise<Run>;
  createRun(run: NewRun): Promise<Run>;
  updateRun(id: string, update: RunUpdate): Promise<Run>;
  deleteRun(id: string): Promise<void>;
  restoreRun(id: string): Promise<void>;
  log(runId: string, batch: LogBatch): Promise<void>;
  logDatasets(runId: string, datasets: DatasetInput[]): Promise<void>;
  deleteTag(runId: string, key: string): Promise<void>;
  /** Points in order of (step, timestamp). */
  metricHistory(runId: string, key: string): Promise<MetricPoint[]>;
  /** Cheap token that changes whenever anything in the store may have changed; for polling. */
  revision(): Promise<string>;
  close(): Promise<void>;
}

/** Changes to whole experiments; a capability that a tracking store may have. */
export interface ExperimentLifecycle {
  renameExperiment(experimentId: string, name: string): Promise<void>;
  /** Marks it and its runs deleted; their data stays. */
  deleteExperiment(experimentId: string): Promise<void>;
  restoreExperiment(experimentId: string): Promise<void>;
  deleteExperimentTag(experimentId: string, key: string): Promise<void>;
}

export type LoggedModelStatus = 'PENDING' | 'READY' | 'FAILED';

export interface LoggedModelMetric extends MetricPoint {
  runId: string;
  datasetName?: string;
  datasetDigest?: string;
}

/** A model that MLflow 3 clients log: it belongs to an experiment and has an artifact folder of its own. */
export interface LoggedModel {
  /** `m-` and 32 hex digits. */
  id: string;
  experimentId: string;
  name: string;
  artifactLocation: string;
  createdAt: number;
  updatedAt: number;
  status: LoggedModelStatus;
  statusMessage?: string;
  lifecycleStage: LifecycleStage;
  modelType?: string;
  sourceRunId?: string;
  params: Record<string, string>;
  tags: Record<string, string>;
  metrics: LoggedModelMetric[];
}

export interface NewLoggedModel {
  experimentId: string;
  name?: string;
  modelType?: string;
  sourceRunId?: string;
  params?: Record<string, string>;
  tags?: Record<string, string>;
}

/** Logged models that a run read and made. */
export interface RunModels {
  inputs: string[];
  outputs: { modelId: string; step: number }[];
}

/** MLflow 3's logged models; a capability that a tracking store may have. */
export interface LoggedModelStore {
  createLoggedModel(model: NewLoggedModel): Promise<LoggedModel>;
  loggedModel(id: string, options?: { includeDeleted?: boolean }): Promise<LoggedModel>;
  /** Active models, newest first. */
  loggedModels(experimentIds: string[]): Promise<LoggedModel[]>;
  finalizeLoggedModel(id: string, status: LoggedModelStatus): Promise<LoggedModel>;
  deleteLoggedModel(id: string): Promise<void>;
  setLoggedModelTags(id: string, tags: Record<string, string>): Promise<void>;
  deleteLoggedModelTag(id: string, key: string): Promise<void>;
  logLoggedModelParams(id: string, params: Record<string, string>): Promise<void>;
  logLoggedModelMetrics(runId: string, metrics: (MetricPoint & LoggedModelMetricOf)[]): Promise<void>;
  linkModels(runId: string, models: Partial<RunModels>): Promise<void>;
  runModels(runIds: string[]): Promise<Map<string, RunModels>>;
}

/** Which logged model, and which dataset, a metric is of. */
export interface LoggedModelMetricOf {
  modelId: string;
  datasetName?: string;
  datasetDigest?: string;
}

/** Artifacts that are files of this machine; a capability that a tracking store may have. */
export interface LocalArtifacts {
  /**
   * Path of an artifact URI (`file:`, `mlflow-artifacts:`, a plain path).
   * @throws GalleyError `unsupported` when the artifact is elsewhere (`s3:` …)
   */
  localArtifactPath(uri: string): string;
}

/** What a tracking store can do beside the common part. */
export type TrackingCapabilities = ExperimentLifecycle & LoggedModelStore & LocalArtifacts & ColumnarRuns;

/** Tags that Galley writes on a run, beside MLflow's own `mlflow.*` ones. */
export const runTags = {
  pipeline: 'galley.pipeline',
  spec: 'galley.spec',
  stages: 'galley.stages',
  trigger: 'galley.trigger',
  reason: 'galley.reason',
} as const;
