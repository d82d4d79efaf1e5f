import { isAlive } from '../../processes/identity';
import { killGroup } from '../../processes/kill';
import { replaceJson } from '../../project-files/replace-file';
import type { ServingState } from '../types';
import { readJson, type ServingFiles } from './files';
import { livingOwner } from './owner';

/** At most this often are mere counters written. */
const countersMs = 1000;

export async function readState(files: ServingFiles): Promise<ServingState | undefined> {
  return (await readJson(files.state)) as ServingState | undefined;
}

/**
 * The state as it is now: one whose serve process is gone becomes `stopped` with the reason, and model servers that
 * the process left behind are ended.
 */
export async function settledState(files: ServingFiles): Promise<ServingState | undefined> {
  const state = await readState(files);
  if (state === undefined || state.status === 'stopped') return state;
  if (state.process !== undefined && (await isAlive(state.process))) return state;
  // The next serve process has begun and will write its own.
  if ((await livingOwner(files)) !== undefined) return { ...withoutAddress(state), status: 'starting' };
  // It may have stopped in good order since the state was read.
  const again = await readState(files);
  if (again === undefined || again.status === 'stopped') return again;
  await endLeftBehind(state);
  const reason = 'The serve process ended without stopping (it was killed, or the machine went down).';
  const settled: ServingState = { ...withoutAddress(state), status: 'stopped', reason };
  if (settled.rollout?.status === 'running')
    settled.rollout = { ...settled.rollout, status: 'failed', reason };
  await replaceJson(files.state, settled);
  return settled;
}

/** Ends model servers of a serve process that is gone. */
export async function endLeftBehind(state: ServingState): Promise<void> {
  for (const version of state.versions)
    if (await isAlive(version.process)) killGroup(version.process.pid, 'SIGKILL');
}

function withoutAddress(state: ServingState): ServingState {
  const rest = { ...state, versions: [] };
  delete rest.url;
  delete rest.process;
  return rest;
}

export interface StateWriter {
  /** Something that people wait for has changed: write it now. */
  changed(): void;
  /** A counter has changed. */
  counted(): void;
  /** Writes what is not written yet; afterwards nothing is written any more. */
  close(): Promise<void>;
}

/** Keeps the state file in step with `snapshot`, one write at a time. */
export function keepState(
  files: ServingFiles,
  snapshot: () => ServingState,
  tell: (message: string) => void,
): StateWriter {
  let dirty = false;
  let closed = false;
  let writing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const write = async (): Promise<void> => {
    while (dirty) {
      dirty = false;
      await replaceJson(files.state, snapshot()).catch((error: unknown) =>
        tell(`state: ${(error as Error).message}`),
      );
    }
    writing = undefined;
  };
  const changed = (): void => {
    if (closed) return;
    clearTimeout(timer);
    timer = undefined;
    dirty = true;
    writing ??= write();
  };
  return {
    changed,
    counted: () => {
      timer ??= setTimeout(changed, countersMs);
    },
    close: async () => {
      changed();
      closed = true;
      clearTimeout(timer);
      await writing;
    },
  };
}
