import type { Frequencies } from './statistics/frequencies';
import type { NumberStorage } from './statistics/histogram';

/** A column's finite numbers on both sides, sorted, none of them empty. */
export interface NumericSample {
  kind: 'numeric';
  reference: Float64Array;
  current: Float64Array;
  storage: NumberStorage;
}

/** A column's categories on both sides in the order of the values, with their counts. */
export interface CategoricalSample extends Frequencies<string> {
  kind: 'categorical';
}

export type ColumnSample = NumericSample | CategoricalSample;

/** Rows of the reference that have a value. */
export function referenceRows(sample: ColumnSample): number {
  if (sample.kind === 'numeric') return sample.reference.length;
  return sample.reference.reduce((sum, count) => sum + count, 0);
}
