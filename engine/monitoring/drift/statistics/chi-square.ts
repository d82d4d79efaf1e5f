import { chiSquareTail } from './gamma';

/**
 * p-value of Pearson's chi-square test of the current counts against the reference's, scaled to the same total
 * (K. Pearson 1900). A value that the reference never has makes it 0.
 * @param reference counts by value
 * @param current counts by value, in the same order
 */
export function chiSquare(reference: readonly number[], current: readonly number[]): number {
  const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
  const scale = total(current) / total(reference);
  const statistic = reference.reduce((sum, count, i) => {
    const expected = count * scale;
    return sum + ((current[i] ?? 0) - expected) ** 2 / expected;
  }, 0);
  return chiSquareTail(statistic, reference.length - 1);
}
