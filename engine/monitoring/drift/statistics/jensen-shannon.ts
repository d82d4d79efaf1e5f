/** x log(x / y), 0 for x = 0. */
function relativeEntropy(x: number, y: number): number {
  return x === 0 ? 0 : x * Math.log(x / y);
}

/**
 * Jensen-Shannon distance with natural logarithms, sqrt((KL(p, m) + KL(q, m)) / 2) with m = (p + q) / 2:
 * J. Lin, "Divergence measures based on the Shannon entropy", 1991.
 * @param p shares of the reference
 * @param q shares of the current data, over the same bins
 */
export function jensenShannon(p: readonly number[], q: readonly number[]): number {
  let sum = 0;
  for (const [i, a] of p.entries()) {
    const b = q[i] ?? 0;
    const middle = (a + b) / 2;
    sum += relativeEntropy(a, middle) + relativeEntropy(b, middle);
  }
  return Math.sqrt(Math.max(0, sum / 2));
}
