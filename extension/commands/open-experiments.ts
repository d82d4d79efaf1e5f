import { askRoot } from '../ask/projects';
import type { GalleyCommand } from './command';

/** Opens the table of all runs, or of one experiment. */
export const openExperiments: GalleyCommand = {
  id: 'galley.openExperiments',
  async run(services, target) {
    const root = await askRoot(services, target, 'Open experiments');
    return services.panels.experiments.show({
      root,
      experimentIds: target?.experimentId === undefined ? [] : [target.experimentId],
      selectedRunIds: [],
    });
  },
};
