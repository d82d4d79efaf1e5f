import { GalleyError } from '../../engine/errors';
import { askMonitor } from '../ask/monitors';
import { askText } from '../ask/prompts';
import type { GalleyCommand } from './command';

/** Tells the others that someone looks after an alert. */
export const acknowledgeAlert: GalleyCommand = {
  id: 'galley.acknowledgeAlert',
  async run(services, target) {
    const title = 'Acknowledge alert';
    const { root, monitor } = await askMonitor(
      services,
      target,
      title,
      'with an open alert',
      ({ openAlert }) => openAlert !== undefined && openAlert.acknowledged === undefined,
    );
    const alert = monitor.openAlert;
    if (alert === undefined) throw new GalleyError('not-found', `${monitor.name} has no open alert.`);
    const comment = await askText({ title, prompt: `${alert.summary} What is done about it? (optional)` });
    const acknowledged = await services.engine.request('monitors/acknowledge', {
      root,
      alertId: alert.id,
      comment,
    });
    await services.attention.look(root, ['monitors']);
    return acknowledged;
  },
};
