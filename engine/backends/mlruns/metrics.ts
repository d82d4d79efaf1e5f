import path from 'node:path';
import type { LoggedModelMetric, MetricPoint } from '../../tracking/types';
import { inTurns, keysIn, textOf } from './files';

/** A line of a metric file, cut at its blanks. */
type Parts = string[];

/** Whole lines: one that was cut in the middle has no end of line yet. */
function linesOf(text: string): Parts[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => line.trim().split(' '));
}

/** A double as Python writes it. */
function pythonDouble(text: string): number | undefined {
  if (/^-?inf$/.test(text)) return text === 'inf' ? Infinity : -Infinity;
  if (text === 'nan') return Number.NaN;
  return /^-?\d+(\.\d*)?(e[-+]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

function integer(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
}

function point(key: string, parts: Parts): MetricPoint | undefined {
  const timestamp = integer(parts[0]);
  const value = pythonDouble(parts[1] ?? '');
  const step = parts.length === 2 ? 0 : integer(parts[2]);
  if (timestamp === undefined || value === undefined || step === undefined) return undefined;
  return { key, value, timestamp, step };
}

/** MLflow's order of "more recent": by step, then timestamp, then value. */
function isLater(a: MetricPoint, b: MetricPoint): boolean {
  if (a.step !== b.step) return a.step > b.step;
  if (a.timestamp !== b.timestamp) return a.timestamp > b.timestamp;
  return a.value > b.value;
}

/** Points of a run's metric file; lines that are no points are left out. */
export function pointsOf(key: string, text: string): MetricPoint[] {
  // Time, value, step (none in old stores), and with a dataset its name and digest.
  return linesOf(text).flatMap((parts) =>
    [2, 3, 5].includes(parts.length) ? (point(key, parts) ?? []) : [],
  );
}

/** All points of one metric of a run, in order of step, then timestamp. */
export async function metricHistory(runFolder: string, key: string): Promise<MetricPoint[]> {
  const folder = path.join(runFolder, 'metrics');
  // Only keys that are there, so that no key leads elsewhere.
  if (!(await keysIn(folder)).includes(key)) return [];
  const points = pointsOf(key, (await textOf(path.join(folder, key))) ?? '');
  return points.sort((a, b) => a.step - b.step || a.timestamp - b.timestamp || a.value - b.value);
}

/** Last values of all metrics of a run. */
export async function lastMetrics(runFolder: string): Promise<Record<string, MetricPoint>> {
  const folder = path.join(runFolder, 'metrics');
  const keys = await keysIn(folder);
  const last = await inTurns(keys, 32, async (key) => {
    let latest: MetricPoint | undefined;
    for (const each of pointsOf(key, (await textOf(path.join(folder, key))) ?? ''))
      if (latest === undefined || isLater(each, latest)) latest = each;
    return latest;
  });
  return Object.fromEntries(
    keys.flatMap((key, index) => (last[index] === undefined ? [] : [[key, last[index]]])),
  );
}

/** Last values of a logged model's metrics, one for each dataset. */
export async function modelMetrics(modelFolder: string): Promise<LoggedModelMetric[]> {
  const folder = path.join(modelFolder, 'metrics');
  const keys = await keysIn(folder);
  const metrics = await inTurns(keys, 8, async (key) => {
    const last = new Map<string, LoggedModelMetric>();
    for (const parts of linesOf((await textOf(path.join(folder, key))) ?? '')) {
      const [, , , runId, datasetName, datasetDigest] = parts;
      const each = parts.length === 4 || parts.length === 6 ? point(key, parts) : undefined;
      if (each === undefined || runId === undefined) continue;
      const dataset = `${datasetName ?? ''} ${datasetDigest ?? ''}`;
      const before = last.get(dataset);
      if (before === undefined || isLater(each, before))
        last.set(dataset, {
          ...each,
          runId,
          ...(datasetName === undefined ? {} : { datasetName }),
          ...(datasetDigest === undefined ? {} : { datasetDigest }),
        });
    }
    return [...last.values()];
  });
  return metrics.flat();
}
