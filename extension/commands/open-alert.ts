import { chooseUnlessOne } from '../ask/prompts';
import type { GalleyCommand } from './command';

/** The list behind the status bar's `1 drift`: opens the monitor. */
export const openAlert: GalleyCommand = {
  id: 'galley.openAlert',
  async run({ attention, panels }) {
    const { root, monitor } = await chooseUnlessOne(
      'Alerts',
      'Choose an alert',
      attention.alerts.map((value) => ({
        label: value.monitor.name,
        description: value.alert.summary,
        value,
      })),
    );
    return panels.monitor.show({ root, spec: monitor.spec, monitor: monitor.name });
  },
};
