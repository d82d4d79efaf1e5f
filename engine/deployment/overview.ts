import { errorData, GalleyError } from '../errors';
import type { MonitorCheck } from '../monitoring/types';
import type { ModelRegistration } from '../registry/service';
import { versionTags, type ModelRegistry, type ModelVersion } from '../registry/types';
import type { TrackingStore } from '../tracking/types';
import { createArtifactDigests, type ArtifactDigests } from './artifact-digests';
import { isRequested } from './evidence';
import { knownIdentity } from './identity';
import type { Ledger } from './ledger/ledger';
import { createLedger } from './ledger/ledger';
import { createPolicyReader, type GovernedDeployment, type GovernedSpecs, type PolicyReader } from './policy';
import { commitOf, noRepository, type Repository } from './repository';
import { foldRequests, openRequests, type FactsByRequest, type RequestFacts } from './requests';
import type { ServingTarget } from './serving/target';
import type { Binding, DeploymentRequest, Identity, LedgerEvent } from './types';

/** What deployments are made of; the composition root gives it. */
export interface DeploymentParts {
  /** The project's folder, absolute. */
  root: string;
  registry: ModelRegistry;
  tracking: TrackingStore;
  models: ModelRegistration;
  target: ServingTarget;
  /** Newest check of the monitors that watch a deployment. */
  monitorCheck(deployment: string): Promise<MonitorCheck | undefined>;
}

/** The parts with what one process keeps between requests. */
export interface DeploymentRoom extends DeploymentParts {
  ledger: Ledger;
  policies: PolicyReader;
  digests: ArtifactDigests;
}

/** Makes the room of a project; reads nothing yet. */
export function openRoom(parts: DeploymentParts): DeploymentRoom {
  const { root } = parts;
  return {
    ...parts,
    ledger: createLedger(root),
    policies: createPolicyReader(root),
    digests: createArtifactDigests(),
  };
}

/** One consistent look at the ledger, the policies and the registry. */
export interface Overview {
  repository: Repository;
  specs: GovernedSpecs;
  /** The project's own, oldest first. */
  events: LedgerEvent[];
  /** Newest first. */
  requests: DeploymentRequest[];
  facts: FactsByRequest;
  me: Identity | undefined;
}

/** What the version of a deployment would bind to now. */
export interface Candidate {
  version: ModelVersion;
  artifact: string;
  binding: Binding;
}

/**
 * Brings the ledger and the default branch of the remote, when it answers. Being offline is no reason to stop: the
 * ledger remembers the trouble, and what is shown says it.
 * @throws GalleyError `corrupt`
 */
export async function catchUp(room: DeploymentRoom): Promise<void> {
  try {
    await room.ledger.refresh();
  } catch (error) {
    if (!(error instanceof GalleyError) || error.code !== 'unreachable') throw error;
  }
}

/**
 * @param exact id of a request whose artifact is read byte by byte; for the others known digests are good enough
 * @throws GalleyError `policy` without a repository or default branch; `corrupt`
 */
export async function lookAround(room: DeploymentRoom, exact?: string): Promise<Overview> {
  const repository = await room.ledger.repository();
  if (repository === undefined) throw noRepository(room.root);
  const specs = await room.policies.specs(repository);
  const events = ownEvents(await room.ledger.events(), repository);
  const facts = new Map<string, RequestFacts>();
  for (const requested of openRequests(events)) {
    const all = matches(requested, exact);
    facts.set(requested.id, await factsOf(room, repository, specs, requested, all));
  }
  const me = knownIdentity(repository.settings);
  const requests = projectRequests(events, facts, repository, me, room.ledger.trouble());
  return { repository, specs, events, requests, facts, me };
}

/** Whether an id, an id that it had earlier, or the beginning of one, names the event. */
function matches(event: LedgerEvent, id: string | undefined): boolean {
  if (id === undefined || id === '') return false;
  return [event.id, ...(event.earlierIds ?? [])].some((one) => one.startsWith(id));
}

