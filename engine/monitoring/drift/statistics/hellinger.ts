/**
 * Hellinger distance, sqrt(1 - Σ sqrt(p q)): E. Hellinger, "Neue Begründung der Theorie quadratischer Formen", 1909.
 * @param p shares of the reference
 * @param q shares of the current data, over the same bins
 */
export function hellinger(p: readonly number[], q: readonly number[]): number {
  const affinity = p.reduce((sum, share, i) => sum + Math.sqrt(share * (q[i] ?? 0)), 0);
  return Math.sqrt(1 - Math.min(1, Math.max(0, affinity)));
}
