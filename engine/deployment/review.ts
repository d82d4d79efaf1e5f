import { GalleyError } from '../errors';
import type { RolloutSpec } from '../pipeline/spec';
import type { DeploymentReview, ReviewedVersion } from '../protocol';
import { codeChanges } from './code-changes';
import { testResults } from './gates';
import { serviceHistory } from './history';
import { lookAround, requestIn, type DeploymentRoom, type Overview } from './overview';
import type { GovernedDeployment } from './policy';
import { inRepository } from './repository';
import type { DeploymentRequest } from './types';

/**
 * Everything that a reviewer looks at, in one go.
 * @throws GalleyError `not-found` when there is no such request, or its version is not in this registry; `corrupt`
 */
export async function reviewRequest(room: DeploymentRoom, requestId: string): Promise<DeploymentReview> {
  const overview = await lookAround(room, requestId);
  const request = requestIn(overview, requestId);
  const { binding, spec: file = '' } = request;
  const governed = governedOf(overview, request);
  const candidate = await reviewedVersion(room, binding.model, binding.version);
  const before = incumbentOf(overview, request, file);
  const incumbent =
    before === undefined ? undefined : await knownVersion(room, binding.model, before.version);
  const lastCheck = await room.monitorCheck(binding.deployment);
  const stale = staleness(overview, request);
  return {
    request,
    candidate,
    ...(incumbent === undefined ? {} : { incumbent }),
    tests:
      governed === undefined
        ? room.models.results(candidate.version)
        : await testResults(room, governed, candidate.version),
    ...(lastCheck === undefined ? {} : { lastCheck }),
    code: await codeChanges(overview.repository, before?.commit, binding.commit),
    rollout:
      governed === undefined ? 'Unknown' : rolloutInWords(governed.deployment.rollout, before?.version),
    events: overview.events.filter((event) => event.request === request.id),
    ...(stale === undefined ? {} : { stale }),
    me: { name: overview.me?.name ?? '', email: overview.me?.email ?? '' },
  };
}

function governedOf(overview: Overview, request: DeploymentRequest): GovernedDeployment | undefined {
  try {
    return overview.specs.deployment(request.spec ?? '', request.binding.deployment);
  } catch (error) {
    if (error instanceof GalleyError) return undefined;
    throw error;
  }
}

/** What is in service now; for a candidate that is itself in service, what was there before. */
function incumbentOf(overview: Overview, request: DeploymentRequest, file: string) {
  const spec = inRepository(overview.repository, file);
  const history = serviceHistory(overview.events, spec, request.binding.deployment);
  return history.findLast(({ requestId }) => requestId !== request.id);
}

function staleness(overview: Overview, request: DeploymentRequest): string | undefined {
  if (request.status === 'void' || request.status === 'superseded') return request.reason;
  const unknown = overview.facts.get(request.id)?.unknown;
  return unknown === undefined
    ? undefined
    : `What would be deployed cannot be checked on this machine: ${unknown}`;
}

async function reviewedVersion(
  room: DeploymentRoom,
  model: string,
  number: string,
): Promise<ReviewedVersion> {
  const version = await room.registry.version(model, number);
  const run =
    version.runId === undefined ? undefined : await unlessGone(() => room.tracking.run(version.runId ?? ''));
  return run === undefined ? { version } : { version, run };
}

function knownVersion(
  room: DeploymentRoom,
  model: string,
  number: string,
): Promise<ReviewedVersion | undefined> {
  return unlessGone(() => reviewedVersion(room, model, number));
}

async function unlessGone<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof GalleyError && error.code === 'not-found') return undefined;
    throw error;
  }
}

/** E.g. `Canary 10 % → 50 % → 100 %, 15 min each; back to v7 if a step fails`. */
export function rolloutInWords(rollout: RolloutSpec, incumbent: string | undefined): string {
  const back = incumbent === undefined ? '' : `; back to v${incumbent} if it fails`;
  if (rollout.strategy === 'all-at-once' || rollout.steps.length < 2) return `All traffic at once${back}`;
  const steps = rollout.steps.map((step) => `${step} %`).join(' → ');
  return `Canary ${steps}, ${waitInWords(rollout.waitSeconds)} each${back}`;
}

function waitInWords(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.round(seconds / 6) / 10} min`;
  return `${Math.round(seconds / 360) / 10} h`;
}
