import path from 'node:path';
import { GalleyError } from '../../engine/errors';
import type { PipelineStageSummary, PipelineSummary } from '../../engine/protocol';
import { projectPlace } from '../project-roots';
import type { Services } from '../services';
import type { Target } from '../target';
import { stageState } from '../views/pipelines';
import { counted, facts } from '../facts';
import { chooseUnlessOne } from './prompts';

/**
 * The project that a command is about: the target's, the only one, or the chosen one.
 * @throws GalleyError `not-found` when the window has none
 */
export async function askRoot(
  { roots }: Services,
  target: Target | undefined,
  title: string,
): Promise<string> {
  if (target !== undefined) return target.root;
  const all = await roots.all();
  if (all.length === 0) {
    throw new GalleyError('not-found', 'This window has no folder with a galley.yaml or an mlflow.db.', {
      remedy: 'Create a pipeline, or open a folder that has one.',
      action: { title: 'Create Pipeline', command: 'galley.createPipeline' },
    });
  }
  return chooseUnlessOne(
    title,
    'Choose the project',
    all.map((root) => ({
      label: path.basename(root),
      description: projectPlace(root) ?? path.dirname(root),
      value: root,
    })),
  );
}

export interface ChosenPipeline {
  root: string;
  pipeline: PipelineSummary;
}

/**
 * The pipeline that a command is about, without errors and with stages.
 * @throws GalleyError `not-found`, or `invalid` when the file has errors
 */
export async function askPipeline(
  services: Services,
  target: Target | undefined,
  title: string,
): Promise<ChosenPipeline> {
  const root = await askRoot(services, target, title);
  const all = await services.engine.request('pipelines/list', { root });
  const wanted = all.filter(({ file }) => target?.spec === undefined || file === target.spec);
  if (wanted.length === 0) {
    throw new GalleyError(
      'not-found',
      target?.spec === undefined
        ? `${path.basename(root)} has no galley.yaml.`
        : `There is no pipeline in ${target.spec}.`,
      {
        remedy: 'Create a pipeline.',
        action: { title: 'Create Pipeline', command: 'galley.createPipeline' },
      },
    );
  }
  const pipeline = await chooseUnlessOne(
    title,
    'Choose the pipeline',
    wanted.map((candidate) => ({
      label: candidate.name,
      description: facts(candidate.file, counted(candidate.stages.length, 'stage')),
      value: candidate,
    })),
  );
  if (pipeline.errors > 0 || pipeline.failure !== undefined) {
    throw new GalleyError(
      'invalid',
      `${pipeline.file} has ${counted(Math.max(1, pipeline.errors), 'error')}.`,
      {
        remedy: 'Correct it first; the Problems view lists what is wrong.',
        subject: path.join(root, pipeline.file),
        line: 0,
        action: { title: 'Show Problems', command: 'workbench.actions.view.problems' },
      },
    );
  }
  return { root, pipeline };
}

/** The stage that a command is about. */
export async function askStage(
  services: Services,
  target: Target | undefined,
  title: string,
): Promise<ChosenPipeline & { stage: PipelineStageSummary }> {
  const { root, pipeline } = await askPipeline(services, target, title);
  const wanted = pipeline.stages.filter(({ name }) => target?.stage === undefined || name === target.stage);
  if (wanted.length === 0) {
    throw new GalleyError(
      'not-found',
      `${pipeline.file} has no stage ${target?.stage ?? ''}`.trimEnd() + '.',
      {
        remedy: 'Add it to the file.',
      },
    );
  }
  const stage = await chooseUnlessOne(
    title,
    'Choose the stage',
    wanted.map((candidate) => ({
      label: candidate.name,
      description: stageState(candidate),
      ...(candidate.description === undefined ? {} : { detail: candidate.description }),
      value: candidate,
    })),
  );
  return { root, pipeline, stage };
}
