import { shares, withoutZeros } from './frequencies';

/**
 * Kullback-Leibler divergence of the reference from the current data, Σ p ln(p / q), zeros filled as in
 * {@link withoutZeros} and both sides normed again: S. Kullback and R. A. Leibler, "On information and sufficiency", 1951.
 */
export function kullbackLeibler(reference: readonly number[], current: readonly number[]): number {
  const q = shares(withoutZeros(current));
  return shares(withoutZeros(reference)).reduce((sum, p, i) => sum + p * Math.log(p / (q[i] ?? 0)), 0);
}
