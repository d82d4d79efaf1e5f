import { askParams } from '../ask/params';
import { askPipeline } from '../ask/projects';
import type { GalleyCommand } from './command';
import { startRun } from './start-run';

export const runPipelineWithParams: GalleyCommand = {
  id: 'galley.runPipelineWithParams',
  async run(services, target) {
    const title = 'Run pipeline with params';
    const { root, pipeline } = await askPipeline(services, target, title);
    const params = await askParams(title, pipeline.params);
    return startRun(services, root, { spec: pipeline.file, params });
  },
};
