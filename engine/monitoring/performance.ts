import { GalleyError } from '../errors';
import { identifier, withDatabase } from './data/database';
import { findData, type DataLocation } from './data/source';
import { openTable, reading, type DataTable } from './data/table';
import { storageOf } from './drift/columns';
import type { PerformanceResult } from './types';

export interface PerformanceRequest {
  current: DataLocation;
  labels: DataLocation;
  metric: string;
  /** Column of both sides that says which label belongs to which prediction. */
  key: string;
  minimum?: number;
  maximum?: number;
}

type PredictionUse = 'probability' | 'class' | 'number';

/** Columns that are taken for the prediction, best first, by what a metric needs. */
const predictionColumns: Record<PredictionUse, string[]> = {
  probability: ['prediction_probability', 'prediction_proba', 'prediction_score', 'prediction'],
  class: ['prediction_label', 'prediction_class', 'prediction'],
  number: ['prediction_value', 'prediction'],
};
const labelColumns = ['label', 'target', 'actual', 'outcome', 'y'];

interface Metric {
  use: PredictionUse;
  /** An aggregate over `scored(p, l)`: prediction and label, numbers, or text where both are classes. */
  sql: string;
}

/** Definitions as scikit-learn has them; labels and classes of 0 and 1, classes from a probability at 0.5. */
const metrics: Record<string, Metric> = {
  // The Mann-Whitney form of the area under the ROC curve, ties counted half.
  auc: {
    use: 'probability',
    sql: `SELECT (sum(r) FILTER (l = 1) - n1 * (n1 + 1) / 2) / (n1 * n0) AS value FROM (
        SELECT l, rank() OVER (ORDER BY p) + (count(*) OVER (PARTITION BY p) - 1) / 2.0 AS r FROM scored),
        (SELECT count(*) FILTER (l = 1)::DOUBLE AS n1, count(*) FILTER (l = 0)::DOUBLE AS n0 FROM scored)
      GROUP BY n1, n0`,
  },
  log_loss: {
    use: 'probability',
    sql: `SELECT -avg(CASE WHEN l = 1 THEN ln(q) ELSE ln(1 - q) END) AS value
      FROM (SELECT l, least(greatest(p, 2.220446049250313e-16), 1 - 2.220446049250313e-16) AS q FROM scored)`,
  },
  accuracy: { use: 'class', sql: 'SELECT avg((p = l)::INT) AS value FROM scored' },
  precision: {
    use: 'class',
    sql: 'SELECT sum((p = 1 AND l = 1)::INT) / sum((p = 1)::INT) AS value FROM scored',
  },
  recall: {
    use: 'class',
    sql: 'SELECT sum((p = 1 AND l = 1)::INT) / sum((l = 1)::INT) AS value FROM scored',
  },
  f1: {
    use: 'class',
    sql: 'SELECT 2 * sum((p = 1 AND l = 1)::INT) / sum((p = 1)::INT + (l = 1)::INT) AS value FROM scored',
  },
  rmse: { use: 'number', sql: 'SELECT sqrt(avg((p - l) ** 2)) AS value FROM scored' },
  mae: { use: 'number', sql: 'SELECT avg(abs(p - l)) AS value FROM scored' },
};

function pick(table: DataTable, candidates: string[], others: string[], what: string): string {
  const names = table.columns.map((column) => column.name);
  const found =
    candidates.find((name) => names.includes(name)) ?? (others.length === 1 ? others[0] : undefined);
  if (found !== undefined) return found;
  throw new GalleyError('invalid', `${table.source} has no column for the ${what}.`, {
    remedy: `Name it ${candidates.slice(0, 2).join(' or ')}; there are ${names.join(', ')}.`,
    subject: table.source,
  });
}

function requireColumn(table: DataTable, name: string): void {
  if (table.columns.some((column) => column.name === name)) return;
  throw new GalleyError('invalid', `${table.source} has no column ${name}.`, {
    remedy: `Set the key to one of ${table.columns.map((column) => column.name).join(', ')}.`,
    subject: table.source,
  });
}

