import { identifier, type Database } from '../data/database';
import type { DataTable } from '../data/table';
import type { SharedColumn, Storage } from './columns';
import type { CategoricalSample, ColumnSample, NumericSample } from './sample';
import { distinctUpTo, frequencies } from './statistics/frequencies';
import { sortNumbers } from './statistics/sort';

/** Whole numbers with at most this many distinct values in the current data are categories (Evidently's inference). */
const fewWholeNumbers = 10;

/** Both sides of the comparison. */
export interface Sides {
  reference: DataTable;
  current: DataTable;
}

/** A column's values, or why there is nothing to compare. */
export type SampleRead =
  { sample: ColumnSample; missing: { reference: number; current: number } } | { skipped: string };

/** Finite numbers of a column, sorted. */
async function numbers(database: Database, table: DataTable, column: string): Promise<Float64Array> {
  const value = `${identifier(column)}::DOUBLE`;
  return sortNumbers(
    await database.numbers(
      `SELECT coalesce(list(${value}) FILTER (isfinite(${value})), []) FROM ${table.sql}`,
    ),
  );
}

/** Share of rows without a value. */
function absent(values: number, table: DataTable): number {
  return (table.rows - values) / table.rows;
}

function emptySide(reference: number, current: number): string | undefined {
  if (reference === 0) return 'It has no values in the reference.';
  return current === 0 ? 'It has no values in the current data.' : undefined;
}

function asCategories(reference: Float64Array, current: Float64Array, booleans: boolean): CategoricalSample {
  const counts = frequencies(reference, current);
  const label = (value: number) => (booleans ? (value === 0 ? 'false' : 'true') : String(value));
  return { ...counts, kind: 'categorical', values: counts.values.map(label) };
}

async function readNumbers(database: Database, sides: Sides, column: SharedColumn): Promise<SampleRead> {
  const [reference, current] = await Promise.all([
    numbers(database, sides.reference, column.name),
    numbers(database, sides.current, column.name),
  ]);
  const empty = emptySide(reference.length, current.length);
  if (empty !== undefined) return { skipped: empty };
  const missing = {
    reference: absent(reference.length, sides.reference),
    current: absent(current.length, sides.current),
  };
  // Whole numbers with gaps are floats to pandas, and so to Evidently.
  const whole = (storage: Storage, absent: number) => storage === 'integer' && absent === 0;
  const categorical =
    column.current === 'boolean' ||
    (whole(column.current, missing.current) && distinctUpTo(current, fewWholeNumbers + 1) <= fewWholeNumbers);
  if (categorical) {
    const booleans = column.reference === 'boolean' && column.current === 'boolean';
    return { sample: asCategories(reference, current, booleans), missing };
  }
  const sample: NumericSample = {
    kind: 'numeric',
    reference,
    current,
    storage: {
      integer: whole(column.reference, missing.reference) && whole(column.current, missing.current),
      single: column.reference === 'single' && column.current === 'single',
    },
  };
  return { sample, missing };
}

interface TextCounts {
  values: number;
  distinct: number;
}

function isFreeText({ values, distinct }: TextCounts): boolean {
  return distinct > values * 0.5;
}

let tables = 0;

async function readText(
  database: Database,
  sides: Sides,
  column: SharedColumn,
  named: boolean,
): Promise<SampleRead> {
  const table = identifier(`values ${++tables}`);
  const value = `${identifier(column.name)}::VARCHAR`;
  await database.run(
    `CREATE TABLE ${table} AS SELECT v, sum(r)::DOUBLE AS r, sum(c)::DOUBLE AS c FROM (
       SELECT ${value} AS v, count(*) AS r, 0 AS c FROM ${sides.reference.sql} GROUP BY 1
       UNION ALL
       SELECT ${value} AS v, 0 AS r, count(*) AS c FROM ${sides.current.sql} GROUP BY 1
     ) WHERE v IS NOT NULL GROUP BY v`,
  );
  try {
    const [totals] = await database.rows<{ r: number; c: number; rd: number; cd: number }>(
      `SELECT coalesce(sum(r), 0) AS r, coalesce(sum(c), 0) AS c,
         count(*) FILTER (r > 0)::DOUBLE AS rd, count(*) FILTER (c > 0)::DOUBLE AS cd FROM ${table}`,
    );
    const { r, c, rd, cd } = totals ?? { r: 0, c: 0, rd: 0, cd: 0 };
    const empty = emptySide(r, c);
    if (empty !== undefined) return { skipped: empty };
    const free = isFreeText({ values: r, distinct: rd }) && isFreeText({ values: c, distinct: cd });
    if (free && !named) return { skipped: 'It is free text: most of its values occur once.' };
    const counts = await database.rows<{ v: string; r: number; c: number }>(
      `SELECT v, r, c FROM ${table} ORDER BY v`,
    );
    return {
      sample: {
        kind: 'categorical',
        values: counts.map((row) => row.v),
        reference: counts.map((row) => row.r),
        current: counts.map((row) => row.c),
      },
      missing: { reference: absent(r, sides.reference), current: absent(c, sides.current) },
    };
  } finally {
    await database.run(`DROP TABLE ${table}`);
  }
}

/**
 * Reads a column of both sides, without NULL, NaN and infinities. Its kind is inferred from the current data as Evidently
 * infers it: floats are numeric; whole numbers too unless they have at most 10 distinct values; booleans and text are
 * categorical, and text of which most values differ is left out unless the column was asked for by name.
 */
export function readSample(
  database: Database,
  sides: Sides,
  column: SharedColumn,
  named: boolean,
): Promise<SampleRead> {
  if (column.reference === 'text') return readText(database, sides, column, named);
  return readNumbers(database, sides, column);
}
