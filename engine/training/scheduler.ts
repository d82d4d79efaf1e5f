import { errorData } from '../errors';

/** What the scheduler needs to know of a stage. */
export interface SchedulableStage {
  name: string;
  /** Names; those that are not among the scheduled stages are taken as done. */
  dependsOn: readonly string[];
  /** Tries beyond the first. */
  retries: number;
  /** For each try. */
  timeoutSeconds?: number;
}

/** What `execute` answers for one try. */
export interface StageOutcome {
  status: 'finished' | 'cached' | 'failed';
  /** One sentence; for `failed`. */
  reason?: string;
  exitCode?: number;
  /** False when another try cannot end otherwise. */
  retry?: boolean;
}

/** Final state of a stage. */
export interface StageResult {
  status: 'finished' | 'cached' | 'failed' | 'killed' | 'skipped';
  reason?: string;
  exitCode?: number;
  /** Tries that were started; 0 for a skipped stage. */
  attempts: number;
}

export type ScheduleEvent =
  | { kind: 'started'; stage: string; attempt: number }
  /** A try failed and another follows. */
  | { kind: 'retrying'; stage: string; attempt: number; reason: string }
  | { kind: 'ended'; stage: string; result: StageResult };

/** Value of `signal.reason` when `execute` has to end. */
export type StopCause = 'cancelled' | 'timeout';

export interface ScheduleOptions<S> {
  /** Stages at a time, at least 1. */
  parallel: number;
  /** Runs one try. Once `signal` is aborted it must end the stage and answer soon; what it answers then is ignored unless it succeeded. */
  execute(stage: S, attempt: number, signal: AbortSignal): Promise<StageOutcome>;
  onEvent?(event: ScheduleEvent): void;
  /** Aborted: running stages are ended and waiting ones skipped. */
  signal?: AbortSignal;
}

/** setTimeout fires at once above this. */
const longestTimer = 2 ** 31 - 1;

/** Seconds in words, e.g. `1 h 30 min`, `2 min`, `1.5 s`. */
export function inWords(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds * 10) / 10} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** One try with its time-out. */
async function attemptStage<S extends SchedulableStage>(
  stage: S,
  attempt: number,
  options: ScheduleOptions<S>,
): Promise<StageOutcome & { cause?: StopCause }> {
  const abort = new AbortController();
  const stop = (cause: StopCause) => abort.abort(cause);
  const onCancel = () => stop('cancelled');
  options.signal?.addEventListener('abort', onCancel, { once: true });
  if (options.signal?.aborted === true) onCancel();
  const timer =
    stage.timeoutSeconds === undefined
      ? undefined
      : setTimeout(() => stop('timeout'), Math.min(stage.timeoutSeconds * 1000, longestTimer));
  try {
    const outcome = await options.execute(stage, attempt, abort.signal).catch((error: unknown) => {
      const { message, remedy } = errorData(error);
      return { status: 'failed', reason: remedy === undefined ? message : `${message} ${remedy}` } as const;
    });
    if (outcome.status !== 'failed' || !abort.signal.aborted) return outcome;
    const cause = abort.signal.reason as StopCause;
    const reason =
      cause === 'cancelled'
        ? `Stage ${stage.name} was stopped.`
        : `Stage ${stage.name} ran longer than its time-out of ${inWords(stage.timeoutSeconds ?? 0)}.`;
    return { ...outcome, reason, cause };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', onCancel);
  }
}

async function runStage<S extends SchedulableStage>(
  stage: S,
  options: ScheduleOptions<S>,
): Promise<StageResult> {
  for (let attempt = 1; ; attempt++) {
    options.onEvent?.({ kind: 'started', stage: stage.name, attempt });
    const { status, reason, exitCode, retry, cause } = await attemptStage(stage, attempt, options);
    const more = {
      attempts: attempt,
      ...(reason === undefined ? {} : { reason }),
      ...(exitCode === undefined ? {} : { exitCode }),
    };
    if (status !== 'failed') return { status, ...more };
    if (cause === 'cancelled') return { status: 'killed', ...more };
    if (retry === false || attempt > stage.retries || options.signal?.aborted === true)
      return { status: 'failed', ...more };
    options.onEvent?.({
      kind: 'retrying',
      stage: stage.name,
      attempt,
      reason: reason ?? `Stage ${stage.name} failed.`,
    });
  }
}

/**
 * Runs stages in the order of their dependencies, `parallel` at a time. After the first failure nothing new starts:
 * what runs already may finish, what waits is skipped.
 * @returns the result of every stage; never rejects because of a stage
 */
export async function runStages<S extends SchedulableStage>(
  stages: readonly S[],
  options: ScheduleOptions<S>,
): Promise<Map<string, StageResult>> {
  const planned = new Set(stages.map((stage) => stage.name));
  const waiting = new Map(stages.map((stage) => [stage.name, stage]));
  const running = new Map<string, Promise<void>>();
  const results = new Map<string, StageResult>();
  let failure: string | undefined;

  const end = (name: string, result: StageResult): void => {
    results.set(name, result);
    options.onEvent?.({ kind: 'ended', stage: name, result });
  };
  const isReady = (stage: S): boolean =>
    stage.dependsOn.every((name) => {
      const status = results.get(name)?.status;
      return !planned.has(name) || status === 'finished' || status === 'cached';
    });
  const start = (stage: S): void => {
    waiting.delete(stage.name);
    const ended = runStage(stage, options).then((result) => {
      running.delete(stage.name);
      if (result.status === 'failed' || result.status === 'killed') failure ??= stage.name;
      end(stage.name, result);
    });
    running.set(stage.name, ended);
  };

  for (;;) {
    if (failure === undefined && options.signal?.aborted !== true) {
      for (const stage of [...waiting.values()]) {
        if (running.size >= Math.max(1, options.parallel)) break;
        if (isReady(stage)) start(stage);
      }
    }
    if (running.size === 0) break;
    await Promise.race(running.values());
  }
  for (const name of waiting.keys()) {
    const reason =
      options.signal?.aborted === true
        ? 'The run was stopped before it.'
        : failure === undefined
          ? 'Its dependencies never finished.'
          : `Stage ${failure} failed before it.`;
    end(name, { status: 'skipped', reason, attempts: 0 });
  }
  return results;
}
