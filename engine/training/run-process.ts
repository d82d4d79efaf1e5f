import { mkdtemp, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { errorData } from '../errors';
import type { PlannedStage, RunPlan } from '../pipeline/types';
import { identify } from '../processes/identity';
import { galleyFolder } from '../project-files/galley-folder';
import { moveOver, replaceJson } from '../project-files/replace-file';
import type { ModelRegistry } from '../registry/types';
import { randomRunName } from '../tracking/run-name';
import { runTags, type Experiment, type Run, type TrackingStore } from '../tracking/types';
import { artifactFolder } from './artifact-folder';
import { openStageCache, producedPaths } from './cache';
import { claimOutputs } from './claims';
import { openHasher } from './content-hash';
import { reasonWithLines } from './failure-reason';
import { planPipeline, type PlannedPipeline } from './plan-pipeline';
import { newRunId, runFolder, type RunFolder } from './run-folder';
import { openRunLog, type RunLog } from './run-log';
import { sourceTags } from './run-source';
import { inWords, runStages, type SchedulableStage } from './scheduler';
import { executeStage, type RunContext } from './stage-run';
import { readState, stateWriter, type StateWriter } from './state';
import { storeFinalStatus } from './store-status';
import { requestTags, type RunState, type StageState, type StartRun } from './types';

export interface RunProcessOptions extends StartRun {
  /** The project's folder, absolute. */
  root: string;
  /** Chosen by who starts a detached run; made up when not given. */
  runId?: string;
  tracking: TrackingStore;
  registry: ModelRegistry;
  /** Aborted: the run ends as KILLED. */
  signal: AbortSignal;
  /** Called once the run is in the store. */
  onStarted?(state: RunState): void;
  /** Sees the run's log as it is written. */
  onOutput?(bytes: Uint8Array): void;
}

async function experimentOf(tracking: TrackingStore, name: string): Promise<Experiment> {
  const known = await tracking.experimentByName(name);
  if (known !== undefined) return known;
  try {
    return await tracking.createExperiment(name);
  } catch (error) {
    // Another run of the pipeline, started at the same moment, may have made it.
    const made = await tracking.experimentByName(name);
    if (made === undefined) throw error;
    return made;
  }
}

function outputsFromRoot(root: string, folder: string, stages: readonly PlannedStage[]): string[] {
  return stages
    .flatMap(producedPaths)
    .map((place) => path.relative(root, path.resolve(folder, place)).split(path.sep).join('/'));
}

/** Everything up to the moment when the run exists in the store; a failure leaves no run. */
async function beginRun(
  options: RunProcessOptions,
  folder: RunFolder,
  runId: string,
): Promise<PlannedPipeline & { run: Run; state: RunState }> {
  const { root, tracking } = options;
  const runName = randomRunName();
  const planned = await planPipeline(root, options, { id: runId, name: runName });
  const { pipeline, plan } = planned;
  await galleyFolder(root, 'runs', runId);
  const experiment = await experimentOf(tracking, pipeline.spec.name);
  const state: RunState = {
    runId,
    experimentId: experiment.id,
    runName,
    pipeline: pipeline.spec.name,
    spec: pipeline.file,
    status: 'RUNNING',
    params: plan.params,
    stages: plan.stages.map(({ name }): StageState => ({ name, status: 'waiting', attempt: 0 })),
    startedAt: Date.now(),
    process: await identify(process.pid),
    outputs: outputsFromRoot(root, pipeline.folder, plan.stages),
  };
  try {
    await replaceJson(folder.starting, state);
    await claimOutputs(root, state, options.signal);
    const run = await tracking.createRun({
      id: runId,
      experimentId: experiment.id,
      name: runName,
      startedAt: state.startedAt,
      tags: {
        'mlflow.runName': runName,
        ...(await sourceTags(pipeline.folder, pipeline.file)),
        [runTags.pipeline]: pipeline.spec.name,
        [runTags.spec]: pipeline.file,
        [runTags.stages]: plan.stages.map(({ name }) => name).join(','),
        [runTags.trigger]: options.trigger ?? 'manual',
        ...(options.thenRequest === undefined ? {} : { [requestTags.deployment]: options.thenRequest }),
      },
    });
    await moveOver(folder.starting, folder.state);
    return { ...planned, run, state };
  } catch (error) {
    await rm(folder.starting, { force: true });
    throw error;
  }
}

/** Stages as the scheduler takes them. */
function schedulable(stage: PlannedStage): SchedulableStage & { planned: PlannedStage } {
  return {
    name: stage.name,
    dependsOn: stage.dependsOn,
    retries: stage.spec.retries,
    planned: stage,
    ...(stage.spec.timeoutSeconds === undefined ? {} : { timeoutSeconds: stage.spec.timeoutSeconds }),
  };
}

/** Runs all stages, keeping `state` up to date; answers the final status and its reason. */
async function runPlan(
  context: RunContext,
  plan: RunPlan,
  state: RunState,
  writer: StateWriter,
  options: RunProcessOptions,
): Promise<Pick<RunState, 'status' | 'reason'>> {
  const params = Object.fromEntries(Object.entries(plan.params).map(([key, value]) => [key, String(value)]));
  if (Object.keys(params).length > 0) await context.tracking.log(context.run.id, { params });

  const byName = new Map(state.stages.map((stage) => [stage.name, stage]));
  const lastLines = new Map<string, string[]>();
  let firstFailure: StageState | undefined;
  const note = (line: string): void => {
    // A log that cannot be written fails the stages that write to it; a note about them must not hide that.
    context.log.write(`${line}\n`).catch(() => undefined);
  };
  await runStages(plan.stages.map(schedulable), {
    parallel: options.jobs ?? os.availableParallelism(),
    signal: options.signal,
    execute: (stage, attempt, signal) =>
      executeStage(context, stage.planned, attempt, signal, {
        onProcess: (leader) => {
          const kept = byName.get(stage.name);
          if (kept === undefined) return;
          if (leader === undefined) delete kept.process;
          else kept.process = leader;
          writer.save(state);
        },
        onLastLines: (lines) => lastLines.set(stage.name, lines),
      }),
    onEvent: (event) => {
      const stage = byName.get(event.stage);
      if (stage === undefined) return;
      if (event.kind === 'started') {
        stage.status = 'running';
        stage.attempt = event.attempt;
        stage.startedAt ??= Date.now();
      } else if (event.kind === 'retrying') {
        stage.reason = event.reason;
        note(`==> ${event.stage}: ${event.reason} It is tried again.`);
      } else {
        const { status, reason, exitCode, attempts } = event.result;
        delete stage.reason;
        Object.assign(stage, { status, attempt: attempts });
        if (reason !== undefined) stage.reason = reason;
        if (exitCode !== undefined) stage.exitCode = exitCode;
        if (stage.startedAt !== undefined) stage.endedAt = Date.now();
        if (status === 'failed') firstFailure ??= stage;
        if (status === 'finished')
          note(`==> ${stage.name}: finished in ${inWords((Date.now() - (stage.startedAt ?? 0)) / 1000)}`);
        else if (status !== 'cached') note(`==> ${stage.name}: ${status}. ${reason ?? ''}`);
      }
      writer.save(state);
    },
  });
  if (firstFailure !== undefined)
    return {
      status: 'FAILED',
      reason: reasonWithLines(
        firstFailure.reason ?? `Stage ${firstFailure.name} failed.`,
        lastLines.get(firstFailure.name) ?? [],
      ),
    };
  if (state.stages.some((stage) => stage.status === 'killed' || stage.status === 'skipped'))
    return { status: 'KILLED', reason: 'The run was stopped.' };
  return { status: 'FINISHED' };
}

/** Windows has no signal that a process can answer; there the request to stop is the file alone. */
function watchStopFile(file: string, stop: () => void): () => void {
  if (process.platform !== 'win32') return () => undefined;
  const timer = setInterval(() => {
    void stat(file).then(stop, () => undefined);
  }, 500);
  return () => clearInterval(timer);
}

async function endRun(
  options: RunProcessOptions,
  state: RunState,
  log: RunLog,
  writer: StateWriter,
): Promise<void> {
  const unstored = await storeFinalStatus(options.tracking, state, 4);
  if (unstored !== undefined) {
    state.storePending = true;
    await log.write(`==> The store does not have the final status yet: ${unstored}\n`).catch(() => undefined);
  }
  writer.save(state);
  await writer.flush();
}

/**
 * One run from its spec to its final status: what `galley run` is, detached or not. All of its state is on disk, so
 * that any other process can watch it and settle it when this one is gone.
 * @returns the final state; a failed stage is a state and no exception
 * @throws GalleyError when the run could not begin (bad spec, locked or read-only store, outputs in use); no run is left
 */
export async function runPipeline(options: RunProcessOptions): Promise<RunState> {
  const runId = options.runId ?? newRunId();
  const folder = runFolder(options.root, runId);
  const { pipeline, plan, shown, run, state } = await beginRun(options, folder, runId);
  const writer = stateWriter(folder.state);
  const temporary = await mkdtemp(path.join(os.tmpdir(), 'galley-run-'));
  const log = await openRunLog(folder.log, options.onOutput);
  const stop = new AbortController();
  const unwatch = watchStopFile(folder.stop, () => stop.abort());
  options.onStarted?.(structuredClone(state));
  try {
    await log.write(`==> Run ${run.name} of ${pipeline.spec.name} (${pipeline.file}), id ${runId}\n`);
    const cacheFolder = await galleyFolder(options.root, 'cache');
    const hasher = await openHasher(path.join(cacheFolder, 'index'));
    const context: RunContext = {
      root: options.root,
      folder: pipeline.folder,
      run,
      params: plan.params,
      shown,
      tracking: options.tracking,
      registry: options.registry,
      cache: openStageCache(cacheFolder, pipeline.folder, hasher),
      hasher,
      artifacts: artifactFolder(options.root, run.artifactUri),
      temporary,
      log,
      force: options.force === true,
    };
    const signal = AbortSignal.any([options.signal, stop.signal]);
    Object.assign(state, await runPlan(context, plan, state, writer, { ...options, signal }));
    await hasher.save();
  } catch (error) {
    const { message, remedy } = errorData(error);
    const reason = remedy === undefined ? message : `${message} ${remedy}`;
    Object.assign(state, { status: 'FAILED', reason } satisfies Partial<RunState>);
  } finally {
    unwatch();
    state.endedAt = Date.now();
    await log
      .write(`==> Run ${run.name}: ${state.status}${state.reason === undefined ? '' : `. ${state.reason}`}\n`)
      .catch(() => undefined);
    await endRun(options, state, log, writer);
    await log.close();
    await rm(temporary, { recursive: true, force: true });
  }
  return (await readState(folder.state)) ?? state;
}
