import { askRequest, bindingTitle } from '../ask/deployments';
import { askText, confirm, required, tell } from '../ask/prompts';
import { requestWords } from '../deployment-words';
import { isOpen } from '../views/deployments';
import type { GalleyCommand } from './command';

/** Stops a request until a new one is made. */
export const rejectDeployment: GalleyCommand = {
  id: 'galley.rejectDeployment',
  async run(services, target) {
    const title = 'Reject deployment';
    const { root, request } = await askRequest(services, target, title, 'to reject', isOpen);
    const what = bindingTitle(request.binding);
    const comment = await askText({
      title,
      prompt: `Why is ${what} rejected?`,
      check: required('The requester needs a reason.'),
    });
    await confirm(
      `Reject ${what}?`,
      'The rejection is recorded. The request stops, and a new one has to be made.',
      'Reject',
    );
    const rejected = await services.engine.request('deployments/reject', {
      root,
      requestId: request.id,
      comment,
    });
    await services.attention.look(root, ['deployments']);
    const { kind, message } = requestWords(`Rejected ${what}.`, rejected);
    if (kind === 'warning') tell(kind, message, {});
    return rejected;
  },
};
