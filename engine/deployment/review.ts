import { GalleyError } from '../errors';
import type { RolloutSpec } from '../pipeline/spec';
import type { DeploymentReview, ReviewedVersion } from '../protocol';
import { codeChanges } from './code-changes';
import { isRequested, readEvidence, type Evidence } from './evidence';
import { testResults } from './gates';
import { serviceHistory } from './history';
import { lookAround, requestIn, type DeploymentRoom, type Overview } from './overview';
import type { GovernedDeployment } from './policy';
import { inRepository } from './repository';
import type { DeploymentRequest } from './types';

/**
 * Everything that a reviewer looks at, in one go. Where this machine's registry does not have the version, what the
 * requester's machine wrote into the request is shown, and `recorded` says so.
 * @throws GalleyError `not-found` when there is no such request, or nothing is known of its version; `corrupt`
 */
export async function reviewRequest(room: DeploymentRoom, requestId: string): Promise<DeploymentReview> {
  const overview = await lookAround(room, requestId);
  const request = requestIn(overview, requestId);
  const { binding, spec: file = '' } = request;
  const governed = governedOf(overview, request);
  const before = incumbentOf(overview, request, file);
  const shown = await evidenceFor(room, overview, request, governed, before?.version);
  const lastCheck = await room.monitorCheck(binding.deployment);
  const stale = request.status === 'void' || request.status === 'superseded' ? request.reason : undefined;
  return {
    request,
    candidate: shown.candidate,
    ...(shown.incumbent === undefined ? {} : { incumbent: shown.incumbent }),
    tests: shown.tests,
    ...(lastCheck === undefined ? {} : { lastCheck }),
    code: await codeChanges(overview.repository, before?.commit, binding.commit),
    rollout:
      governed === undefined ? 'Unknown' : rolloutInWords(governed.deployment.rollout, before?.version),
    events: overview.events.filter((event) => event.request === request.id),
    ...(stale === undefined ? {} : { stale }),
    ...(shown.recorded === undefined ? {} : { recorded: shown.recorded }),
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

/** From this machine's registry, else from the request. */
async function evidenceFor(
  room: DeploymentRoom,
  overview: Overview,
  request: DeploymentRequest,
  governed: GovernedDeployment | undefined,
  before: string | undefined,
): Promise<Evidence & { recorded?: string }> {
  const { model, version } = request.binding;
  const detail = overview.events.find(({ id }) => id === request.id)?.detail;
  const written = readEvidence(detail);
  const candidate = await unlessGone(() => reviewedVersion(room, model, version));
  if (candidate === undefined || !isRequested(candidate.version, detail)) {
    const who = request.requestedBy.email;
    if (written === undefined) {
      throw new GalleyError('not-found', `${model} v${version} is not in this machine's registry.`, {
        subject: request.id,
        remedy: 'Review it on a machine that has the version.',
      });
    }
    const recorded = `${model} v${version} is not in this machine's registry: this is what ${who} had when it was requested.`;
    return { ...written, recorded };
  }
  const own = before === undefined ? undefined : await unlessGone(() => reviewedVersion(room, model, before));
  const incumbent = own ?? (written?.incumbent?.version.version === before ? written?.incumbent : undefined);
  const tests =
    governed === undefined
      ? room.models.results(candidate.version)
      : await testResults(room, governed, candidate.version);
  return { candidate, ...(incumbent === undefined ? {} : { incumbent }), tests };
}

/**
 * A version with the run that made it, when that is still there.
 * @throws GalleyError `not-found`
 */
export async function reviewedVersion(
  room: DeploymentRoom,
  model: string,
  number: string,
): Promise<ReviewedVersion> {
  const version = await room.registry.version(model, number);
  const { runId } = version;
  const run = runId === undefined ? undefined : await unlessGone(() => room.tracking.run(runId));
  return run === undefined ? { version } : { version, run };
}

/** Undefined when what is looked for is not there. */
export async function unlessGone<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof GalleyError && error.code === 'not-found') return undefined;
    throw error;
  }
}

/** E.g. `Canary 10 % → 50 % → 100 %, 15 min each; back to v7 if it fails`. */
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
