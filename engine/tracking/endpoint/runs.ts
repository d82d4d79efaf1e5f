import type { Run, RunStatus } from '../types';
import { RestError } from './errors';
import { viewOf } from './experiments';
import { keyValues, optionalEnum, optionalInteger, optionalText, text, texts, type Fields } from './fields';
import { parseFilter, parseOrder, type Lookup, type Vocabulary } from './filter';
import { runInfoJson, runJson } from './json';
import { pageOf } from './paging';
import { hasLoggedModels, type Route, type Stores } from './stores';

/** Names and numbers of RunStatus in service.proto. */
const statuses: Record<RunStatus, number> = { RUNNING: 1, SCHEDULED: 2, FINISHED: 3, FAILED: 4, KILLED: 5 };

const vocabulary: Vocabulary = {
  attributes: {
    run_id: 'text',
    run_name: 'text',
    'run name': 'text',
    'Run name': 'text',
    'Run Name': 'text',
    experiment_id: 'text',
    status: 'text',
    artifact_uri: 'text',
    user_id: 'text',
    start_time: 'number',
    created: 'number',
    Created: 'number',
    end_time: 'number',
  },
  subjects: ['attribute', 'metric', 'param', 'tag'],
};

function attribute(run: Run, key: string): number | string | undefined {
  switch (key.toLowerCase()) {
    case 'run_id':
      return run.id;
    case 'run_name':
    case 'run name':
      return run.name;
    case 'experiment_id':
      return run.experimentId;
    case 'status':
      return run.status;
    case 'artifact_uri':
      return run.artifactUri;
    case 'user_id':
      return run.user;
    case 'start_time':
    case 'created':
      return run.startedAt;
    case 'end_time':
      return run.endedAt;
    default:
      return undefined;
  }
}

function lookup(run: Run): Lookup {
  return (subject, key) => {
    if (subject === 'metric') return run.metrics[key]?.value;
    if (subject === 'param') return run.params[key];
    if (subject === 'tag') return run.tags[key];
    return attribute(run, key);
  };
}

/** The run that a request is about; old clients call the id `run_uuid`. */
export function runId(fields: Fields): string {
  return optionalText(fields, 'run_id') || text(fields, 'run_uuid');
}

async function runsJson({ tracking }: Stores, runs: Run[]): Promise<object[]> {
  const models = hasLoggedModels(tracking) ? await tracking.runModels(runs.map(({ id }) => id)) : undefined;
  return runs.map((run) => runJson(run, models?.get(run.id)));
}

const search: Route['answer'] = async (stores, fields) => {
  const view = viewOf(fields, 'run_view_type');
  const matches = parseFilter(optionalText(fields, 'filter') ?? '', vocabulary);
  const order = parseOrder([...texts(fields, 'order_by'), 'start_time DESC', 'run_id ASC'], vocabulary);
  const { runs } = await stores.tracking.runs({
    experimentIds: texts(fields, 'experiment_ids'),
    includeDeleted: view.all,
  });
  const found = runs
    .filter((run) => view.shows(run.lifecycleStage))
    .map((run) => ({ run, lookup: lookup(run) }))
    .filter((entry) => matches(entry.lookup))
    .sort((a, b) => order(a.lookup, b.lookup));
  const { rows, next } = pageOf(fields, found, 1000);
  return {
    runs: await runsJson(
      stores,
      rows.map(({ run }) => run),
    ),
    ...next,
  };
};

/** Calls about runs as a whole. */
export const runRoutes: Route[] = [
  {
    method: 'POST',
    path: 'runs/create',
    answer: async (stores, fields) => {
      const name = optionalText(fields, 'run_name');
      const user = optionalText(fields, 'user_id');
      const run = await stores.tracking.createRun({
        experimentId: optionalText(fields, 'experiment_id') || '0',
        startedAt: optionalInteger(fields, 'start_time') ?? Date.now(),
        tags: keyValues(fields, 'tags'),
        ...(name ? { name } : {}),
        ...(user ? { user } : {}),
      });
      return { run: runJson(run, undefined) };
    },
  },
  {
    method: 'GET',
    path: 'runs/get',
    answer: async (stores, fields) => {
      const [run] = await runsJson(stores, [await stores.tracking.run(runId(fields))]);
      return { run };
    },
  },
  {
    method: 'POST',
    path: 'runs/update',
    answer: async ({ tracking, ownedRunId }, fields) => {
      const id = runId(fields);
      const status = optionalEnum(fields, 'status', statuses);
      const endedAt = optionalInteger(fields, 'end_time');
      const name = optionalText(fields, 'run_name');
      // A stage's client ends the run as it exits; the run goes on with the next stage.
      const ends = id !== ownedRunId;
      const run = await tracking.updateRun(id, {
        ...(ends && status !== undefined ? { status } : {}),
        ...(ends && endedAt !== undefined ? { endedAt } : {}),
        ...(name ? { name } : {}),
      });
      return { run_info: runInfoJson(run) };
    },
  },
  {
    method: 'POST',
    path: 'runs/delete',
    answer: async ({ tracking, ownedRunId }, fields) => {
      const id = runId(fields);
      if (id === ownedRunId)
        throw new RestError('INVALID_STATE', `The run ${id} is under way; stop it before deleting it.`);
      await tracking.deleteRun(id);
      return {};
    },
  },
  {
    method: 'POST',
    path: 'runs/restore',
    answer: async ({ tracking }, fields) => {
      await tracking.restoreRun(runId(fields));
      return {};
    },
  },
  { method: 'POST', path: 'runs/search', answer: search },
];
