import { checkMetric } from '../../tracking/limits';
import type { MetricPoint } from '../../tracking/types';
import type { Sql } from './sql';

// Timestamps and steps are read as REAL: one that a double cannot hold must not make the whole run unreadable.
const point = 'CAST(timestamp AS REAL), CAST(step AS REAL), value, is_nan';

/** A metric value as MLflow keeps it: no NaN (0 and a mark), and infinities as the largest doubles. */
export function storedValue(value: number): { value: number; isNan: 0 | 1 } {
  if (Number.isNaN(value)) return { value: 0, isNan: 1 };
  return { value: Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE), isNan: 0 };
}

interface StoredPoint {
  key: string;
  step: number;
  timestamp: number;
  value: number;
  isNan: 0 | 1;
}

/** MLflow's order of "more recent": by step, then timestamp, then stored value. */
function isLater(a: StoredPoint, b: StoredPoint): boolean {
  if (a.step !== b.step) return a.step > b.step;
  if (a.timestamp !== b.timestamp) return a.timestamp > b.timestamp;
  return a.value > b.value;
}

/** Adds points to a run that the caller has checked, and keeps its last values right. A point logged twice counts once. */
export function logMetrics(sql: Sql, runId: string, metrics: MetricPoint[]): void {
  const last = new Map<string, StoredPoint>();
  for (const metric of metrics) {
    checkMetric(metric);
    const { key, timestamp, step } = metric;
    const stored: StoredPoint = { key, timestamp, step, ...storedValue(metric.value) };
    sql.run(
      `INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
      key,
      stored.value,
      timestamp,
      runId,
      step,
      stored.isNan,
    );
    const other = last.get(key);
    if (other === undefined || isLater(stored, other)) last.set(key, stored);
  }
  for (const { key, value, timestamp, step, isNan } of last.values())
    sql.run(
      `INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (key, run_uuid) DO UPDATE
       SET value = excluded.value, timestamp = excluded.timestamp, step = excluded.step, is_nan = excluded.is_nan
       WHERE (excluded.step, excluded.timestamp, excluded.value)
         > (latest_metrics.step, ifnull(latest_metrics.timestamp, 0), latest_metrics.value)`,
      key,
      value,
      timestamp,
      step,
      isNan,
      runId,
    );
}

/** Every logged point of one metric, in order of step, then timestamp. */
export function readMetricHistory(sql: Sql, runId: string, key: string): MetricPoint[] {
  return sql
    .arrays<[number, number, number, number]>(
      `SELECT ${point} FROM metrics WHERE run_uuid = ? AND key = ? ORDER BY step, timestamp, value`,
      runId,
      key,
    )
    .map(([timestamp, step, value, isNan]) => ({ key, value: isNan ? Number.NaN : value, timestamp, step }));
}

/**
 * Last values of runs.
 * @param ids a JSON list of run ids
 */
export function readLatestMetrics(sql: Sql, ids: string): Map<string, Record<string, MetricPoint>> {
  const points = new Map<string, [string, MetricPoint][]>();
  const rows = sql.arrays<[number | null, number, number, number, string, string]>(
    `SELECT ${point}, run_uuid, key FROM latest_metrics WHERE run_uuid IN (SELECT value FROM json_each(?))`,
    ids,
  );
  for (const [timestamp, step, value, isNan, runId, key] of rows) {
    let ofRun = points.get(runId);
    if (ofRun === undefined) points.set(runId, (ofRun = []));
    ofRun.push([key, { key, value: isNan ? Number.NaN : value, timestamp: timestamp ?? 0, step }]);
  }
  // fromEntries, because a metric may be called `__proto__`.
  return new Map([...points].map(([runId, ofRun]) => [runId, Object.fromEntries(ofRun)]));
}
