import { askDeployment } from '../ask/deployments';
import { askText, confirm, required, tell, withNotification } from '../ask/prompts';
import { rolloutWords } from '../deployment-words';
import type { GalleyCommand } from './command';

/** Brings the version back that was in service before. */
export const rollBackDeployment: GalleyCommand = {
  id: 'galley.rollBackDeployment',
  async run(services, target) {
    const title = 'Roll back deployment';
    const { root, deployment } = await askDeployment(
      services,
      target,
      title,
      'that can be rolled back',
      ({ version, previousVersion }) => version !== undefined && previousVersion !== undefined,
    );
    const { name, spec, version, previousVersion } = deployment;
    const comment = await askText({
      title,
      prompt: `Why does ${name} go back from v${version ?? ''} to v${previousVersion ?? ''}?`,
      check: required('The others need a reason.'),
    });
    await confirm(
      `Roll back ${name} to v${previousVersion ?? ''}?`,
      `Target: ${deployment.target}. v${version ?? ''} is taken out of service.`,
      'Roll Back',
    );
    const result = await withNotification(`Rolling back ${name}`, () =>
      services.engine.request('deployments/rollback', { root, spec, deployment: name, comment }),
    );
    await services.attention.look(root, ['deployments']);
    const now = { deployment: name, model: deployment.model, version: result.status.version ?? '' };
    const { kind, message } = rolloutWords(now, result, true);
    tell(kind, message, {});
    return result;
  },
};
