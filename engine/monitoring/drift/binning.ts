import type { ColumnSample, NumericSample } from './sample';
import { distinctUpTo, frequencies, shares, type Frequencies } from './statistics/frequencies';
import type { Densities } from './statistics/hellinger';
import { binCounts, sturgesEdges } from './statistics/histogram';

/** Numbers with at most this many distinct values in the reference are compared value by value, not in bins. */
const fewValues = 20;

function bounds(sample: NumericSample): [number, number] {
  const { reference, current } = sample;
  return [Math.min(reference[0] ?? 0, current[0] ?? 0), Math.max(reference.at(-1) ?? 0, current.at(-1) ?? 0)];
}

/** Counts of the distinct values of both sides. */
export function valueCounts(sample: ColumnSample): Frequencies<unknown> {
  return sample.kind === 'categorical' ? sample : frequencies(sample.reference, sample.current);
}

function binned(sample: NumericSample, edges: Float64Array): [number[], number[]] {
  return [shares(binCounts(sample.reference, edges)), shares(binCounts(sample.current, edges))];
}

/**
 * Shares of both sides over the bins that Evidently's distances use: the distinct values, or, for numbers with more than
 * 20 distinct values in the reference, Sturges' bins over both sides pooled.
 */
export function binnedShares(sample: ColumnSample): [number[], number[]] {
  if (sample.kind === 'numeric' && distinctUpTo(sample.reference, fewValues + 1) > fewValues) {
    const [low, high] = bounds(sample);
    const rows = sample.reference.length + sample.current.length;
    return binned(sample, sturgesEdges(low, high, rows, sample.storage));
  }
  const counts = valueCounts(sample);
  return [shares(counts.reference), shares(counts.current)];
}

/**
 * Densities for the Hellinger distance: as {@link binnedShares}, but numbers are always in bins, and Sturges' rule counts
 * distinct values.
 */
export function densities(sample: ColumnSample): Densities {
  if (sample.kind === 'categorical')
    return { reference: shares(sample.reference), current: shares(sample.current), width: 1, single: false };
  const [low, high] = bounds(sample);
  const distinct = frequencies(sample.reference, sample.current).values.length;
  const edges = sturgesEdges(low, high, distinct, sample.storage);
  const { single } = sample.storage;
  const round = single ? Math.fround : (value: number) => value;
  const bins = edges.length - 1;
  const per = (share: number, bin: number) => share / round((edges[bin + 1] ?? 0) - (edges[bin] ?? 0));
  const [reference, current] = binned(sample, edges);
  return {
    reference: reference.map(per),
    current: current.map(per),
    width: round(round((edges[bins] ?? 0) - (edges[0] ?? 0)) / bins),
    single,
  };
}
