import { RestError } from './errors';
import { optionalInteger, optionalText, texts } from './fields';
import { metricJson } from './json';
import type { Route } from './stores';

const most = { runs: 100, points: 25_000 } as const;

/** Points of one metric of several runs, as MLflow's page asks for them. */
export const bulkHistoryRoute: Route = {
  method: 'GET',
  path: 'metrics/get-history-bulk',
  answer: async ({ tracking }, fields) => {
    const runIds = texts(fields, 'run_id');
    const refuse = (message: string) =>
      new RestError('INVALID_PARAMETER_VALUE', `GetMetricHistoryBulk request ${message}`);
    if (runIds.length === 0) throw refuse('must specify at least one run_id.');
    if (runIds.length > most.runs)
      throw refuse(`cannot specify more than ${most.runs} run_ids. Received ${runIds.length} run_ids.`);
    const key = optionalText(fields, 'metric_key');
    if (key === undefined) throw refuse('must specify a metric_key.');
    const asked = Math.min(optionalInteger(fields, 'max_results') ?? most.points, most.points);
    const metrics: object[] = [];
    for (const runId of [...new Set(runIds)].sort()) {
      const points = await tracking.metricHistory(runId, key);
      points.sort((a, b) => a.timestamp - b.timestamp || a.step - b.step || a.value - b.value);
      for (const point of points)
        if (metrics.length < asked) metrics.push({ ...metricJson(point), run_id: runId });
    }
    return { metrics };
  },
};
