import { driftMethods, type DriftMethod } from './methods';
import { referenceRows, type ColumnSample } from './sample';
import { distinctOfBothUpTo } from './statistics/frequencies';

/** Up to this many rows in the reference Evidently tests a hypothesis, above it measures a distance. */
const smallReference = 1000;
/** Numbers with at most this many distinct values are compared value by value. */
const fewValues = 5;

/**
 * The method that Evidently takes for a column by its kind, the rows of the reference that have a value, and the number of
 * distinct values over both sides (docs: "Data drift", defaults for tabular data).
 */
export function defaultMethod(sample: ColumnSample): DriftMethod {
  const distinct =
    sample.kind === 'numeric'
      ? distinctOfBothUpTo(sample.reference, sample.current, fewValues + 1)
      : sample.values.length;
  const byValue = sample.kind === 'categorical' || distinct <= fewValues;
  if (referenceRows(sample) > smallReference)
    return byValue ? driftMethods.jensenshannon : driftMethods.wasserstein;
  if (!byValue) return driftMethods.ks;
  return distinct > 2 ? driftMethods.chisquare : driftMethods.z;
}
