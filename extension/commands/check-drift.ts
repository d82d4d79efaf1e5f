import type { MonitorStatus } from '../../engine/monitoring/types';
import { askMonitor } from '../ask/monitors';
import { tell, withCancel } from '../ask/prompts';
import { monitorFacts } from '../views/monitors';
import type { GalleyCommand } from './command';

/** Warns of an alert with what can be done about it. */
export function warnOfAlert(root: string, monitor: MonitorStatus, summary: string): void {
  const { name, spec, deployment } = monitor;
  const argument = { root, spec, monitor: name };
  tell('warning', `${name}: ${summary}`, {
    Open: { command: 'galley.openMonitor', argument },
    Retrain: { command: 'galley.retrain', argument },
    ...(deployment === undefined
      ? {}
      : { 'Roll Back…': { command: 'galley.rollBackDeployment', argument: { root, spec, deployment } } }),
  });
}

/** Checks a monitor now and opens its page. */
export const checkDrift: GalleyCommand = {
  id: 'galley.checkDrift',
  async run(services, target) {
    const { root, monitor } = await askMonitor(services, target, 'Check drift');
    const { name, spec } = monitor;
    const check = await services.attention.quietly(root, spec, name, () =>
      withCancel(`Checking ${name}`, (token) =>
        services.engine.request('monitors/check', { root, spec, monitor: name }, token),
      ),
    );
    await services.panels.monitor.show({ root, spec, monitor: name });
    if (check.alert) {
      const now = services.attention.alerts.find(
        (open) => open.root === root && open.monitor.name === name && open.monitor.spec === spec,
      );
      warnOfAlert(root, monitor, now?.alert.summary ?? monitorFacts({ ...monitor, last: check }));
    }
    return check;
  },
};
