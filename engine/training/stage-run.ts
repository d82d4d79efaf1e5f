import { randomBytes } from 'node:crypto';
import { mkdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { GalleyError, errorData } from '../errors';
import type { ParamValue } from '../pipeline/spec';
import type { PlannedStage } from '../pipeline/types';
import type { ModelRegistry } from '../registry/types';
import { startTrackingEndpoint } from '../tracking/endpoint/server';
import type { Run, TrackingStore } from '../tracking/types';
import { artifactMarks, changedArtifacts, copyWhole } from './artifact-folder';
import type { CachedStage, StageCache } from './cache';
import type { ContentHasher } from './content-hash';
import { commandOutcome } from './failure-reason';
import { recordLogged, replayLogged, type LoggedRecorder } from './logged';
import { readMetricsFile } from './metrics-file';
import type { RunLog } from './run-log';
import type { StageOutcome } from './scheduler';
import { stageEnvironment, stageSecrets } from './stage-environment';
import { runCommand } from './stage-process';
import type { ProcessIdentity } from './types';

/** What all stages of one run share. */
export interface RunContext {
  /** The project's folder. */
  root: string;
  /** The spec file's folder: where commands run and paths begin. */
  folder: string;
  run: Run;
  params: Record<string, ParamValue>;
  /** Each stage's command as the log shows it. */
  shown: ReadonlyMap<string, string>;
  tracking: TrackingStore;
  registry: ModelRegistry;
  cache: StageCache;
  hasher: ContentHasher;
  /** Local folder of the run's artifacts. */
  artifacts: string;
  /** For files of this run process alone. */
  temporary: string;
  log: RunLog;
  /** Run every stage, whatever the cache has. */
  force: boolean;
}

/** What the run keeps of a stage while it is executed. */
export interface StageWatch {
  onProcess(process: ProcessIdentity | undefined): void;
  /** The command's last lines, once it has ended. */
  onLastLines(lines: string[]): void;
}

async function exists(place: string): Promise<boolean> {
  return stat(place).then(
    () => true,
    () => false,
  );
}

/** Name and path of the output that holds the stage's model; undefined for a stage that makes none. */
export function modelOutput(stage: PlannedStage): { name: string; place: string } | undefined {
  const from = stage.spec.model?.from;
  if (from === undefined) return undefined;
  const name = from.slice(from.lastIndexOf('outputs.') + 'outputs.'.length);
  const place = stage.outputs[name];
  return place === undefined ? undefined : { name, place };
}

/** A plain copy of the model among the run's artifacts, so that the version stays when the work tree moves on. */
async function keepModel(context: RunContext, stage: PlannedStage): Promise<void> {
  const model = modelOutput(stage);
  if (model === undefined) return;
  await copyWhole(path.resolve(context.folder, model.place), path.join(context.artifacts, model.name));
}

/** The metrics file's numbers, logged like those of code that logs by itself. */
async function ingestMetrics(
  context: RunContext,
  stage: PlannedStage,
  recorder: LoggedRecorder,
): Promise<void> {
  const { metricsFile } = stage.spec;
  if (metricsFile === undefined) return;
  const metrics = await readMetricsFile(path.resolve(context.folder, metricsFile), metricsFile);
  if (metrics.size === 0) return;
  const timestamp = Date.now();
  await recorder.store.log(context.run.id, {
    metrics: [...metrics].map(([key, value]) => ({ key, value, timestamp, step: 0 })),
  });
}

async function restored(
  context: RunContext,
  stage: PlannedStage,
  key: string,
  entry: CachedStage,
): Promise<boolean> {
  const written = await context.cache.restore(key, entry);
  if (written === undefined) return false;
  const file = path.join(context.temporary, `${stage.name}-replay.jsonl`);
  if (entry.logged !== undefined) {
    const logged = { path: '', hash: entry.logged, size: 0, executable: false };
    await rm(file, { force: true });
    if (!(await context.cache.copyOut(logged, file))) return false;
  }
  for (const artifact of entry.artifacts) {
    const destination = path.join(context.artifacts, ...artifact.path.split('/'));
    if (!(await exists(destination)) && !(await context.cache.copyOut(artifact, destination))) return false;
  }
  // Last, when nothing can be missing any more: what is logged cannot be taken back.
  if (entry.logged !== undefined) {
    const conflicts = await replayLogged(context.tracking, context.run.id, context.params, file);
    if (conflicts.length > 0)
      await context.log.write(`    params left as this run has them: ${conflicts.join(', ')}\n`);
  }
  await keepModel(context, stage);
  const brought = written.length === 0 ? '' : `, restored ${written.join(', ')}`;
  await context.log.write(`==> ${stage.name}: cached, as made by run ${entry.runId}${brought}\n`);
  return true;
}

/** Failing to cache costs time at the next run and nothing else. */
async function remember(
  context: RunContext,
  stage: PlannedStage,
  key: string | undefined,
  loggedFile: string,
  artifacts: string[],
): Promise<void> {
  if (key === undefined) return;
  try {
    if ((await context.cache.key(stage)) !== key) {
      await context.log.write(`    not cached: an input of ${stage.name} changed while it ran\n`);
      return;
    }
    await context.cache.store(key, stage, {
      runId: context.run.id,
      loggedFile,
      artifacts,
      artifactFolder: context.artifacts,
    });
  } catch (error) {
    await context.log.write(`    not cached: ${errorData(error).message}\n`);
  }
}

/** The command between its endpoint's start and end. */
async function runWithEndpoint(
  context: RunContext,
  stage: PlannedStage,
  recorder: LoggedRecorder,
  signal: AbortSignal,
  watch: StageWatch,
): Promise<StageOutcome> {
  const token = randomBytes(32).toString('hex');
  const endpoint = await startTrackingEndpoint({
    tracking: recorder.store,
    registry: context.registry,
    token,
    ownedRunId: context.run.id,
  });
  try {
    const { id: runId, experimentId } = context.run;
    const env = stageEnvironment(context.root, stage, { url: endpoint.url, token, runId, experimentId });
    const { end, lastLines } = await runCommand({
      command: stage.command,
      cwd: context.folder,
      env,
      log: context.log,
      signal,
      secrets: [token, ...stageSecrets(stage, env)],
      onStart: watch.onProcess,
    });
    watch.onLastLines(lastLines);
    return commandOutcome(stage.name, end);
  } finally {
    watch.onProcess(undefined);
    await endpoint.close();
  }
}

async function missingOutput(context: RunContext, stage: PlannedStage): Promise<string | undefined> {
  for (const place of Object.values(stage.outputs))
    if (!(await exists(path.resolve(context.folder, place)))) return place;
  return undefined;
}

/** Commands expect the folders of their outputs to be there, as after a fresh clone they are not. */
async function makeOutputFolders(context: RunContext, stage: PlannedStage): Promise<void> {
  for (const place of Object.values(stage.outputs))
    await mkdir(path.dirname(path.resolve(context.folder, place)), { recursive: true });
}

/**
 * One try of one stage: restored from the cache, or run with an endpoint of its own to log to.
 * What it throws (a missing input, a locked store) is the reason of its failure.
 */
export async function executeStage(
  context: RunContext,
  stage: PlannedStage,
  attempt: number,
  signal: AbortSignal,
  watch: StageWatch,
): Promise<StageOutcome> {
  const key = await context.cache.key(stage);
  if (key !== undefined && !context.force && attempt === 1) {
    const entry = await context.cache.find(key);
    if (entry !== undefined && (await restored(context, stage, key, entry))) return { status: 'cached' };
  }
  const again = attempt === 1 ? '' : ` (try ${attempt} of ${stage.spec.retries + 1})`;
  await context.log.write(`==> ${stage.name}${again}: ${context.shown.get(stage.name) ?? ''}\n`);

  const loggedFile = path.join(context.temporary, `${stage.name}-${attempt}.jsonl`);
  const recorder = await recordLogged(context.tracking, context.run.id, context.params, loggedFile);
  const before = await artifactMarks(context.artifacts);
  let outcome: StageOutcome;
  try {
    await makeOutputFolders(context, stage);
    outcome = await runWithEndpoint(context, stage, recorder, signal, watch);
    if (outcome.status !== 'finished') return outcome;
    const missing = await missingOutput(context, stage);
    if (missing !== undefined)
      throw new GalleyError('failed', `Stage ${stage.name} ended, but its output ${missing} is not there.`, {
        remedy: 'Write it in the stage, or correct `outputs`.',
        subject: missing,
      });
    await ingestMetrics(context, stage, recorder);
  } finally {
    await recorder.close();
  }
  const artifacts = changedArtifacts(before, await artifactMarks(context.artifacts));
  await keepModel(context, stage);
  await remember(context, stage, key, loggedFile, artifacts);
  return outcome;
}
