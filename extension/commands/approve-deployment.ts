import { GalleyError } from '../../engine/errors';
import { askRequest, bindingLines, bindingTitle } from '../ask/deployments';
import { askText, confirm, tell } from '../ask/prompts';
import { requestWords } from '../deployment-words';
import { approvalFacts } from '../views/deployments';
import type { GalleyCommand } from './command';

const title = 'Approve deployment';

/**
 * Approves exactly what the person was shown: the binding of the review page, or the one in the dialog. When that is
 * not what is there any more the engine refuses.
 */
export const approveDeployment: GalleyCommand = {
  id: 'galley.approveDeployment',
  async run(services, target) {
    const { root, request } = await askRequest(
      services,
      target,
      title,
      'to approve',
      (candidate) => candidate.status === 'waiting',
    );
    const review = await services.engine.request('deployments/review', { root, requestId: request.id });
    const look = {
      title: 'Review',
      command: 'galley.reviewDeployment',
      arguments: [{ root, requestId: request.id }],
    };
    if (review.stale !== undefined) {
      throw new GalleyError('conflict', review.stale, { remedy: 'Look at the request again.', action: look });
    }
    const expected = target?.seen ?? review.request.binding;
    const comment = await askText({
      title,
      prompt: `Comment on ${bindingTitle(expected)}, digest ${expected.digest.slice(0, 8)} (optional)`,
    });
    await confirm(
      `Approve ${expected.model} v${expected.version} for ${expected.deployment}?`,
      `${bindingLines(expected)}\n\nYou approve as ${review.me.name} <${review.me.email}>. The approval is recorded and cannot be taken back.`,
      'Approve',
    );
    const approved = await services.engine.request('deployments/approve', {
      root,
      requestId: request.id,
      comment,
      expected,
    });
    await services.attention.look(root, ['deployments']);
    const argument = { root, requestId: request.id };
    const count = approvalFacts(approved);
    const done = `Approved ${bindingTitle(expected)}${count === undefined ? '' : `: ${count}`}.`;
    const { kind, message } = requestWords(done, approved);
    tell(kind, message, {
      ...(approved.status === 'approved'
        ? { 'Roll Out…': { command: 'galley.rollOutDeployment', argument } }
        : {}),
      Review: { command: 'galley.reviewDeployment', argument },
    });
    return approved;
  },
};
