import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { GalleyError } from '../errors';
import type { RunState } from './types';

/**
 * @returns undefined when there is no such file
 * @throws GalleyError `corrupt` when it is no run state
 */
export async function readState(file: string): Promise<RunState | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const state = JSON.parse(text) as Partial<RunState> | null;
    if (typeof state?.runId === 'string' && Array.isArray(state.stages)) return state as RunState;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new GalleyError('corrupt', `${file} is not the state of a run.`, {
    remedy: 'Delete the folder that it is in; the run stays in the experiment.',
    subject: file,
  });
}

/** Windows refuses to replace a file that somebody is reading at that moment. */
async function renameOver(from: string, to: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (process.platform !== 'win32' || tries > 20 || (code !== 'EPERM' && code !== 'EACCES')) throw error;
      await sleep(10 * tries);
    }
  }
}

/** Replaces a JSON file in one step: a reader sees the old one or the new one, never a part. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(temporary, JSON.stringify(value));
    await renameOver(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Writes the newest state; states that come while one is being written are passed over but for the last. */
export interface StateWriter {
  save(state: RunState): void;
  /** Resolves when the newest state is on disk; rejects when it could not be written. */
  flush(): Promise<void>;
}

export function stateWriter(file: string): StateWriter {
  let pending: RunState | undefined;
  let writing: Promise<void> | undefined;
  let failure: { error: unknown } | undefined;
  async function write(): Promise<void> {
    while (pending !== undefined) {
      const next = pending;
      pending = undefined;
      try {
        await writeJson(file, next);
        failure = undefined;
      } catch (error) {
        failure = { error };
      }
    }
    writing = undefined;
  }
  return {
    save: (state) => {
      pending = structuredClone(state);
      writing ??= write();
    },
    flush: async () => {
      await writing;
      if (failure !== undefined) throw failure.error;
    },
  };
}
