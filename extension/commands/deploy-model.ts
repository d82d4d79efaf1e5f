import type { DeploymentRequest, DeploymentStatus } from '../../engine/deployment/types';
import { askDeployment, bindingTitle } from '../ask/deployments';
import { askVersion } from '../ask/models';
import { askText, confirm, tell, withNotification } from '../ask/prompts';
import { counted } from '../facts';
import { requestWords } from '../deployment-words';
import type { Services } from '../services';
import type { GalleyCommand } from './command';
import { rollOut } from './roll-out';

const title = 'Deploy model';

/** What to do next: roll out when nobody needs to approve, else who can. */
async function goOn(services: Services, root: string, request: DeploymentRequest, status: DeploymentStatus) {
  const { binding, policy } = request;
  if (request.status === 'approved') {
    const before = status.version === undefined ? '' : ` It takes the place of v${status.version}.`;
    await confirm(
      `Roll out ${bindingTitle(binding)} now?`,
      `No approval is needed. Target: ${binding.target}.${before}`,
      'Roll Out',
    );
    return rollOut(services, root, request);
  }
  const needed = policy === undefined ? '' : ` It needs ${counted(policy.required, 'approval')}`;
  const from = policy === undefined || policy.from.length === 0 ? '' : ` from ${policy.from.join(', ')}`;
  const { kind, message } = requestWords(`Requested ${bindingTitle(binding)}.${needed}${from}.`, request);
  tell(kind, message, {
    Review: { command: 'galley.reviewDeployment', argument: { root, requestId: request.id } },
  });
  return request;
}

/** Requests the deployment of a version. */
export const deployModel: GalleyCommand = {
  id: 'galley.deployModel',
  async run(services, target) {
    const { root, deployment } =
      target?.version === undefined
        ? await askDeployment(services, target, title, 'of a model', () => true)
        : { root: target.root, deployment: undefined };
    const { version } = await askVersion(
      services,
      deployment === undefined ? target : { root, model: deployment.model },
      title,
    );
    const { deployment: chosen } =
      deployment === undefined
        ? await askDeployment(
            services,
            target,
            title,
            `for ${version.name}`,
            ({ model }) => model === version.name,
          )
        : { deployment };
    const comment = await askText({
      title,
      prompt: `Why should ${version.name} v${version.version} be deployed to ${chosen.name}? (optional)`,
    });
    const request = await withNotification(`Requesting ${version.name} v${version.version}`, () =>
      services.engine.request('deployments/request', {
        root,
        request: { spec: chosen.spec, deployment: chosen.name, version: version.version, comment },
      }),
    );
    await services.attention.look(root, ['deployments']);
    return goOn(services, root, request, chosen);
  },
};
