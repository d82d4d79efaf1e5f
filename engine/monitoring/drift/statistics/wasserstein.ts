/** Smallest standard deviation that the distance is divided by (Evidently's choice). */
const smallestScale = 0.001;

/** Standard deviation of a population. */
export function standardDeviation(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return Math.sqrt(squares / values.length);
}

/**
 * Integral of f(|F - G|) over the line, F and G the empirical distribution functions of two sorted samples.
 * With f(x) = x it is the first Wasserstein distance in one dimension (Vallender 1974).
 */
export function distanceOfDistributions(
  reference: Float64Array,
  current: Float64Array,
  f: (difference: number) => number,
): number {
  const n = reference.length;
  const m = current.length;
  let i = 0;
  let j = 0;
  let total = 0;
  let last = Math.min(reference[0] ?? 0, current[0] ?? 0);
  while (i < n || j < m) {
    const a = i < n ? (reference[i] ?? 0) : Infinity;
    const b = j < m ? (current[j] ?? 0) : Infinity;
    const value = a < b ? a : b;
    if (value > last) {
      total += f(Math.abs(i / n - j / m)) * (value - last);
      last = value;
    }
    if (a === value) i++;
    if (b === value) j++;
  }
  return total;
}

/**
 * First Wasserstein distance divided by the reference's standard deviation (0.001 at least): Evidently's `wasserstein`.
 * @param reference sorted
 * @param current sorted
 */
export function wasserstein(reference: Float64Array, current: Float64Array): number {
  const distance = distanceOfDistributions(reference, current, (difference) => difference);
  return distance / Math.max(standardDeviation(reference), smallestScale);
}
