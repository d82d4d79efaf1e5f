import { rm, stat } from 'node:fs/promises';
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { GalleyError } from '../errors';
import { identify, isAlive } from '../processes/identity';
import { killGroup } from '../processes/kill';
import { replaceJson } from '../project-files/replace-file';
import type { TrackingStore } from '../tracking/types';
import { reasonWithLines } from './failure-reason';
import { readLog } from './run-log';
import type { RunFolder } from './run-folder';
import { tailLines } from './stage-output';
import { killGraceMs } from './stage-process';
import { readState } from './state';
import { storeFinalStatus } from './store-status';
import type { ProcessIdentity, RunState } from './types';

/**
 * Whether the process group that a process led can still be told to be its own. The system does not give a number
 * again while a group has it, so a leader that is gone leaves its group's number to nobody else.
 */
async function ownsGroup(leader: ProcessIdentity): Promise<boolean> {
  const now = await identify(leader.pid).catch(() => undefined);
  return now === undefined || now.started === leader.started;
}

/** Ends what a run process that is gone left running. */
async function killLeftovers(state: RunState): Promise<void> {
  // After a restart of the machine the numbers are other processes'.
  const bootedAt = Date.now() - os.uptime() * 1000;
  const leaders: ProcessIdentity[] = [];
  for (const stage of state.stages) {
    if (stage.process === undefined || (stage.startedAt ?? 0) < bootedAt) continue;
    if (await ownsGroup(stage.process)) leaders.push(stage.process);
  }
  for (const leader of leaders) killGroup(leader.pid, 'SIGTERM');
  const deadline = Date.now() + killGraceMs;
  while (Date.now() < deadline) {
    const alive = await Promise.all(leaders.map(isAlive));
    if (!alive.includes(true)) break;
    await sleep(50);
  }
  for (const leader of leaders) if (await ownsGroup(leader)) killGroup(leader.pid, 'SIGKILL');
}

async function lastLines(folder: RunFolder): Promise<string[]> {
  const bytes = 8192;
  const { text } = await readLog(folder.log, -bytes, bytes, true);
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-tailLines);
}

/** When the run was last seen doing something. */
async function lastSign(folder: RunFolder, state: RunState): Promise<number> {
  const times = await Promise.all(
    [folder.state, folder.starting, folder.log].map((file) =>
      stat(file).then(
        (found) => found.mtimeMs,
        () => 0,
      ),
    ),
  );
  return Math.max(state.startedAt, ...times.map(Math.round));
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

/** The state that a run gets whose process ended without giving it one. */
async function abandonedState(folder: RunFolder, state: RunState): Promise<RunState> {
  const asked = await exists(folder.stop);
  const sentence = asked
    ? 'The run was stopped; its process had to be ended.'
    : `The run process (${state.process.pid}) ended without finishing: it was killed, or the machine was restarted.`;
  const endedAt = await lastSign(folder, state);
  return {
    ...state,
    status: asked ? 'KILLED' : 'FAILED',
    reason: asked ? sentence : reasonWithLines(sentence, await lastLines(folder)),
    endedAt,
    storePending: true,
    stages: state.stages.map((stage) => {
      const rest = { ...stage };
      delete rest.process;
      if (stage.status === 'running')
        return {
          ...rest,
          status: asked ? ('killed' as const) : ('failed' as const),
          reason: asked ? `Stage ${stage.name} was stopped.` : 'The run process ended.',
          endedAt,
        };
      if (stage.status === 'waiting')
        return { ...rest, status: 'skipped' as const, reason: 'The run ended before it.' };
      return rest;
    }),
  };
}

async function bringToStore(tracking: TrackingStore, folder: RunFolder, state: RunState): Promise<RunState> {
  if ((await storeFinalStatus(tracking, state, 1)) !== undefined) return state;
  const settled = { ...state };
  delete settled.storePending;
  await replaceJson(folder.state, settled);
  return settled;
}

/**
 * The state of a run, made true first: a run whose process is gone without a final status becomes FAILED (KILLED when
 * it had been asked to stop), its leftover stages are ended, and a final status that the store lacks is brought there.
 * Several processes may do this at once; all come to the same.
 * @returns undefined when there is no such run
 */
export async function settledState(
  tracking: TrackingStore,
  folder: RunFolder,
): Promise<RunState | undefined> {
  const state = await readState(folder.state);
  if (state === undefined) return settleStart(tracking, folder);
  if (state.storePending === true) return bringToStore(tracking, folder, state);
  if (state.status !== 'RUNNING' || (await isAlive(state.process))) return state;
  // The process may have written its last word between the two looks; now that it is gone, that is final.
  const last = (await readState(folder.state)) ?? state;
  if (last.status !== 'RUNNING') return settledState(tracking, folder);
  await killLeftovers(last);
  const abandoned = await abandonedState(folder, last);
  await replaceJson(folder.state, abandoned);
  return bringToStore(tracking, folder, abandoned);
}

/** A run process that died between making the run and saying so leaves a run, or nothing, in the store. */
async function settleStart(tracking: TrackingStore, folder: RunFolder): Promise<RunState | undefined> {
  const starting = await readState(folder.starting);
  if (starting === undefined || (await isAlive(starting.process))) return undefined;
  if (await exists(folder.state)) return settledState(tracking, folder);
  try {
    await tracking.run(starting.runId);
  } catch (error) {
    if (!(error instanceof GalleyError) || error.code !== 'not-found') return undefined;
    await rm(folder.folder, { recursive: true, force: true });
    return undefined;
  }
  const abandoned = await abandonedState(folder, starting);
  await replaceJson(folder.state, abandoned);
  await rm(folder.starting, { force: true });
  return bringToStore(tracking, folder, abandoned);
}
