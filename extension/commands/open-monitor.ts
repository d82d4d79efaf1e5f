import { askMonitor } from '../ask/monitors';
import type { GalleyCommand } from './command';

export const openMonitor: GalleyCommand = {
  id: 'galley.openMonitor',
  async run(services, target) {
    const { root, monitor } = await askMonitor(services, target, 'Open monitor');
    return services.panels.monitor.show({ root, spec: monitor.spec, monitor: monitor.name });
  },
};
