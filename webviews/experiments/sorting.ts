import type { RunDetail } from '../../engine/protocol';
import type { Column } from './columns';
import { cellValue } from './columns';

/**
 * Runs in the order of a column; equal ones stay as they were. Missing values and NaN come last in both directions.
 */
export function sortRuns(
  runs: readonly RunDetail[],
  column: Column,
  descending: boolean,
  experiments: ReadonlyMap<string, string>,
  now: number,
): RunDetail[] {
  const rows = runs.map((detail) => {
    const value = cellValue(column, detail, experiments, now);
    return { detail, value: typeof value === 'number' && Number.isNaN(value) ? undefined : value };
  });
  const direction = descending ? -1 : 1;
  rows.sort((a, b) => {
    if (a.value === undefined || b.value === undefined) {
      return Number(a.value === undefined) - Number(b.value === undefined);
    }
    return direction * compare(a.value, b.value);
  });
  return rows.map(({ detail }) => detail);
}

const collator = new Intl.Collator('en', { numeric: true });

function compare(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a === b ? 0 : a < b ? -1 : 1;
  return collator.compare(String(a), String(b));
}
