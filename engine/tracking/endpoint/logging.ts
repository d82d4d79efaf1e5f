import type { DatasetInput, LoggedModelMetricOf, MetricPoint } from '../types';
import { RestError } from './errors';
import {
  double,
  keyValues,
  objects,
  optionalInteger,
  optionalObject,
  optionalText,
  text,
  type Fields,
} from './fields';
import { bulkHistoryRoute } from './bulk-history';
import { metricJson } from './json';
import { pageOf } from './paging';
import { runId } from './runs';
import { loggedModelStore, type Route, type Stores } from './stores';

/** MLflow's limits of one log-batch request. */
const batchLimits = { metrics: 1000, params: 100, tags: 100, total: 1000 } as const;

interface LoggedMetric {
  point: MetricPoint;
  model: LoggedModelMetricOf | undefined;
}

/** @param place of the metric in its request, for a message */
function metricOf(fields: Fields, place = ''): LoggedMetric {
  const timestamp = optionalInteger(fields, 'timestamp');
  if (timestamp === undefined)
    throw new RestError(
      'INVALID_PARAMETER_VALUE',
      `Missing value for required parameter '${place}timestamp'`,
    );
  const point = {
    key: text(fields, 'key'),
    value: double(fields, 'value'),
    timestamp,
    step: optionalInteger(fields, 'step') ?? 0,
  };
  const modelId = optionalText(fields, 'model_id');
  const datasetName = optionalText(fields, 'dataset_name');
  const datasetDigest = optionalText(fields, 'dataset_digest');
  return {
    point,
    model: modelId
      ? { modelId, ...(datasetName ? { datasetName } : {}), ...(datasetDigest ? { datasetDigest } : {}) }
      : undefined,
  };
}

async function logModelMetrics(stores: Stores, id: string, metrics: LoggedMetric[]): Promise<void> {
  const ofModels = metrics.flatMap(({ point, model }) =>
    model === undefined ? [] : [{ ...point, ...model }],
  );
  if (ofModels.length > 0) await loggedModelStore(stores).logLoggedModelMetrics(id, ofModels);
}

function checkBatch(what: string, count: number, limit: number): void {
  if (count > limit)
    throw new RestError(
      'INVALID_PARAMETER_VALUE',
      `A batch logging request can contain at most ${limit} ${what}. Got ${count} ${what}. ` +
        `Please split up ${what} across multiple requests and try again.`,
    );
}

function checkUnique(params: Fields[]): void {
  const keys = params.map((param) => text(param, 'key'));
  const twice = keys.filter((key, index) => keys.indexOf(key) !== index);
  if (twice.length > 0)
    throw new RestError(
      'INVALID_PARAMETER_VALUE',
      `Duplicate parameter keys have been submitted: ${twice.join(', ')}.`,
    );
}

function datasetOf(fields: Fields): DatasetInput {
  const dataset = optionalObject(fields, 'dataset');
  if (dataset === undefined)
    throw new RestError('INVALID_PARAMETER_VALUE', "Missing value for required parameter 'dataset'.");
  const schema = optionalText(dataset, 'schema');
  const profile = optionalText(dataset, 'profile');
  return {
    name: text(dataset, 'name'),
    digest: text(dataset, 'digest'),
    sourceType: text(dataset, 'source_type'),
    source: text(dataset, 'source'),
    ...(schema === undefined ? {} : { schema }),
    ...(profile === undefined ? {} : { profile }),
    tags: keyValues(fields, 'tags'),
  };
}

/** The tag in which MLflow 2 clients keep the models that a run logged. */
const modelHistoryTag = 'mlflow.log-model.history';

/** Calls that log into a run, and read metric histories. */
export const loggingRoutes: Route[] = [
  {
    method: 'POST',
    path: 'runs/log-metric',
    answer: async (stores, fields) => {
      const id = runId(fields);
      const metric = metricOf(fields);
      await stores.tracking.log(id, { metrics: [metric.point] });
      await logModelMetrics(stores, id, [metric]);
      return {};
    },
  },
  {
    method: 'POST',
    path: 'runs/log-parameter',
    answer: async ({ tracking }, fields) => {
      await tracking.log(runId(fields), {
        params: { [text(fields, 'key')]: optionalText(fields, 'value') ?? '' },
      });
      return {};
    },
  },
  {
    method: 'POST',
    path: 'runs/log-batch',
    answer: async (stores, fields) => {
      const id = runId(fields);
      const metrics = objects(fields, 'metrics').map((metric, index) =>
        metricOf(metric, `metrics[${index}].`),
      );
      const params = objects(fields, 'params');
      const tags = objects(fields, 'tags');
      checkBatch('metrics', metrics.length, batchLimits.metrics);
      checkBatch('params', params.length, batchLimits.params);
      checkBatch('tags', tags.length, batchLimits.tags);
      checkBatch(
        'metrics, params, and tags',
        metrics.length + params.length + tags.length,
        batchLimits.total,
      );
      checkUnique(params);
      await stores.tracking.log(id, {
        metrics: metrics.map(({ point }) => point),
        params: keyValues(fields, 'params'),
        tags: keyValues(fields, 'tags'),
      });
      await logModelMetrics(stores, id, metrics);
      return {};
    },
  },
  {
    method: 'POST',
    path: 'runs/set-tag',
    answer: async ({ tracking }, fields) => {
      await tracking.log(runId(fields), {
        tags: { [text(fields, 'key')]: optionalText(fields, 'value') ?? '' },
      });
      return {};
    },
  },
  {
    method: 'POST',
    path: 'runs/delete-tag',
    answer: async ({ tracking }, fields) => {
      await tracking.deleteTag(runId(fields), text(fields, 'key'));
      return {};
    },
  },
  {
    method: 'POST',
    path: 'runs/log-inputs',
    answer: async (stores, fields) => {
      const id = runId(fields);
      const datasets = objects(fields, 'datasets').map(datasetOf);
      const inputs = objects(fields, 'models').map((model) => text(model, 'model_id'));
      if (datasets.length > 0) await stores.tracking.logDatasets(id, datasets);
      if (inputs.length > 0) await loggedModelStore(stores).linkModels(id, { inputs });
      return {};
    },
  },
  {
    method: 'POST',
    path: 'runs/outputs',
    answer: async (stores, fields) => {
      const outputs = objects(fields, 'models').map((model) => ({
        modelId: text(model, 'model_id'),
        step: optionalInteger(model, 'step') ?? 0,
      }));
      await loggedModelStore(stores).linkModels(runId(fields), { outputs });
      return {};
    },
  },
  {
    method: 'POST',
    path: 'runs/log-model',
    answer: async ({ tracking }, fields) => {
      const id = runId(fields);
      const model = parsed(text(fields, 'model_json'));
      const run = await tracking.run(id);
      const before = parsed(run.tags[modelHistoryTag] ?? '[]');
      const history = JSON.stringify([...(Array.isArray(before) ? (before as unknown[]) : []), model]);
      await tracking.log(id, { tags: { [modelHistoryTag]: history } });
      return {};
    },
  },
  bulkHistoryRoute,
  {
    method: 'GET',
    path: 'metrics/get-history',
    answer: async ({ tracking }, fields) => {
      const points = await tracking.metricHistory(runId(fields), text(fields, 'metric_key'));
      // MLflow's order.
      points.sort((a, b) => a.timestamp - b.timestamp || a.step - b.step);
      const { rows, next } = pageOf(fields, points);
      return { metrics: rows.map(metricJson), ...next };
    },
  },
];

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new RestError('INVALID_PARAMETER_VALUE', 'Malformed model info. It is not valid JSON.');
  }
}
