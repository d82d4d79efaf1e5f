import { GalleyError } from '../errors';
import type { ModelRegistry } from '../registry/types';
import { recordEvidence, type Evidence } from './evidence';
import { mustBeDeployable } from './gates';
import { serviceHistory } from './history';
import { candidateOf, catchUp, lookAround, requestIn, type DeploymentRoom } from './overview';
import { inRepository } from './repository';
import { reviewedVersion, unlessGone } from './review';
import type { Binding, DeploymentRequest, RequestDeployment } from './types';

/**
 * Asks for a version to be deployed: the first event of a request, with what it binds to.
 * @throws GalleyError `not-found`, `policy`, `conflict`, `corrupt`
 */
export async function requestDeployment(
  room: DeploymentRoom,
  { spec: file, deployment, version, comment }: RequestDeployment,
): Promise<DeploymentRequest> {
  await catchUp(room);
  const overview = await lookAround(room);
  const governed = overview.specs.deployment(file, deployment);
  const number = await versionNumber(room.registry, governed.deployment.model, version);
  const candidate = await candidateOf(room, overview.repository, governed, number, true);
  const tests = await mustBeDeployable(room, overview, governed, candidate);
  const { binding } = candidate;
  const { approvals } = governed.deployment;
  const spec = inRepository(overview.repository, file);
  const before = serviceHistory(overview.events, spec, deployment).at(-1)?.version;
  const { event } = await room.ledger.append({
    kind: 'requested',
    meaning: `Asks that ${binding.model} v${binding.version} is deployed to ${deployment}.`,
    deployment,
    spec,
    comment,
    binding,
    detail: {
      policy: approvals ?? null,
      branch: overview.specs.branch,
      evidence: recordEvidence({ ...(await versionsOf(room, binding, before)), tests }),
    },
  });
  return requestIn(await lookAround(room), event.id);
}

async function versionsOf(
  room: DeploymentRoom,
  { model, version }: Binding,
  before: string | undefined,
): Promise<Omit<Evidence, 'tests'>> {
  const candidate = await reviewedVersion(room, model, version);
  const incumbent =
    before === undefined ? undefined : await unlessGone(() => reviewedVersion(room, model, before));
  return incumbent === undefined ? { candidate } : { candidate, incumbent };
}

/** The version that a number (`12`, `v12`), an alias, or nothing (the newest) names. */
async function versionNumber(
  registry: ModelRegistry,
  model: string,
  wanted: string | undefined,
): Promise<string> {
  const registered = (await registry.models()).some(({ name }) => name === model);
  const versions = registered ? await registry.versions(model) : [];
  const [newest] = versions;
  if (wanted !== undefined && newest !== undefined) {
    const number = /^v?(\d+)$/.exec(wanted)?.[1];
    const found = versions.find(({ version, aliases }) =>
      number === undefined ? aliases.includes(wanted) : Number(version) === Number(number),
    );
    if (found !== undefined) return found.version;
    throw new GalleyError('not-found', `${model} has no version or alias ${wanted}.`, {
      subject: model,
      remedy: 'See `galley models show` for what there is.',
    });
  }
  if (newest !== undefined) return newest.version;
  throw new GalleyError('not-found', `${model} has no version yet.`, {
    subject: model,
    remedy: 'Run the pipeline and register its model first.',
  });
}
