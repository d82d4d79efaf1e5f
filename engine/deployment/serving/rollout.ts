import { setTimeout as pause } from 'node:timers/promises';
import { GalleyError } from '../../errors';
import type { RolloutSpec } from '../../pipeline/spec';
import type { ModelServer } from './model-server';

const watchMs = 200;
/** Share of a new version's requests that may fail. */
const errorsAllowed = 0.05;
/** From so many requests on, the share is judged within a step and not only at its end. */
const enoughRequests = 20;

/**
 * Moves a deployment's traffic to a healthy new version, step by step, and answers once it has all of it. A version
 * that goes first gets everything at once. Weights are the only thing that changes: starting and stopping servers is
 * the caller's.
 * @param onStep called after each change of the weights
 * @throws GalleyError `failed` when the new version fails on the way, `cancelled` when `signal` aborts; the incumbent
 * has all the traffic again then
 */
export async function moveTraffic(
  candidate: ModelServer,
  incumbent: ModelServer | undefined,
  rollout: RolloutSpec,
  signal: AbortSignal,
  onStep: (percent: number) => void,
): Promise<void> {
  const give = (percent: number): void => {
    candidate.weight = percent;
    if (incumbent !== undefined) incumbent.weight = 100 - percent;
    onStep(percent);
  };
  const steps = incumbent === undefined || rollout.strategy === 'all-at-once' ? [] : rollout.steps;
  try {
    for (const percent of steps.filter((step) => step > 0 && step < 100)) {
      give(percent);
      await watchStep(candidate, percent, rollout.waitSeconds * 1000, signal);
    }
    if (signal.aborted) throw replaced(candidate);
    give(100);
  } catch (error) {
    give(0);
    throw error;
  }
}

async function watchStep(
  candidate: ModelServer,
  percent: number,
  milliseconds: number,
  signal: AbortSignal,
): Promise<void> {
  const before = { requests: candidate.requests, errors: candidate.errors, deaths: candidate.deaths };
  const until = Date.now() + milliseconds;
  for (;;) {
    const left = until - Date.now();
    const requests = candidate.requests - before.requests;
    const errors = candidate.errors - before.errors;
    const tooMany = errors > requests * errorsAllowed;
    if (tooMany && (requests >= enoughRequests || left <= 0))
      throw wentBack(candidate, percent, `${errors} of its ${requests} requests failed`);
    if (candidate.deaths > before.deaths)
      throw wentBack(candidate, percent, candidate.lastDeath ?? 'its model server ended');
    if (!candidate.healthy) throw wentBack(candidate, percent, candidate.reason ?? 'it became unhealthy');
    if (left <= 0) return;
    await pause(Math.min(watchMs, left), undefined, { signal }).catch(() => {
      throw replaced(candidate);
    });
  }
}

function wentBack(candidate: ModelServer, percent: number, why: string): GalleyError {
  return new GalleyError(
    'failed',
    `v${candidate.served.version} went back at ${percent} % of the traffic: ${why.replace(/\.$/, '')}.`,
    { remedy: 'See the log of the deployment, correct the version, then roll out again.' },
  );
}

function replaced(candidate: ModelServer): GalleyError {
  return new GalleyError(
    'cancelled',
    `The rollout of v${candidate.served.version} was given up: the deployment was stopped or got another rollout.`,
  );
}
