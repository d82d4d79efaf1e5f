import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { GalleyError } from '../errors';
import { galleyPath } from '../project-files/galley-folder';

/** Files that one run keeps below `.galley/runs/<run id>`. */
export interface RunFolder {
  folder: string;
  /** {@link RunState}, replaced atomically; exists once the run is in the store. */
  state: string;
  /** The same before the run is in the store; becomes `state`. */
  starting: string;
  /** Output of all stages. */
  log: string;
  /** Output of the run process itself. */
  processLog: string;
  /** Written by whoever asks the run to stop, before any signal. */
  stop: string;
  /** Why a detached run could not start, for the process that started it. */
  startFailure: string;
}

/** A new id for a run, as MLflow makes them. */
export function newRunId(): string {
  return randomBytes(16).toString('hex');
}

/** MLflow's run ids; anything else never becomes part of a path. */
export function isRunId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

/**
 * @param root the project's folder
 * @throws GalleyError `invalid` when the id is not one of MLflow's
 */
export function runFolder(root: string, runId: string): RunFolder {
  if (!isRunId(runId))
    throw new GalleyError('invalid', `“${runId}” is no run id.`, {
      remedy: 'A run id has 32 hexadecimal digits; galley runs list shows them.',
      subject: runId,
    });
  const folder = galleyPath(root, 'runs', runId);
  return {
    folder,
    state: path.join(folder, 'state.json'),
    starting: path.join(folder, 'starting.json'),
    log: path.join(folder, 'run.log'),
    processLog: path.join(folder, 'process.log'),
    stop: path.join(folder, 'stop.json'),
    startFailure: path.join(folder, 'start-failure.json'),
  };
}

/** Ids of all runs that have a folder. */
export async function runFolderIds(root: string): Promise<string[]> {
  try {
    return (await readdir(galleyPath(root, 'runs'))).filter(isRunId);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
