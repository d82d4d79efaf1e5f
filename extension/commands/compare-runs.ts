import { askRuns } from '../ask/runs';
import type { GalleyCommand } from './command';

/** Opens the experiments page with only the selected rows of the tree, or the chosen runs. */
export const compareRuns: GalleyCommand = {
  id: 'galley.compareRuns',
  async run(services, target, selected) {
    const rows = selected.filter((row) => row.runId !== undefined && row.root === target?.root);
    const first = rows[0];
    if (first !== undefined && rows.length > 1) {
      return show(
        first.root,
        rows.flatMap(({ runId }) => runId ?? []),
        rows.flatMap(({ experimentId }) => experimentId ?? []),
      );
    }
    const { root, runs } = await askRuns(services, target, 'Compare runs');
    return show(
      root,
      runs.map(({ run }) => run.id),
      runs.map(({ run }) => run.experimentId),
    );

    function show(root: string, runIds: string[], experimentIds: string[]): Promise<void> {
      return services.panels.experiments.show({
        root,
        experimentIds: [...new Set(experimentIds)],
        selectedRunIds: runIds,
        onlyRunIds: runIds,
      });
    }
  },
};