/** Events of the project's own specs: several projects may share one repository and its ledger. */
export function ownEvents(events: readonly LedgerEvent[], { prefix }: Repository): LedgerEvent[] {
  return events.filter(({ spec }) => spec?.startsWith(prefix) ?? true);
}

/** Folds the project's events; specs are named relative to the project. */
export function projectRequests(
  events: readonly LedgerEvent[],
  facts: FactsByRequest,
  { prefix }: Repository,
  me: Identity | undefined,
  trouble: GalleyError | undefined,
): DeploymentRequest[] {
  const unshared = new Set(events.filter((event) => event.unshared).map(({ request }) => request));
  return foldRequests(events, facts, me?.email).map((request) => {
    if (request.spec !== undefined) request.spec = request.spec.slice(prefix.length);
    if (unshared.has(request.id))
      request.unshared = trouble?.message ?? 'It was not pushed to the remote yet.';
    return request;
  });
}

/**
 * The request that an id, or the unique beginning of one, names.
 * @throws GalleyError `not-found`; `invalid` when several begin like that
 */
export function requestIn(
  { requests, events }: Pick<Overview, 'requests' | 'events'>,
  id: string,
): DeploymentRequest {
  const ids = new Set(
    events.filter((event) => event.kind === 'requested' && matches(event, id)).map((one) => one.id),
  );
  const found = requests.filter((request) => ids.has(request.id));
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  if (first === undefined) {
    throw new GalleyError('not-found', `There is no deployment request ${id}.`, {
      subject: id,
      remedy: 'List the requests with `galley deploy status`.',
    });
  }
  throw new GalleyError('invalid', `${found.length} deployment requests begin with ${id}.`, {
    subject: id,
    remedy: 'Give more characters of the id.',
  });
}

/**
 * The version with everything that an approval of it would bind to.
 * @throws GalleyError `not-found` when the version or its artifact is not on this machine
 */
export async function candidateOf(
  room: DeploymentRoom,
  repository: Repository,
  governed: GovernedDeployment,
  versionNumber: string,
  exact: boolean,
): Promise<Candidate> {
  const { model, target } = governed.deployment;
  const version = await room.registry.version(model, versionNumber);
  const artifact = await room.registry.artifactPath(model, versionNumber);
  const digest = await (exact ? room.digests.fresh(artifact) : room.digests.recent(artifact));
  const commit = version.tags[versionTags.commit] ?? (await commitOf(repository.git, 'HEAD')) ?? '';
  const binding = {
    model,
    version: version.version,
    digest,
    commit,
    deployment: governed.name,
    target,
    policyDigest: governed.policyDigest,
  };
  return { version, artifact, binding };
}

async function factsOf(
  room: DeploymentRoom,
  repository: Repository,
  specs: GovernedSpecs,
  requested: LedgerEvent,
  exact: boolean,
): Promise<RequestFacts> {
  let governed: GovernedDeployment;
  try {
    governed = specs.deployment((requested.spec ?? '').slice(repository.prefix.length), requested.deployment);
  } catch (error) {
    if (!(error instanceof GalleyError)) throw error;
    return { policy: undefined, now: {}, gone: error.message };
  }
  const { approvals: policy, model, target } = governed.deployment;
  const now = { model, target, deployment: governed.name, policyDigest: governed.policyDigest };
  try {
    const version = requested.binding?.version ?? '';
    const candidate = await candidateOf(room, repository, governed, version, exact);
    if (isRequested(candidate.version, requested.detail)) return { policy, now: candidate.binding };
    return { policy, now, unknown: `The ${model} v${version} of this machine's registry is another one.` };
  } catch (error) {
    // Another machine may have the artifact; here what the ledger and the default branch say is compared.
    return { policy, now, unknown: errorData(error).message };
  }
}
