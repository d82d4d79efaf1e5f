import { withoutZeros } from './frequencies';

/**
 * Population stability index, Σ (p - q) ln(p / q), zeros filled as in {@link withoutZeros}. The sum of both
 * Kullback-Leibler divergences: H. Jeffreys, "An invariant form for the prior probability in estimation problems", 1946.
 */
export function populationStability(reference: readonly number[], current: readonly number[]): number {
  const q = withoutZeros(current);
  return withoutZeros(reference).reduce((sum, p, i) => {
    const other = q[i] ?? 0;
    return sum + (p - other) * Math.log(p / other);
  }, 0);
}
