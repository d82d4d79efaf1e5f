import { GalleyError } from '../errors';
import { replaceJson } from '../project-files/replace-file';
import { textOf } from '../project-files/text-of';
import type { RunState } from './types';

/**
 * @returns undefined when there is no such file
 * @throws GalleyError `corrupt` when it is no run state
 */
export async function readState(file: string): Promise<RunState | undefined> {
  const text = await textOf(file);
  if (text === undefined) return undefined;
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
        await replaceJson(file, next);
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
