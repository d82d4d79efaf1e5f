import { askRun } from '../ask/runs';
import type { GalleyCommand } from './command';

/** Follows the log of a run in a terminal. */
export const showLog: GalleyCommand = {
  id: 'galley.showLog',
  async run(services, target) {
    const { root, detail } = await askRun(
      services,
      target,
      'Show log',
      'run with a log',
      ({ state }) => state !== undefined,
    );
    services.runLogs.show({ root, runId: detail.run.id, name: detail.run.name });
  },
};
