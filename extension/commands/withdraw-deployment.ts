import { askRequest, bindingTitle } from '../ask/deployments';
import { askText, tell } from '../ask/prompts';
import { requestWords } from '../deployment-words';
import { isOpen } from '../views/deployments';
import type { GalleyCommand } from './command';

/** Takes back one's own request. */
export const withdrawDeployment: GalleyCommand = {
  id: 'galley.withdrawDeployment',
  async run(services, target) {
    const title = 'Withdraw deployment request';
    const { root, request } = await askRequest(services, target, title, 'to withdraw', isOpen);
    const comment = await askText({
      title,
      prompt: `Why is ${bindingTitle(request.binding)} withdrawn? (optional)`,
    });
    const withdrawn = await services.engine.request('deployments/withdraw', {
      root,
      requestId: request.id,
      comment,
    });
    await services.attention.look(root, ['deployments']);
    const { kind, message } = requestWords(
      `Withdrew the request for ${bindingTitle(request.binding)}.`,
      withdrawn,
    );
    if (kind === 'warning') tell(kind, message, {});
    return withdrawn;
  },
};
