import type { ParamValue } from '../pipeline/spec';

export type StageStatus = 'waiting' | 'running' | 'finished' | 'cached' | 'failed' | 'killed' | 'skipped';

/** State of one stage in one run, as kept in the run's state file. */
export interface StageState {
  name: string;
  status: StageStatus;
  startedAt?: number;
  endedAt?: number;
  exitCode?: number;
  /** Why it failed or was killed, one sentence. */
  reason?: string;
  /** 1 for the first try; 0 for a stage that was never started. */
  attempt: number;
  /** Leader of the process group of a running stage. */
  process?: ProcessIdentity;
}

/** Whole state of a run process: `.galley/runs/<run id>/state.json`, replaced atomically at each change. */
export interface RunState {
  runId: string;
  experimentId: string;
  runName: string;
  pipeline: string;
  /** Spec file, relative to the project's folder. */
  spec: string;
  status: 'RUNNING' | 'FINISHED' | 'FAILED' | 'KILLED';
  /** First line: one sentence. Further lines: the last lines of the failed stage's output. */
  reason?: string;
  params: Record<string, ParamValue>;
  stages: StageState[];
  startedAt: number;
  endedAt?: number;
  process: ProcessIdentity;
  /** Paths that the run makes, relative to the project's folder with `/`; two runs at once never share one. */
  outputs?: string[];
  /** The final status is not in the store yet (it was locked); it is brought there at next sight. */
  storePending?: boolean;
}

/** A process that can be told from a later one with the same id. */
export interface ProcessIdentity {
  pid: number;
  /** Opaque start mark (Linux: clock ticks since boot, elsewhere the start time that `ps` prints). */
  started: string;
}

export interface StartRun {
  /** Spec file, relative to the project's folder. */
  spec: string;
  /** Only these stages and nothing else; absent: all, in order. */
  stages?: string[];
  params?: Record<string, string>;
  /** Ignore the stage cache. */
  force?: boolean;
  /** What started it, e.g. `manual`, `retrain:live`. */
  trigger?: string;
  /** Stages at a time; as many as the machine has cores when not given. */
  jobs?: number;
  /** Deployment of the spec to request for the run's model once the run has finished. */
  thenRequest?: string;
}

/** Tags of a run that a deployment is requested after: what was asked for, and what came of it. */
export const requestTags = {
  /** Deployment that is requested once the run has finished. */
  deployment: 'galley.then-request',
  /** `<model>/<version>` that was registered from the run. */
  version: 'galley.version',
  /** Id of the request on the ledger. */
  request: 'galley.request',
  /** Why there is no request, e.g. a test that failed. */
  failure: 'galley.request-failure',
} as const;

/** A backend that can run a pipeline. */
export interface TrainingBackend {
  /** Starts a run that outlives this process, and answers once it exists in the store. */
  start(run: StartRun): Promise<RunState>;
  /** Asks a run to stop: children get SIGTERM, after a grace period SIGKILL. Resolves once it has a final status. */
  stop(runId: string): Promise<RunState>;
  /** Runs that this backend knows, newest first. A run whose process is gone is settled as FAILED first. */
  runs(): Promise<RunState[]>;
  state(runId: string): Promise<RunState | undefined>;
  /**
   * Part of the run's combined log from a byte offset (negative: that many bytes before the end); `next` is where to
   * go on. Characters are never cut in two.
   */
  log(runId: string, offset: number, limit: number): Promise<{ text: string; next: number; size: number }>;
}
