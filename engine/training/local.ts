import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { GalleyError, fromErrorData, type ErrorData } from '../errors';
import { spawnDetachedCli, type CliLauncher } from '../processes/cli';
import { isAlive } from '../processes/identity';
import { killGroup } from '../processes/kill';
import { galleyFolder } from '../project-files/galley-folder';
import type { TrackingStore } from '../tracking/types';
import { readLog } from './run-log';
import { isRunId, newRunId, runFolder, runFolderIds, type RunFolder } from './run-folder';
import { settledState } from './settle';
import { killGraceMs } from './stage-process';
import { readState } from './state';
import type { RunState, StartRun, TrainingBackend } from './types';

export interface LocalTrainingOptions {
  /** The project's folder, absolute. */
  root: string;
  tracking: TrackingStore;
  launcher: CliLauncher;
  /** Milliseconds that a run process may take to stop before it is killed; its stages get 5 seconds of them. */
  stopGraceMs?: number;
}

/** Milliseconds within which a run process says that it runs, or why not. */
const startLimitMs = 120_000;
const pollMs = 40;
const filesAtOnce = 64;

/** Arguments of the `galley` command that is the run process. */
export function runArguments(root: string, runId: string, run: StartRun): string[] {
  return [
    '--cwd',
    root,
    'run',
    ...['--run-id', runId, '--detached-child'],
    ...(run.stages ?? []).flatMap((stage) => ['--stage', stage]),
    ...Object.entries(run.params ?? {}).flatMap(([name, value]) => ['--param', `${name}=${value}`]),
    ...(run.force === true ? ['--force'] : []),
    ...(run.trigger === undefined ? [] : ['--trigger', run.trigger]),
    ...(run.thenRequest === undefined ? [] : ['--then-request', run.thenRequest]),
    ...(run.jobs === undefined ? [] : ['--jobs', String(run.jobs)]),
    '--',
    run.spec,
  ];
}

async function startFailure(folder: RunFolder): Promise<GalleyError | undefined> {
  try {
    return fromErrorData(JSON.parse(await readFile(folder.startFailure, 'utf8')) as ErrorData);
  } catch {
    return undefined;
  }
}

/** Waits until the run is in the store, or says why it never will be. */
async function started(folder: RunFolder, pid: number, runId: string): Promise<RunState> {
  const deadline = Date.now() + startLimitMs;
  for (;;) {
    const gone = !processExists(pid);
    const state = await readState(folder.state);
    if (state !== undefined) return state;
    if (gone || Date.now() > deadline) break;
    await sleep(pollMs);
  }
  if (processExists(pid)) killGroup(pid, 'SIGKILL');
  const failure = await startFailure(folder);
  if (failure !== undefined) throw failure;
  const { text } = await readLog(folder.processLog, -4000, 4000, true);
  throw new GalleyError('failed', 'The run process ended before the run began.', {
    remedy: 'Open the Galley log for what it said.',
    subject: runId,
    detail: text,
  });
}

/** For a child of this process, which cannot be mistaken for another while it is not reaped. */
function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function signalProcess(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ESRCH') return;
    throw new GalleyError(
      'unauthorized',
      `Process ${pid} belongs to somebody else and cannot be stopped from here.`,
      { remedy: 'Stop the run as the user who started it.' },
      { cause: error },
    );
  }
}

/**
 * Runs pipelines as processes of this machine that outlive their window. Any number of these may look at one project
 * at once.
 */
export function createLocalTraining(options: LocalTrainingOptions): TrainingBackend {
  const { root, tracking, launcher } = options;
  const stopGraceMs = options.stopGraceMs ?? killGraceMs + 10_000;
  /** States that never change again. */
  const final = new Map<string, RunState>();

  async function state(runId: string): Promise<RunState | undefined> {
    const known = final.get(runId);
    if (known !== undefined) return known;
    // A run that MLflow made elsewhere may have any id.
    if (!isRunId(runId)) return undefined;
    const found = await settledState(tracking, runFolder(root, runId));
    if (found !== undefined && found.status !== 'RUNNING' && found.storePending !== true)
      final.set(runId, found);
    return found;
  }

  /** One damaged state must not hide the others; asked for by itself it says what is wrong. */
  async function soundState(runId: string): Promise<RunState | undefined> {
    try {
      return await state(runId);
    } catch (error) {
      if (error instanceof GalleyError && error.code === 'corrupt') return undefined;
      throw error;
    }
  }

  async function known(runId: string): Promise<RunState> {
    const found = await state(runId);
    if (found !== undefined) return found;
    throw new GalleyError('not-found', `There is no run ${runId} that Galley started.`, {
      remedy: 'galley runs list shows the runs.',
      subject: runId,
    });
  }

  return {
    start: async (run) => {
      const runId = newRunId();
      const folder = runFolder(root, runId);
      await galleyFolder(root, 'runs', runId);
      let pid: number;
      try {
        pid = spawnDetachedCli(launcher, runArguments(root, runId, run), {
          cwd: root,
          logFile: folder.processLog,
        });
        return await started(folder, pid, runId);
      } catch (error) {
        // No run came of it, so nothing of it stays.
        await rm(folder.folder, { recursive: true, force: true });
        throw error;
      }
    },
    stop: async (runId) => {
      const running = await known(runId);
      if (running.status !== 'RUNNING') return running;
      const folder = runFolder(root, runId);
      await writeFile(folder.stop, JSON.stringify({ at: Date.now() }));
      if (process.platform !== 'win32') signalProcess(running.process.pid, 'SIGTERM');
      const deadline = Date.now() + stopGraceMs;
      for (;;) {
        const now = await known(runId);
        if (now.status !== 'RUNNING') return now;
        if (Date.now() > deadline) break;
        await sleep(pollMs);
      }
      if (await isAlive(running.process)) {
        killGroup(running.process.pid, 'SIGKILL');
        signalProcess(running.process.pid, 'SIGKILL');
        while (await isAlive(running.process)) await sleep(pollMs);
      }
      return known(runId);
    },
    runs: async () => {
      const ids = await runFolderIds(root);
      const states: RunState[] = [];
      for (let from = 0; from < ids.length; from += filesAtOnce) {
        const some = await Promise.all(ids.slice(from, from + filesAtOnce).map(soundState));
        for (const found of some) if (found !== undefined) states.push(found);
      }
      return states.sort((a, b) => b.startedAt - a.startedAt);
    },
    state,
    log: async (runId, offset, limit) => {
      const found = await known(runId);
      return readLog(runFolder(root, runId).log, offset, limit, found.status !== 'RUNNING');
    },
  };
}
