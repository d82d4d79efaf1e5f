import { parseFilter, parseOrder, type FilterNode } from '../filter';
import type { Run, RunStatus } from '../types';
import { RestError } from './errors';
import { viewTypes } from './experiments';
import { keyValues, optionalEnum, optionalInteger, optionalText, text, texts, type Fields } from './fields';
import { runInfoJson, runJson } from './json';
import { nextPage, pageBounds } from './paging';
import { hasLoggedModels, type Route, type Stores } from './stores';

/** Names and numbers of RunStatus in service.proto. */
const statuses: Record<RunStatus, number> = { RUNNING: 1, SCHEDULED: 2, FINISHED: 3, FAILED: 4, KILLED: 5 };

/** The run that a request is about; old clients call the id `run_uuid`. */
export function runId(fields: Fields): string {
  return optionalText(fields, 'run_id') || optionalText(fields, 'run_uuid') || text(fields, 'run_id');
}

async function runsJson({ tracking }: Stores, runs: Run[]): Promise<object[]> {
  const models = hasLoggedModels(tracking) ? await tracking.runModels(runs.map(({ id }) => id)) : undefined;
  return runs.map((run) => runJson(run, models?.get(run.id)));
}

const deleted: FilterNode = {
  kind: 'comparison',
  field: { entity: 'attribute', key: 'lifecycle_stage', type: 'text' },
  operator: '=',
  negated: false,
  value: 'deleted',
  span: { from: 0, to: 0 },
};

const search: Route['answer'] = async (stores, fields) => {
  const view = optionalEnum(fields, 'run_view_type', viewTypes) ?? 'ACTIVE_ONLY';
  const filter = parseFilter(optionalText(fields, 'filter') ?? '', { dialect: 'mlflow' });
  const parts = [...(view === 'DELETED_ONLY' ? [deleted] : []), ...(filter === undefined ? [] : [filter])];
  const { size, start } = pageBounds(fields, 1000);
  const { runs, total } = await stores.tracking.runs({
    experimentIds: texts(fields, 'experiment_ids'),
    includeDeleted: view !== 'ACTIVE_ONLY',
    ...(parts.length === 0 ? {} : { filter: { kind: 'and', of: parts } }),
    order: parseOrder(texts(fields, 'order_by'), { dialect: 'mlflow' }),
    limit: size,
    offset: start,
  });
  return { runs: await runsJson(stores, runs), ...nextPage(start + size, total) };
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
