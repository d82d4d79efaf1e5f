import { setTimeout as sleep } from 'node:timers/promises';
import { GalleyError, errorData } from '../errors';
import { runTags, type TrackingStore } from '../tracking/types';
import type { RunState } from './types';

/** Milliseconds before each further try; every try already waits as long as the store's own time-out. */
const pauses = [500, 2000, 5000];

/**
 * Brings a run's final status into the store. A run that was deleted there needs none.
 * @param tries at most 4
 * @returns undefined, or why it could not be done now (locked, read-only, …): to be tried at next sight
 */
export async function storeFinalStatus(
  tracking: TrackingStore,
  state: RunState,
  tries: number,
): Promise<string | undefined> {
  if (state.status === 'RUNNING') return undefined;
  for (let attempt = 1; ; attempt++) {
    try {
      // The reason first: who sees the run failed sees why.
      if (state.reason !== undefined)
        await tracking.log(state.runId, { tags: { [runTags.reason]: state.reason } });
      await tracking.updateRun(state.runId, {
        status: state.status,
        ...(state.endedAt === undefined ? {} : { endedAt: state.endedAt }),
      });
      return undefined;
    } catch (error) {
      if (error instanceof GalleyError && error.code === 'not-found') return undefined;
      const pause = pauses[attempt - 1];
      const again = error instanceof GalleyError && error.code === 'locked';
      if (!again || pause === undefined || attempt >= tries) return errorData(error).message;
      await sleep(pause);
    }
  }
}
