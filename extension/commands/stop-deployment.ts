import { askDeployment } from '../ask/deployments';
import { confirm, withNotification } from '../ask/prompts';
import type { GalleyCommand } from './command';

/** Ends the local serve process of a deployment. */
export const stopDeployment: GalleyCommand = {
  id: 'galley.stopDeployment',
  async run(services, target) {
    const { root, deployment } = await askDeployment(
      services,
      target,
      'Stop deployment',
      'that is serving',
      ({ serving }) => serving !== undefined && serving.status !== 'stopped',
    );
    const { name, spec, serving } = deployment;
    await confirm(
      `Stop ${name}?`,
      `Calls to ${serving?.url ?? name} fail until it is rolled out again.`,
      'Stop',
    );
    const status = await withNotification(`Stopping ${name}`, () =>
      services.engine.request('deployments/stop', { root, spec, deployment: name }),
    );
    await services.attention.look(root, ['deployments']);
    return status;
  },
};
