import { askRun } from '../ask/runs';
import { withNotification } from '../ask/prompts';
import type { GalleyCommand } from './command';

export const stopRun: GalleyCommand = {
  id: 'galley.stopRun',
  async run(services, target) {
    const { root, detail } = await askRun(
      services,
      target,
      'Stop run',
      'running run',
      ({ run, state }) => run.status === 'RUNNING' && state !== undefined,
    );
    return withNotification(`Stopping ${detail.run.name}`, async () => {
      const state = await services.engine.request('runs/stop', { root, runId: detail.run.id });
      await services.attention.look(root, ['runs']);
      return state;
    });
  },
};
