/** How often each value occurs on both sides. */
export interface Frequencies<V> {
  /** In the order of the values. */
  values: V[];
  reference: number[];
  current: number[];
}

/** Counts of the distinct values of two sorted samples. */
export function frequencies(reference: Float64Array, current: Float64Array): Frequencies<number> {
  const result: Frequencies<number> = { values: [], reference: [], current: [] };
  let i = 0;
  let j = 0;
  while (i < reference.length || j < current.length) {
    const a = reference[i] ?? Infinity;
    const b = current[j] ?? Infinity;
    const value = a < b ? a : b;
    const fromI = i;
    const fromJ = j;
    while (i < reference.length && reference[i] === value) i++;
    while (j < current.length && current[j] === value) j++;
    result.values.push(value);
    result.reference.push(i - fromI);
    result.current.push(j - fromJ);
  }
  return result;
}

/** Number of distinct values of a sorted sample, not counted beyond `limit`. */
export function distinctUpTo(sorted: Float64Array, limit: number): number {
  let distinct = 0;
  for (let i = 0; i < sorted.length && distinct < limit; i++)
    if (i === 0 || sorted[i] !== sorted[i - 1]) distinct++;
  return distinct;
}

/** Number of distinct values over two sorted samples, not counted beyond `limit`. */
export function distinctOfBothUpTo(reference: Float64Array, current: Float64Array, limit: number): number {
  const seen = new Set<number>();
  for (const sorted of [reference, current]) {
    for (const value of sorted) {
      seen.add(value);
      if (seen.size >= limit) return seen.size;
    }
  }
  return seen.size;
}

/** Each count as a share of all. */
export function shares(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => count / total);
}

/**
 * Shares with zeros replaced by a small share, so that logarithms of ratios are finite: 0.0001, or a millionth of the
 * smallest share when that is not above 0.0001 (Evidently's choice).
 */
export function withoutZeros(values: readonly number[]): number[] {
  const smallest = Math.min(...values.filter((share) => share > 0));
  const filler = smallest <= 0.0001 ? smallest / 1e6 : 0.0001;
  return values.map((share) => (share === 0 ? filler : share));
}
