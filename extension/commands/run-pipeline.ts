import { askParams } from '../ask/params';
import { askPipeline } from '../ask/projects';
import { choose } from '../ask/prompts';
import type { GalleyCommand } from './command';
import { startRun } from './start-run';

const title = 'Run pipeline';

/** From a lens or the tree it runs with defaults; from the palette it first offers other ways. */
export const runPipeline: GalleyCommand = {
  id: 'galley.runPipeline',
  async run(services, target) {
    const { root, pipeline } = await askPipeline(services, target, title);
    const { file: spec, params } = pipeline;
    const needed = params.some((param) => param.default === undefined);
    if (target?.spec !== undefined && !needed) return startRun(services, root, { spec });
    const defaults = params.map(({ name, default: value }) => `${name}=${value ?? '?'}`).join(', ');
    const way = await choose<'defaults' | 'params' | 'force'>(title, `How shall ${pipeline.name} run?`, [
      ...(needed
        ? []
        : [{ label: '$(play) Run with defaults', description: defaults, value: 'defaults' as const }]),
      ...(params.length === 0
        ? []
        : [{ label: '$(settings) Change params…', description: defaults, value: 'params' as const }]),
      ...(needed
        ? []
        : [
            {
              label: '$(debug-restart) Run every stage again',
              description: 'without the stage cache',
              value: 'force' as const,
            },
          ]),
    ]);
    if (way === 'force') return startRun(services, root, { spec, force: true });
    if (way === 'defaults') return startRun(services, root, { spec });
    return startRun(services, root, { spec, params: await askParams(title, params) });
  },
};
