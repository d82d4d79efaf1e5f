import { askRun } from '../ask/runs';
import type { GalleyCommand } from './command';

/** Opens the experiments page with one run selected. */
export const openRun: GalleyCommand = {
  id: 'galley.openRun',
  async run(services, target) {
    const { root, detail } = await askRun(services, target, 'Open run', 'run', () => true);
    return services.panels.experiments.show({
      root,
      experimentIds: [detail.run.experimentId],
      selectedRunIds: [detail.run.id],
    });
  },
};
