import { normalTwoSidedTail } from './gamma';

/**
 * Two-sided p-value of the Z test for the difference of two proportions with a pooled variance; the proportion is that of
 * all values but the first (Evidently's choice for columns with two values).
 * @param reference counts by value, in the order of the values
 * @param current the same for the current data
 */
export function zTest(reference: readonly number[], current: readonly number[]): number {
  if (reference.length === 1) return 1;
  const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
  const n = total(reference);
  const m = total(current);
  const p = 1 - (reference[0] ?? 0) / n;
  const q = 1 - (current[0] ?? 0) / m;
  const pooled = (p * n + q * m) / (n + m);
  return normalTwoSidedTail((p - q) / Math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m)));
}
