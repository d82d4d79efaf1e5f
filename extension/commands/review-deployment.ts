import { askRequest } from '../ask/deployments';
import { isOpen } from '../views/deployments';
import type { GalleyCommand } from './command';

export const reviewDeployment: GalleyCommand = {
  id: 'galley.reviewDeployment',
  async run(services, target) {
    if (target?.requestId !== undefined)
      return services.panels.review.show({ root: target.root, requestId: target.requestId });
    const { root, request } = await askRequest(services, target, 'Review deployment', 'to review', isOpen);
    return services.panels.review.show({ root, requestId: request.id });
  },
};
