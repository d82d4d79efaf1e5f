import { choose } from '../ask/prompts';
import { ago } from '../facts';
import type { GalleyCommand } from './command';

/** The list behind the status bar's `2 running`: choosing one follows its log. */
export const showRunning: GalleyCommand = {
  id: 'galley.showRunning',
  async run(services) {
    const { root, run } = await choose(
      'Running',
      'Choose a run to follow its log',
      services.attention.running.map((value) => ({
        label: value.run.runName,
        description: value.run.stages.find(({ status }) => status === 'running')?.name ?? value.run.pipeline,
        detail: `${value.run.pipeline}, started ${ago(value.run.startedAt)}`,
        value,
      })),
    );
    services.runLogs.show({ root, runId: run.runId, name: run.runName });
  },
};
