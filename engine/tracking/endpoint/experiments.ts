import type { FieldReader, Vocabulary } from '../filter';
import type { Experiment } from '../types';
import { created, RestError } from './errors';
import { keyValues, optionalEnum, optionalText, text, texts, type Fields } from './fields';
import { own, searchOf } from './search';
import { experimentJson } from './json';
import { pageOf } from './paging';
import { experimentLifecycle, type Route } from './stores';

/** Names and numbers of ViewType in service.proto. */
export const viewTypes = { ACTIVE_ONLY: 1, DELETED_ONLY: 2, ALL: 3 } as const;

/** Which lifecycle stages a search asks for; active ones by default. */
export function viewOf(fields: Fields, name: string): { all: boolean; shows(stage: string): boolean } {
  const view = optionalEnum(fields, name, viewTypes) ?? 'ACTIVE_ONLY';
  return {
    all: view !== 'ACTIVE_ONLY',
    shows: (stage) => view === 'ALL' || (stage === 'active') === (view === 'ACTIVE_ONLY'),
  };
}

const vocabulary: Vocabulary = {
  attributes: {
    name: { type: 'text' },
    experiment_id: { type: 'text', list: true },
    creation_time: { type: 'number' },
    last_update_time: { type: 'number' },
  },
  entities: ['attribute', 'tag'],
};

const read: FieldReader<Experiment> = (experiment, { entity, key }) => {
  if (entity === 'tag') return own(experiment.tags, key);
  const attributes: Record<string, number | string> = {
    name: experiment.name,
    experiment_id: experiment.id,
    creation_time: experiment.createdAt,
    last_update_time: experiment.updatedAt,
  };
  return attributes[key];
};

const search: Route['answer'] = async ({ tracking }, fields) => {
  const view = viewOf(fields, 'view_type');
  const asked = texts(fields, 'order_by');
  const order = asked.length > 0 ? asked : ['creation_time DESC'];
  const filter = optionalText(fields, 'filter') ?? '';
  const search = searchOf(filter, order, ['experiment_id ASC'], vocabulary, read);
  const experiments = await tracking.experiments({ includeDeleted: view.all });
  const found = search(experiments.filter(({ lifecycleStage }) => view.shows(lifecycleStage)));
  const { rows, next } = pageOf(fields, found, 1000);
  return { experiments: rows.map(experimentJson), ...next };
};

/** Calls about experiments. */
export const experimentRoutes: Route[] = [
  {
    method: 'POST',
    path: 'experiments/create',
    answer: async ({ tracking }, fields) => {
      const experiment = await created(() =>
        tracking.createExperiment(
          text(fields, 'name'),
          keyValues(fields, 'tags'),
          optionalText(fields, 'artifact_location') || undefined,
        ),
      );
      return { experiment_id: experiment.id };
    },
  },
  { method: 'POST', path: 'experiments/search', answer: search },
  { method: 'GET', path: 'experiments/search', answer: search },
  {
    method: 'GET',
    path: 'experiments/get',
    answer: async ({ tracking }, fields) => ({
      experiment: experimentJson(await tracking.experiment(text(fields, 'experiment_id'))),
    }),
  },
  {
    method: 'GET',
    path: 'experiments/get-by-name',
    answer: async ({ tracking }, fields) => {
      const name = text(fields, 'experiment_name');
      const experiment = await tracking.experimentByName(name);
      if (experiment === undefined)
        throw new RestError('RESOURCE_DOES_NOT_EXIST', `Could not find experiment with name '${name}'`);
      return { experiment: experimentJson(experiment) };
    },
  },
  {
    method: 'POST',
    path: 'experiments/set-experiment-tag',
    answer: async ({ tracking }, fields) => {
      await tracking.setExperimentTag(
        text(fields, 'experiment_id'),
        text(fields, 'key'),
        optionalText(fields, 'value') ?? '',
      );
      return {};
    },
  },
  {
    method: 'POST',
    path: 'experiments/delete-experiment-tag',
    answer: async (stores, fields) => {
      await experimentLifecycle(stores).deleteExperimentTag(
        text(fields, 'experiment_id'),
        text(fields, 'key'),
      );
      return {};
    },
  },
  {
    method: 'POST',
    path: 'experiments/update',
    answer: async (stores, fields) => {
      await created(() =>
        experimentLifecycle(stores).renameExperiment(text(fields, 'experiment_id'), text(fields, 'new_name')),
      );
      return {};
    },
  },
  {
    method: 'POST',
    path: 'experiments/delete',
    answer: async (stores, fields) => {
      await experimentLifecycle(stores).deleteExperiment(text(fields, 'experiment_id'));
      return {};
    },
  },
  {
    method: 'POST',
    path: 'experiments/restore',
    answer: async (stores, fields) => {
      await experimentLifecycle(stores).restoreExperiment(text(fields, 'experiment_id'));
      return {};
    },
  },
];
