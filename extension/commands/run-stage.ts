import { askStage } from '../ask/projects';
import type { GalleyCommand } from './command';
import { startRun } from './start-run';

/** Runs one stage alone, on what earlier stages have left on disk. */
export const runStage: GalleyCommand = {
  id: 'galley.runStage',
  async run(services, target) {
    const { root, pipeline, stage } = await askStage(services, target, 'Run stage');
    return startRun(services, root, { spec: pipeline.file, stages: [stage.name] });
  },
};
