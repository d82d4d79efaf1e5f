import { GalleyError } from '../../engine/errors';
import { choose } from '../ask/prompts';
import { askRoot } from '../ask/projects';
import type { Services } from '../services';
import type { Target } from '../target';
import type { GalleyCommand } from './command';
import { adoptRun } from './start-run';

type Occasion = { spec: string; monitor: string } | { spec: string; retraining: string };

/** What asks for the retraining: the target's monitor or policy, or a chosen one. */
async function askOccasion(
  { engine }: Services,
  root: string,
  target: Target | undefined,
): Promise<Occasion> {
  if (target?.spec !== undefined && target.monitor !== undefined)
    return { spec: target.spec, monitor: target.monitor };
  if (target?.spec !== undefined && target.retraining !== undefined)
    return { spec: target.spec, retraining: target.retraining };
  const pipelines = (await engine.request('pipelines/list', { root })).filter(
    ({ file }) => target?.spec === undefined || file === target.spec,
  );
  const choices = pipelines.flatMap(({ file: spec, name, retraining, monitors }) => [
    ...retraining.map((policy) => ({
      label: `$(history) ${policy}`,
      description: `retraining of ${name}`,
      value: { spec, retraining: policy } as Occasion,
    })),
    ...monitors.map((monitor) => ({
      label: `$(pulse) ${monitor}`,
      description: `monitor of ${name}`,
      value: { spec, monitor } as Occasion,
    })),
  ]);
  if (choices.length === 0) {
    throw new GalleyError('not-found', 'No pipeline here says how to retrain.', {
      remedy: 'Add retraining: to galley.yaml, or run the pipeline.',
      action: { title: 'Run Pipeline', command: 'galley.runPipeline' },
    });
  }
  return choose('Retrain', 'Choose what to retrain for', choices);
}

/** Starts the run that a monitor or a retraining policy asks for. */
export const retrain: GalleyCommand = {
  id: 'galley.retrain',
  async run(services, target) {
    const root = await askRoot(services, target, 'Retrain');
    const occasion = await askOccasion(services, root, target);
    const state = await services.engine.request('monitors/retrain', { root, ...occasion });
    await adoptRun(services, root, state);
    return state;
  },
};
