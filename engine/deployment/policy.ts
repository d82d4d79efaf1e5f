import { createHash } from 'node:crypto';
import path from 'node:path';
import { GalleyError } from '../errors';
import { isSpecFile, parsePipeline } from '../pipeline/load';
import type { DeploymentSpec, PipelineSpec } from '../pipeline/spec';
import { inRepository, ledgerRemote, type Repository } from './repository';
import { trackingRef } from './ledger/refs';

/** A deployment as the default branch has it: what policy and rollout go by, whatever the work tree says. */
export interface GovernedDeployment {
  /** Spec file, relative to the project's folder. */
  file: string;
  /** Absolute folder of the spec file in the work tree. */
  folder: string;
  name: string;
  deployment: DeploymentSpec;
  pipeline: PipelineSpec;
  policyDigest: string;
}

/** All specs of a project on the default branch. */
export interface GovernedSpecs {
  /** For messages, e.g. `origin/main`. */
  branch: string;
  /** By file, relative to the project's folder; one that cannot be read is its error. */
  pipelines: ReadonlyMap<string, PipelineSpec | GalleyError>;
  /** Names of the deployments of a file. */
  deployments(file: string): string[];
  /** @throws GalleyError `policy` when the default branch does not have it */
  deployment(file: string, name: string): GovernedDeployment;
}

/** Reads policies; keeps what it parsed for as long as the default branch stays where it is. */
export interface PolicyReader {
  /** @throws GalleyError `policy` when there is no default branch yet */
  specs(repository: Repository): Promise<GovernedSpecs>;
}

const remedy = 'Commit and push galley.yaml.';

/**
 * The branch that policies are read from: `<remote>/HEAD`; else the remote's, else (without a remote, or before the
 * first push) the local branch that `init.defaultBranch` names, `main` or `master`.
 */
export async function defaultBranch(
  repository: Repository,
): Promise<{ name: string; commit: string } | undefined> {
  const { git, settings } = repository;
  const remote = await ledgerRemote(repository);
  const names = [...new Set([settings.get('init.defaultbranch') ?? 'main', 'main', 'master'])];
  const local = names.map((name) => `refs/heads/${name}`);
  const shared = remote === undefined ? [] : [`refs/remotes/${remote}/`];
  const format = '--format=%(refname)%00%(objectname)%00%(objecttype)%00%(symref)';
  const refs = (await git.run(['for-each-ref', format, ...shared, ...local])).split('\n').map((line) => {
    const [name = '', commit = '', type, symref = ''] = line.split('\0');
    return { name, commit, type, symref };
  });
  const find = (name: string) => refs.find((ref) => ref.name === name && ref.type === 'commit');
  if (remote !== undefined) {
    const head = find(`refs/remotes/${remote}/HEAD`)?.symref;
    const wanted = names.map((name) => `refs/remotes/${remote}/${name}`);
    for (const name of [...(head === undefined ? [] : [head]), ...wanted]) {
      const ref = find(name);
      if (ref !== undefined) return { name: name.slice('refs/remotes/'.length), commit: ref.commit };
    }
    // Something was pushed, but not the default branch: a local one would be the requester's own word.
    const pushed = refs.some(({ name }) => name.startsWith('refs/remotes/') && name !== trackingRef(remote));
    if (pushed) return undefined;
  }
  const ref = local.map(find).find((one) => one !== undefined);
  return ref === undefined ? undefined : { name: ref.name.slice('refs/heads/'.length), commit: ref.commit };
}

/** @param root the project's folder */
export function createPolicyReader(root: string): PolicyReader {
  let known: { commit: string; specs: GovernedSpecs } | undefined;
  return {
    async specs(repository) {
      const branch = await defaultBranch(repository);
      if (branch === undefined) {
        throw new GalleyError('policy', 'The repository has no default branch to read policies from.', {
          subject: root,
          remedy: `${remedy} If the default branch has an unusual name: \`git remote set-head origin --auto\`.`,
        });
      }
      if (known?.commit !== branch.commit) {
        const pipelines = await pipelinesAt(root, repository, branch.commit);
        known = { commit: branch.commit, specs: governed(root, branch.name, pipelines) };
      }
      return known.specs;
    },
  };
}

async function pipelinesAt(
  root: string,
  repository: Repository,
  commit: string,
): Promise<Map<string, PipelineSpec | GalleyError>> {
  const { git, prefix } = repository;
  const below = prefix === '' ? [] : [prefix];
  const listed = await git.run(['ls-tree', '-r', '-z', '--name-only', '--full-tree', commit, '--', ...below]);
  const pipelines = new Map<string, PipelineSpec | GalleyError>();
  for (const inside of listed.split('\0')) {
    if (!isSpecFile(inside) || !inside.startsWith(prefix)) continue;
    const file = inside.slice(prefix.length);
    const text = await git.run(['cat-file', 'blob', `${commit}:${inRepository(repository, file)}`]);
    try {
      pipelines.set(file, parsePipeline(text, file, path.join(root, path.dirname(file))).spec);
    } catch (error) {
      if (!(error instanceof GalleyError)) throw error;
      pipelines.set(file, error);
    }
  }
  return pipelines;
}

function governed(
  root: string,
  branch: string,
  pipelines: ReadonlyMap<string, PipelineSpec | GalleyError>,
): GovernedSpecs {
  return {
    branch,
    pipelines,
    deployments(file) {
      const pipeline = pipelines.get(file);
      return pipeline === undefined || pipeline instanceof GalleyError
        ? []
        : Object.keys(pipeline.deployments);
    },
    deployment(file, name) {
      const pipeline = pipelines.get(file);
      if (pipeline === undefined) {
        throw new GalleyError(
          'policy',
          `${file} is not on ${branch}, where the policy of the deployment ${name} is read from.`,
          { subject: file, remedy },
        );
      }
      if (pipeline instanceof GalleyError) {
        throw new GalleyError(
          'policy',
          `${file} on ${branch} cannot be used: ${pipeline.message}`,
          { subject: file, remedy: `Correct the file, then commit and push it to ${branch}.` },
          { cause: pipeline },
        );
      }
      const deployment = Object.hasOwn(pipeline.deployments, name) ? pipeline.deployments[name] : undefined;
      if (deployment === undefined) {
        throw new GalleyError('policy', `${file} on ${branch} has no deployment ${name}.`, {
          subject: file,
          remedy,
        });
      }
      const folder = path.join(root, path.dirname(file));
      return { file, folder, name, deployment, pipeline, policyDigest: policyDigest(pipeline, deployment) };
    },
  };
}

/**
 * Digest of everything that decides what a deployment does and who must agree: sha256 of the canonical JSON of model,
 * target, `after`, approvals, rollout, serving command and the pipeline's tests.
 */
export function policyDigest(pipeline: PipelineSpec, deployment: DeploymentSpec): string {
  const { model, target, after, approvals, rollout, serve } = deployment;
  const policy = { model, target, after, approvals, rollout, serve, tests: pipeline.tests };
  return createHash('sha256').update(canonicalJson(policy)).digest('hex');
}

/** JSON with the keys of every object in order of code units and without `undefined`. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((entry) => canonicalJson(entry)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .filter(([, entry]) => entry !== undefined)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, entry]) => `${JSON.stringify(key)}:${canonicalJson(entry)}`);
    return `{${entries.join(',')}}`;
  }
  return JSON.stringify(value);
}
