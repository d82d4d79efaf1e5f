import { GalleyError } from '../errors';
import { specScope } from '../pipeline/expressions';
import { mirrorInService } from './alias-mirror';
import { mustPassTests } from './gates';
import { serviceHistory, type ServedBefore } from './history';
import { requireIdentity } from './identity';
import {
  candidateOf,
  catchUp,
  lookAround,
  requestIn,
  type Candidate,
  type DeploymentRoom,
  type Overview,
} from './overview';
import type { GovernedDeployment } from './policy';
import { inRepository } from './repository';
import { countedApprovals } from './requests';
import { statusOf } from './status';
import type { DeploymentRequest, LedgerEventKind, RolloutResult, ServingState } from './types';

/**
 * Brings an approved version into service.
 * @throws GalleyError `policy` before the approvals are there, whoever asks; `conflict` when it was rolled out
 * already; whatever the target rejects with
 */
export async function rollout(room: DeploymentRoom, requestId: string): Promise<RolloutResult> {
  await catchUp(room);
  const overview = await lookAround(room, requestId);
  const request = requestIn(overview, requestId);
  requireIdentity(overview.repository.settings);
  mustBeApproved(request, overview);
  const { binding, spec: file = '' } = request;
  const governed = overview.specs.deployment(file, binding.deployment);
  // Read byte by byte once more: between the look above and now somebody may have written to the artifact.
  const candidate = await candidateOf(room, overview.repository, governed, binding.version, true);
  if (candidate.binding.digest !== binding.digest) throw changed(request);
  await mustPassTests(room, governed, candidate.version);
  const before = historyOf(overview, governed).at(-1)?.version;
  const state = await serve(room, governed, candidate);
  const meaning = `${binding.model} v${binding.version} is in service in ${binding.deployment}.`;
  return settle(room, overview, governed, state, {
    kind: 'rolled-out',
    meaning,
    comment: '',
    requestId: request.id,
    candidate,
    before,
  });
}

function mustBeApproved(request: DeploymentRequest, overview: Overview): void {
  const { status, reason, binding } = request;
  const what = `${binding.model} v${binding.version} for ${binding.deployment}`;
  if (status === 'rolled-out') {
    throw new GalleyError('conflict', `${what} is rolled out already. ${reason}`, {
      subject: request.id,
      remedy: 'Make a new request to roll it out again.',
    });
  }
  const facts = overview.facts.get(request.id);
  if (status === 'approved' && facts !== undefined) {
    if (facts.unknown === undefined) return;
    throw new GalleyError('not-found', `${what} cannot be rolled out from this machine: ${facts.unknown}`, {
      subject: request.id,
      remedy: 'Roll it out where the model version is.',
    });
  }
  const waiting = status === 'waiting';
  throw new GalleyError('policy', `${what} may not be rolled out: ${reason}`, {
    subject: request.id,
    remedy: waiting ? 'Wait until the reviewers have approved it.' : 'Make a new request.',
  });
}

function changed(request: DeploymentRequest): GalleyError {
  return new GalleyError('policy', 'The artifact changed while it was about to be rolled out.', {
    subject: request.id,
    remedy: 'Request it again, so that the reviewers see what it is now.',
  });
}

/**
 * Brings the version that was in service before back. It was approved when it went into service; it must be the same
 * artifact still.
 * @throws GalleyError `not-found` when nothing was in service before; `policy` when that was changed since or had no
 * approvals
 */
export async function rollback(
  room: DeploymentRoom,
  file: string,
  deployment: string,
  comment: string,
): Promise<RolloutResult> {
  await catchUp(room);
  const overview = await lookAround(room);
  requireIdentity(overview.repository.settings);
  const governed = overview.specs.deployment(file, deployment);
  const history = historyOf(overview, governed);
  const [previous, current] = [history.at(-2), history.at(-1)];
  if (previous === undefined || current === undefined) {
    throw new GalleyError('not-found', `Nothing was in service in ${deployment} before.`, {
      subject: deployment,
      remedy: 'Request another version instead.',
    });
  }
  mustHaveBeenApproved(overview, previous, deployment);
  const candidate = await candidateOf(room, overview.repository, governed, previous.version, true);
  if (candidate.binding.digest !== previous.digest) {
    throw new GalleyError('policy', `The artifact of v${previous.version} changed since it was in service.`, {
      subject: `${candidate.binding.model}/${previous.version}`,
      remedy: 'Request it anew, so that the reviewers see what it is now.',
    });
  }
  const state = await serve(room, governed, candidate);
  return settle(room, overview, governed, state, {
    kind: 'rolled-back',
    meaning: `${deployment} went back from v${current.version} to v${previous.version}.`,
    comment,
    requestId: previous.requestId,
    candidate,
    before: current.version,
  });
}

function mustHaveBeenApproved(overview: Overview, previous: ServedBefore, deployment: string): void {
  const request = overview.requests.find(({ id }) => id === previous.requestId);
  if (request !== undefined && countedApprovals(request) >= (request.policy?.required ?? 0)) return;
  throw new GalleyError(
    'policy',
    `v${previous.version} was in ${deployment} without the approvals it needed.`,
    {
      subject: previous.eventId,
      remedy: 'Request it anew.',
    },
  );
}

function historyOf(overview: Overview, governed: GovernedDeployment): ServedBefore[] {
  return serviceHistory(overview.events, inRepository(overview.repository, governed.file), governed.name);
}

/** The spec of the default branch is what is served: it is what was approved. */
function serve(
  room: DeploymentRoom,
  governed: GovernedDeployment,
  { artifact, binding }: Candidate,
): Promise<ServingState> {
  return room.target.rollout({
    deployment: governed.name,
    spec: governed.deployment,
    folder: governed.folder,
    model: binding.model,
    version: binding.version,
    artifact,
    scope: specScope(governed.pipeline, {}),
  });
}

interface Done {
  kind: Extract<LedgerEventKind, 'rolled-out' | 'rolled-back'>;
  meaning: string;
  comment: string;
  requestId: string;
  candidate: Candidate;
  before: string | undefined;
}

/** Writes down what is in service now, whatever else happened in the meantime, and mirrors it. */
async function settle(
  room: DeploymentRoom,
  overview: Overview,
  governed: GovernedDeployment,
  state: ServingState,
  { kind, meaning, comment, requestId, candidate, before }: Done,
): Promise<RolloutResult> {
  const { binding } = candidate;
  const { event, unshared } = await room.ledger.append({
    kind,
    meaning,
    deployment: governed.name,
    spec: inRepository(overview.repository, governed.file),
    request: requestId,
    comment,
    binding,
    detail: { before: before ?? null, url: state.url ?? null },
  });
  const now = { model: binding.model, version: binding.version, eventId: event.id };
  const warnings = await mirrorInService(room.registry, governed.pipeline, governed.name, now, before);
  if (unshared !== undefined) warnings.push(`The event is only on this machine: ${unshared}`);
  const status = await statusOf(room, governed.file, governed.name);
  return { status, url: state.url ?? '', ...(warnings.length === 0 ? {} : { warnings }) };
}
