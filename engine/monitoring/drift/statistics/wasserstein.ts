/** Smallest standard deviation that the distance is divided by (Evidently's choice). */
const smallestScale = 0.001;

/** Standard deviation of a population. */
export function standardDeviation(values: Float64Array): number {
  const n = values.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i] ?? 0;
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const difference = (values[i] ?? 0) - mean;
    squares += difference * difference;
  }
  return Math.sqrt(squares / n);
}

/**
 * Integrals over the line of |F - G| and (F - G)², F and G the empirical distribution functions of two sorted samples.
 * The first is the Wasserstein distance in one dimension (Vallender 1974).
 */
export function distributionDistances(
  reference: Float64Array,
  current: Float64Array,
): { absolute: number; squared: number } {
  const n = reference.length;
  const m = current.length;
  const nm = n * m;
  let i = 0;
  let j = 0;
  let absolute = 0;
  let squared = 0;
  let last = Math.min(reference[0] ?? 0, current[0] ?? 0);
  while (i < n || j < m) {
    const a = reference[i] ?? Infinity;
    const b = current[j] ?? Infinity;
    const value = a < b ? a : b;
    // Whole numbers, so that nothing is rounded before the division.
    const difference = Math.abs(i * m - j * n) / nm;
    const step = value - last;
    absolute += difference * step;
    squared += difference * difference * step;
    last = value;
    if (a === value) i++;
    if (b === value) j++;
  }
  return { absolute, squared };
}

/**
 * First Wasserstein distance divided by the reference's standard deviation (0.001 at least): Evidently's `wasserstein`.
 * @param reference sorted
 * @param current sorted
 */
export function wasserstein(reference: Float64Array, current: Float64Array): number {
  const { absolute } = distributionDistances(reference, current);
  return absolute / Math.max(standardDeviation(reference), smallestScale);
}
