import { GalleyError } from '../errors';
import { findSpecFiles, loadPipeline } from '../pipeline/load';
import type { DeploymentSpec } from '../pipeline/spec';
import { unapprovedChange } from './alias-mirror';
import { serviceHistory } from './history';
import { lookAround, type DeploymentRoom, type Overview } from './overview';
import { inRepository } from './repository';
import type { DeploymentStatus } from './types';

/** Specs of the work tree by file; one with errors is left out (the Pipelines view tells them). */
async function workTreeDeployments(root: string): Promise<Map<string, Record<string, DeploymentSpec>>> {
  const found = new Map<string, Record<string, DeploymentSpec>>();
  for (const file of await findSpecFiles(root)) {
    try {
      found.set(file, (await loadPipeline(root, file)).spec.deployments);
    } catch (error) {
      if (!(error instanceof GalleyError)) throw error;
    }
  }
  return found;
}

/**
 * All deployments: those of the default branch as it has them, and those that only the work tree has, each of which
 * says why nothing can be deployed there yet.
 * @throws GalleyError `corrupt` when the ledger is damaged
 */
export async function allStatuses(room: DeploymentRoom): Promise<DeploymentStatus[]> {
  const workTree = await workTreeDeployments(room.root);
  let overview: Overview | undefined;
  let problem: GalleyError | undefined;
  try {
    overview = await lookAround(room);
  } catch (error) {
    if (!(error instanceof GalleyError) || error.code !== 'policy') throw error;
    problem = error;
  }
  const files = [...new Set([...(overview?.specs.pipelines.keys() ?? []), ...workTree.keys()])].sort();
  const statuses: DeploymentStatus[] = [];
  for (const file of files) {
    const own = workTree.get(file) ?? {};
    const names = [...new Set([...(overview?.specs.deployments(file) ?? []), ...Object.keys(own)])];
    for (const name of names) {
      statuses.push(
        overview === undefined
          ? await withoutLedger(room, file, name, own[name], problem)
          : await withLedger(room, overview, file, name, own[name]),
      );
    }
  }
  return statuses;
}

/** @throws GalleyError `not-found` when no spec has the deployment; `corrupt` */
export async function statusOf(room: DeploymentRoom, file: string, name: string): Promise<DeploymentStatus> {
  const found = (await allStatuses(room)).find((status) => status.spec === file && status.name === name);
  if (found !== undefined) return found;
  throw new GalleyError('not-found', `${file} has no deployment ${name}.`, {
    subject: file,
    remedy: 'See `galley deploy status` for what there is.',
  });
}

async function withoutLedger(
  room: DeploymentRoom,
  file: string,
  name: string,
  spec: DeploymentSpec | undefined,
  problem: GalleyError | undefined,
): Promise<DeploymentStatus> {
  if (spec === undefined) throw new TypeError(`no deployment ${name}`);
  const serving = await room.target.state(name);
  return {
    ...described(file, name, spec),
    requests: [],
    ...(serving === undefined ? {} : { serving }),
    ...(problem === undefined ? {} : { problem: problem.data }),
  };
}

function described(file: string, name: string, spec: DeploymentSpec): Omit<DeploymentStatus, 'requests'> {
  const { model, target, rollout, approvals } = spec;
  return { name, spec: file, model, target, rollout, policy: approvals };
}

async function withLedger(
  room: DeploymentRoom,
  overview: Overview,
  file: string,
  name: string,
  own: DeploymentSpec | undefined,
): Promise<DeploymentStatus> {
  let spec = own;
  let problem = room.ledger.trouble();
  try {
    spec = overview.specs.deployment(file, name).deployment;
  } catch (error) {
    if (!(error instanceof GalleyError)) throw error;
    problem = error;
  }
  if (spec === undefined) throw new TypeError(`no deployment ${name}`);
  const requests = overview.requests.filter(
    (request) => request.spec === file && request.binding.deployment === name,
  );
  const history = serviceHistory(overview.events, inRepository(overview.repository, file), name);
  const [before, now] = [history.at(-2)?.version, history.at(-1)?.version];
  const serving = await room.target.state(name);
  const model = (await room.registry.models()).find((one) => one.name === spec.model);
  const approved = requests
    .filter(({ status }) => status === 'approved')
    .map(({ binding }) => binding.version);
  const unapproved = unapprovedChange(name, now, model, serving, approved);
  return {
    ...described(file, name, spec),
    requests,
    ...(now === undefined ? {} : { version: now }),
    ...(before === undefined ? {} : { previousVersion: before }),
    ...(serving === undefined ? {} : { serving }),
    ...(problem === undefined ? {} : { problem: problem.data }),
    ...(unapproved === undefined ? {} : { unapproved }),
  };
}
