import {
  filterTest,
  formatOrder,
  orderForMlflow,
  orderComparison,
  parseOrder,
  readRunField,
  splitForMlflow,
} from '../../tracking/filter';
import type { LogBatch, MetricPoint, Run, RunPage, RunQuery } from '../../tracking/types';
import type { Connection } from './connection';
import { object, objects, optionalText, toRun } from './json';
import { pages, pageToken } from './pages';

const pageSize = 1000;

/**
 * Runs of a server. What its search cannot do is done here, with all runs that it finds.
 * A server tells no total: when there are more runs than asked for, `total` is one more than is known and `atLeast` set.
 */
export async function queryRuns(connection: Connection, query: RunQuery): Promise<RunPage> {
  if (query.experimentIds.length === 0) return { runs: [], total: 0 };
  const { mlflow, rest } = splitForMlflow(query.filter);
  const clauses = orderForMlflow(query.order ?? []);
  const byStart = (query.order ?? []).some(({ field }) => field.key === 'start_time');
  const start = parseOrder([query.oldestFirst === true ? 'start_time ASC' : 'start_time DESC']);
  const here = rest !== undefined || clauses === undefined;
  const offset = query.offset ?? 0;
  const end = query.limit === undefined ? Infinity : offset + query.limit;
  const passes = filterTest(rest, readRunField);
  const found: Run[] = [];
  let more = false;
  const ask = async (token: string | undefined) =>
    connection.send(
      'POST',
      'runs/search',
      {
        experiment_ids: query.experimentIds,
        filter: mlflow,
        run_view_type: query.includeDeleted === true ? 'ALL' : 'ACTIVE_ONLY',
        max_results: here || end > pageSize ? pageSize : Math.max(end, 1),
        order_by: [...(clauses ?? []), ...(byStart ? [] : start.map(formatOrder))],
        ...pageToken(token),
      },
      true,
    );
  for await (const answer of pages(ask)) {
    found.push(...objects(answer, 'runs').map(toRun).filter(passes));
    if (here || found.length < end) continue;
    more = Boolean(optionalText(object(answer), 'next_page_token'));
    break;
  }
  if (clauses === undefined)
    found.sort(orderComparison([...(query.order ?? []), ...(byStart ? [] : start)], readRunField));
  const runs = found.slice(offset, end);
  return more ? { runs, total: found.length + 1, atLeast: true } : { runs, total: found.length };
}

/** MLflow's limits of one log-batch request. */
const limits = { metrics: 1000, params: 100, tags: 100, total: 1000 } as const;

/** A double as protobuf's JSON has it. */
function doubleJson(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

export function pointJson({ key, value, timestamp, step }: MetricPoint): object {
  return { key, value: doubleJson(value), timestamp, step };
}

export function keyValuesJson(record: Record<string, string>): { key: string; value: string }[] {
  return Object.entries(record).map(([key, value]) => ({ key, value }));
}

/** The requests that a batch is within MLflow's limits: params first, so that one that is refused stops the rest. */
export function batchBodies(runId: string, { params = {}, tags = {}, metrics = [] }: LogBatch): object[] {
  const left = { params: keyValuesJson(params), tags: keyValuesJson(tags), metrics: metrics.map(pointJson) };
  const bodies: object[] = [];
  while (left.params.length + left.tags.length + left.metrics.length > 0) {
    const some = { params: left.params.splice(0, limits.params), tags: left.tags.splice(0, limits.tags) };
    const room = limits.total - some.params.length - some.tags.length;
    bodies.push({ run_id: runId, ...some, metrics: left.metrics.splice(0, Math.min(room, limits.metrics)) });
  }
  return bodies;
}
