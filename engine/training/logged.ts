import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { ParamValue } from '../pipeline/spec';
import { GalleyError } from '../errors';
import type { DatasetInput, LogBatch, MetricPoint, TrackingStore } from '../tracking/types';
import { openRunLog } from './run-log';

/** One call that logged something, as a line of JSON. Values of metrics are text: JSON has no NaN. */
interface LoggedLine {
  metrics?: [key: string, value: string, timestamp: number, step: number][];
  params?: Record<string, string>;
  tags?: Record<string, string>;
  datasets?: DatasetInput[];
}

/** MLflow takes at most so many metrics and params in one call. */
const mostMetrics = 1000;
const mostParams = 100;

/** Whether a stage logs under a param's name what the run's param already says (Python writes 1.0 and True). */
export function sameParam(value: ParamValue | undefined, text: string): boolean {
  if (value === undefined) return false;
  if (String(value) === text) return true;
  if (typeof value === 'number') return text.trim() !== '' && Number(text) === value;
  return typeof value === 'boolean' && text.toLowerCase() === String(value);
}

function withoutKnownParams(
  params: Record<string, string> | undefined,
  known: Record<string, ParamValue>,
): Record<string, string> | undefined {
  if (params === undefined) return undefined;
  return Object.fromEntries(Object.entries(params).filter(([key, text]) => !sameParam(known[key], text)));
}

export interface LoggedRecorder {
  /** The store for the stage's endpoint: the same, but what the stage logs to the run is written down too. */
  store: TrackingStore;
  close(): Promise<void>;
}

/**
 * Writes down what one stage logs to the run, so that it can be logged again when the stage is restored from the cache.
 * @param params the run's own params: a stage that logs one of them again, in Python's words, is no conflict
 * @param file where to; must not exist
 */
export async function recordLogged(
  tracking: TrackingStore,
  runId: string,
  params: Record<string, ParamValue>,
  file: string,
): Promise<LoggedRecorder> {
  const record = await openRunLog(file);
  const write = (line: LoggedLine) => record.write(`${JSON.stringify(line)}\n`);

  async function log(id: string, batch: LogBatch): Promise<void> {
    if (id !== runId) return tracking.log(id, batch);
    const own = withoutKnownParams(batch.params, params);
    await tracking.log(id, { ...batch, ...(own === undefined ? {} : { params: own }) });
    // MLflow's own tags tell of that run, not of what the stage found out.
    const tags = Object.entries(batch.tags ?? {}).filter(([key]) => !key.startsWith('mlflow.'));
    await write({
      ...(batch.metrics === undefined
        ? {}
        : {
            metrics: batch.metrics.map(({ key, value, timestamp, step }) => [
              key,
              String(value),
              timestamp,
              step,
            ]),
          }),
      ...(own === undefined ? {} : { params: own }),
      ...(tags.length === 0 ? {} : { tags: Object.fromEntries(tags) }),
    });
  }

  async function logDatasets(id: string, datasets: DatasetInput[]): Promise<void> {
    await tracking.logDatasets(id, datasets);
    if (id === runId) await write({ datasets });
  }

  const store = new Proxy(tracking, {
    get: (target, property) => {
      if (property === 'log') return log;
      if (property === 'logDatasets') return logDatasets;
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return { store, close: () => record.close() };
}

function points(line: LoggedLine): MetricPoint[] {
  return (line.metrics ?? []).map(([key, value, timestamp, step]) => ({
    key,
    value: Number(value),
    timestamp,
    step,
  }));
}

/**
 * Logs again to a run what {@link recordLogged} wrote down, in batches.
 * @returns names of params that the run already has with another value; they are left as they are
 */
export async function replayLogged(
  tracking: TrackingStore,
  runId: string,
  params: Record<string, ParamValue>,
  file: string,
): Promise<string[]> {
  const conflicts: string[] = [];
  let metrics: MetricPoint[] = [];
  const flush = async (): Promise<void> => {
    if (metrics.length > 0) await tracking.log(runId, { metrics });
    metrics = [];
  };
  const logParam = async (key: string, value: string): Promise<void> => {
    try {
      await tracking.log(runId, { params: { [key]: value } });
    } catch (error) {
      if (!(error instanceof GalleyError) || error.code !== 'conflict') throw error;
      conflicts.push(key);
    }
  };
  const logParams = async (all: [string, string][]): Promise<void> => {
    for (let from = 0; from < all.length; from += mostParams) {
      const part = all.slice(from, from + mostParams);
      try {
        await tracking.log(runId, { params: Object.fromEntries(part) });
      } catch (error) {
        if (!(error instanceof GalleyError) || error.code !== 'conflict') throw error;
        for (const [key, value] of part) await logParam(key, value);
      }
    }
  };
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    if (text === '') continue;
    const line = JSON.parse(text) as LoggedLine;
    for (const point of points(line)) {
      metrics.push(point);
      if (metrics.length === mostMetrics) await flush();
    }
    await logParams(Object.entries(withoutKnownParams(line.params, params) ?? {}));
    if (line.tags !== undefined) await tracking.log(runId, { tags: line.tags });
    if (line.datasets !== undefined) await tracking.logDatasets(runId, line.datasets);
  }
  await flush();
  return conflicts;
}
