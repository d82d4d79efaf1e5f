import type { Experiment } from '../types';
import { created, RestError } from './errors';
import { keyValues, optionalEnum, optionalText, text, texts, type Fields } from './fields';
import { parseFilter, parseOrder, type Lookup, type Vocabulary } from './filter';
import { experimentJson } from './json';
import { pageOf } from './paging';
import { experimentLifecycle, type Route } from './stores';

/** Names and numbers of ViewType in service.proto. */
const viewTypes = { ACTIVE_ONLY: 1, DELETED_ONLY: 2, ALL: 3 } as const;

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
    name: 'text',
    experiment_id: 'text',
    creation_time: 'number',
    last_update_time: 'number',
  },
  subjects: ['attribute', 'tag'],
};

function lookup(experiment: Experiment): Lookup {
  const attributes: Record<string, number | string> = {
    name: experiment.name,
    experiment_id: experiment.id,
    creation_time: experiment.createdAt,
    last_update_time: experiment.updatedAt,
  };
  return (subject, key) => (subject === 'tag' ? experiment.tags[key] : attributes[key]);
}

const search: Route['answer'] = async ({ tracking }, fields) => {
  const view = viewOf(fields, 'view_type');
  const matches = parseFilter(optionalText(fields, 'filter') ?? '', vocabulary);
  const clauses = texts(fields, 'order_by');
  const order = parseOrder(
    clauses.length > 0 ? clauses : ['creation_time DESC', 'experiment_id ASC'],
    vocabulary,
  );
  const found = (await tracking.experiments({ includeDeleted: view.all }))
    .filter((experiment) => view.shows(experiment.lifecycleStage))
    .map((experiment) => ({ experiment, lookup: lookup(experiment) }))
    .filter((entry) => matches(entry.lookup))
    .sort((a, b) => order(a.lookup, b.lookup));
  const { rows, next } = pageOf(fields, found, 1000);
  return { experiments: rows.map(({ experiment }) => experimentJson(experiment)), ...next };
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
