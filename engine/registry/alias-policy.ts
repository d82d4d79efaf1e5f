import type { DeploymentStatus } from '../deployment/types';
import { GalleyError } from '../errors';

/** Says which version is in service; other tools serve what it points to. */
const champion = 'champion';

/**
 * Aliases that follow deployments move with rollouts. One that follows a deployment whose policy asks for approvals
 * is never moved by hand, for that would bring a version into service, in the eyes of other tools, without them.
 * @param deployments all deployments of the project
 * @throws GalleyError `policy`
 */
export function assertAliasMayMove(
  deployments: readonly DeploymentStatus[],
  model: string,
  alias: string,
): void {
  const guarded = deployments.find(
    (deployment) =>
      deployment.model === model &&
      deployment.policy !== undefined &&
      (alias === deployment.name || alias === champion),
  );
  if (guarded === undefined) return;
  throw new GalleyError(
    'policy',
    `The alias ${alias} of ${model} follows the deployment ${guarded.name}, which needs approvals.`,
    { subject: model, remedy: `Request the deployment to ${guarded.name}; its rollout moves the alias.` },
  );
}
