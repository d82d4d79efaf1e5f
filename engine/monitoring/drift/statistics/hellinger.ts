/** Two densities over the same bins. */
export interface Densities {
  reference: readonly number[];
  current: readonly number[];
  /** Mean width of the bins; 1 where the densities are shares of categories. */
  width: number;
  /** Add up in 32-bit floats, as NumPy does for such data; near 0 the distance shows it. */
  single: boolean;
}

/**
 * Hellinger distance, sqrt(1 - Σ sqrt(p q) width): E. Hellinger, "Neue Begründung der Theorie quadratischer Formen", 1909.
 */
export function hellinger({ reference, current, width, single }: Densities): number {
  const round = single ? Math.fround : (value: number) => value;
  const affinity = reference.reduce(
    (sum, p, i) => round(sum + round(round(Math.sqrt(p * (current[i] ?? 0))) * width)),
    0,
  );
  return Math.sqrt(round(1 - Math.min(1, Math.max(0, affinity))));
}