function isText(table: DataTable, column: string): boolean {
  const type = table.columns.find(({ name }) => name === column)?.type ?? '';
  return storageOf(type) === 'text';
}

function metricOf(name: string): Metric {
  const metric = Object.hasOwn(metrics, name) ? metrics[name] : undefined;
  if (metric !== undefined) return metric;
  throw new GalleyError('invalid', `The performance metric “${name}” cannot be computed.`, {
    remedy: `Use one of ${Object.keys(metrics).join(', ')}.`,
    subject: name,
  });
}

/** Prediction and label as expressions that the metric's SQL can compare. */
function expressions(
  metric: Metric,
  name: string,
  texts: { prediction: boolean; label: boolean },
): [string, string] {
  if (texts.prediction || texts.label) {
    if (name !== 'accuracy')
      throw new GalleyError('invalid', `${name} needs numbers, and the predictions or labels are text.`, {
        remedy: 'Use accuracy, or give labels as 0 and 1.',
        subject: name,
      });
    return ['p::VARCHAR', 'l::VARCHAR'];
  }
  return [metric.use === 'class' ? '(p::DOUBLE >= 0.5)::INT' : 'p::DOUBLE', 'l::DOUBLE'];
}

/**
 * A metric of the predictions in the current data for which there are labels by now. When a key has several labels, one
 * that is the greatest counts; rows without a prediction or label do not.
 * @returns undefined while there are no labels at all, or none for the current data
 * @throws GalleyError when a file cannot be read or has not the columns that are needed
 */
export async function computePerformance(
  request: PerformanceRequest,
): Promise<PerformanceResult | undefined> {
  const metric = metricOf(request.metric);
  try {
    await findData(request.labels);
  } catch (error) {
    if (error instanceof GalleyError && error.code === 'not-found') return undefined;
    throw error;
  }
  return withDatabase(async (database) => {
    const current = await openTable(database, request.current, 'current');
    const labels = await openTable(database, request.labels, 'labels');
    requireColumn(current, request.key);
    requireColumn(labels, request.key);
    const others = labels.columns.map(({ name }) => name).filter((name) => name !== request.key);
    const label = pick(labels, labelColumns, others, 'label');
    const prediction = pick(current, predictionColumns[metric.use], [], 'prediction');
    const texts = { prediction: isText(current, prediction), label: isText(labels, label) };
    const [p, l] = expressions(metric, request.metric, texts);
    const key = `${identifier(request.key)}::VARCHAR`;
    return reading(`${current.source} or ${labels.source}`, async () => {
      await database.run(
        `CREATE TABLE scored AS SELECT ${p} AS p, ${l} AS l FROM
           (SELECT ${key} AS k, ${identifier(prediction)} AS p FROM ${current.sql})
           JOIN (SELECT ${key} AS k, max(${identifier(label)}) AS l FROM ${labels.sql} GROUP BY 1) USING (k)
           WHERE p IS NOT NULL AND l IS NOT NULL`,
      );
      const [counted] = await database.rows<{ rows: number }>('SELECT count(*)::DOUBLE AS rows FROM scored');
      const rows = counted?.rows ?? 0;
      if (rows === 0) return undefined;
      const [result] = await database.rows<{ value: number | null }>(
        `SELECT value::DOUBLE AS value FROM (${metric.sql})`,
      );
      const value = result?.value ?? null;
      if (value === null || !Number.isFinite(value))
        throw new GalleyError('invalid', `${request.metric} is not defined for the ${rows} labelled rows.`, {
          remedy: 'It needs rows of both classes, and finite predictions.',
          subject: labels.source,
        });
      return judged(request, value, rows);
    });
  });
}

function judged(
  { metric, minimum, maximum }: PerformanceRequest,
  value: number,
  rows: number,
): PerformanceResult {
  return {
    metric,
    value,
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    degraded: (minimum !== undefined && value < minimum) || (maximum !== undefined && value > maximum),
    rows,
  };
}
