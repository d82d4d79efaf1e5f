import { setTimeout as sleep } from 'node:timers/promises';
import { GalleyError } from '../errors';
import { isAlive } from '../processes/identity';
import { runFolder, runFolderIds } from './run-folder';
import { readState } from './state';
import type { RunState } from './types';

/** True when the paths are the same or one lies in the other. */
function overlap(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}

interface Claim {
  state: RunState;
  /** False while the run is still looking for others itself. */
  running: boolean;
}

async function otherClaims(root: string, own: RunState): Promise<Claim[]> {
  const claims: Claim[] = [];
  for (const runId of await runFolderIds(root)) {
    if (runId === own.runId) continue;
    const folder = runFolder(root, runId);
    // In this order: a run that becomes a running one in between is seen at least once.
    const starting = await readState(folder.starting);
    const running = await readState(folder.state).catch(() => undefined);
    const state = running ?? starting;
    if (state?.status === 'RUNNING') claims.push({ state, running: running !== undefined });
  }
  return claims;
}

/**
 * Makes sure that no other live run writes what this one writes. The run's `starting.json`, its claim, must be on disk
 * before this is called; of two that start at once, the earlier gets through, or the one that was already through.
 * @throws GalleyError `conflict` naming the other run and the path
 */
export async function claimOutputs(root: string, own: RunState, signal: AbortSignal): Promise<void> {
  const outputs = own.outputs ?? [];
  if (outputs.length === 0) return;
  for (;;) {
    let undecided = false;
    for (const { state, running } of await otherClaims(root, own)) {
      const shared = outputs.find((place) => (state.outputs ?? []).some((other) => overlap(place, other)));
      if (shared === undefined || !(await isAlive(state.process))) continue;
      const earlier =
        state.startedAt < own.startedAt || (state.startedAt === own.startedAt && state.runId < own.runId);
      if (running || earlier)
        throw new GalleyError('conflict', `Run ${state.runName} is writing ${shared} at this moment.`, {
          remedy: 'Wait until it has ended, or stop it.',
          subject: state.runId,
        });
      // It began after this one, but perhaps looked before: it is about to give up or to run.
      undecided = true;
    }
    if (!undecided || signal.aborted) return;
    await sleep(50);
  }
}
