import { askRoot } from '../ask/projects';
import type { GalleyCommand } from './command';

/** Runs whose curves are drawn at first: enough to see where things stand. */
const drawnAtFirst = 5;

/** Opens the table of all runs, or of one experiment, with the curves of the newest. */
export const openExperiments: GalleyCommand = {
  id: 'galley.openExperiments',
  async run(services, target) {
    const root = await askRoot(services, target, 'Open experiments');
    const chosen = target?.experimentId === undefined ? [] : [target.experimentId];
    const all = await services.engine.request('experiments/list', { root });
    const { runs } = await services.engine.request('runs/list', {
      root,
      experimentIds: chosen.length > 0 ? chosen : all.map(({ id }) => id),
      limit: drawnAtFirst,
      offset: 0,
    });
    return services.panels.experiments.show({
      root,
      experimentIds: chosen,
      selectedRunIds: runs.map(({ run }) => run.id),
    });
  },
};
