import type { DeploymentStatus } from '../deployment/types';
import { GalleyError } from '../errors';
import { tellOfBrokenSpecs } from './broken-specs';
import type { CliContext } from './context';

/**
 * The deployment of a name.
 * @param spec tells it from one of the same name in another file
 * @throws GalleyError `not-found`, or `invalid` when several specs have it
 */
export async function namedDeployment(
  context: CliContext,
  name: string,
  spec: string | undefined,
): Promise<DeploymentStatus> {
  const all = await (await context.project()).deployments.list();
  const found = all.filter((status) => status.name === name && (spec === undefined || status.spec === spec));
  const [first] = found;
  if (first === undefined) {
    await tellOfBrokenSpecs(context);
    throw noDeployment(context, name, spec, all);
  }
  if (found.length === 1) return first;
  throw new GalleyError('invalid', `Several specs have the deployment ${name}.`, {
    subject: name,
    remedy: `Say which with --spec: ${found.map((status) => status.spec).join(', ')}.`,
  });
}

/** The error for a deployment that no spec has, with those that there are. */
export function noDeployment(
  context: CliContext,
  name: string,
  spec: string | undefined,
  all: readonly DeploymentStatus[],
): GalleyError {
  const known = all.map((status) => `${status.name} (${status.spec})`);
  return new GalleyError(
    'not-found',
    `${spec ?? 'No spec'} has ${spec === undefined ? 'the' : 'no'} deployment ${name}.`,
    {
      subject: context.cwd(),
      remedy:
        known.length === 0
          ? 'Add it under deployments in galley.yaml; galley validate shows what is wrong with a spec.'
          : `There are: ${known.join(', ')}.`,
    },
  );
}
