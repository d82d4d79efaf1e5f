import type { DeploymentRequest } from '../../engine/deployment/types';
import { askRequest, bindingTitle } from '../ask/deployments';
import { confirm, tell, withNotification } from '../ask/prompts';
import { rolloutWords } from '../deployment-words';
import type { Services } from '../services';
import type { GalleyCommand } from './command';

/** Rolls a request out that the person has confirmed, and says where it answers. */
export async function rollOut(services: Services, root: string, request: DeploymentRequest) {
  const { binding } = request;
  const result = await withNotification(`Rolling out ${bindingTitle(binding)}`, () =>
    services.engine.request('deployments/rollout', { root, requestId: request.id }),
  );
  await services.attention.look(root, ['deployments']);
  const { kind, message } = rolloutWords(binding, result);
  tell(kind, message, {
    'Copy Address': {
      command: 'galley.copyServingUrl',
      argument: { root, spec: result.status.spec, deployment: binding.deployment },
    },
  });
  return result;
}

export const rollOutDeployment: GalleyCommand = {
  id: 'galley.rollOutDeployment',
  async run(services, target) {
    const { root, request, status } = await askRequest(
      services,
      target,
      'Roll out deployment',
      'that is approved',
      (candidate) => candidate.status === 'approved',
    );
    const before = status.version === undefined ? '' : ` It takes the place of v${status.version}.`;
    await confirm(
      `Roll out ${bindingTitle(request.binding)}?`,
      `Target: ${request.binding.target}.${before}`,
      'Roll Out',
    );
    return rollOut(services, root, request);
  },
};
