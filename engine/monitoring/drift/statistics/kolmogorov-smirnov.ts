import { kolmogorovTail } from './kolmogorov-distribution';

/** Largest sample for which SciPy's `ks_2samp(method='auto')` counts lattice paths instead of using the one-sample law. */
const exactUpTo = 10_000;

/** Largest difference of the two empirical distribution functions; both samples are sorted. */
export function ksStatistic(reference: Float64Array, current: Float64Array): number {
  const n = reference.length;
  const m = current.length;
  let i = 0;
  let j = 0;
  let largest = 0;
  while (i < n && j < m) {
    const a = reference[i] ?? 0;
    const b = current[j] ?? 0;
    const value = a < b ? a : b;
    while (i < n && reference[i] === value) i++;
    while (j < m && current[j] === value) j++;
    const difference = Math.abs(i / n - j / m);
    if (difference > largest) largest = difference;
  }
  return largest;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** Rounds halves to the even neighbour, as NumPy does. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** P(D >= h/n) for two samples of n: J. L. Hodges, "The significance probability of the Smirnov two-sample test", 1957. */
function outsideSquare(n: number, h: number): number {
  let p = 0;
  for (let k = Math.floor(n / h); k >= 0; k--) {
    let ratio = 1;
    for (let j = 0; j < h; j++) ratio = ((n - k * h - j) * ratio) / (n + k * h + j + 1);
    p = ratio * (1 - p);
  }
  return 2 * p;
}

/**
 * Share of the lattice paths from (0, 0) to (m, n) that touch |x/m - y/n| >= h / lcm(m, n), column by column.
 * T. Viehmann, "Numerically more stable computation of the p-values for the two-sample Kolmogorov-Smirnov test", 2021.
 */
function outsideBand(first: number, second: number, divisor: number, h: number): number {
  const m = Math.max(first, second);
  const n = Math.min(first, second);
  const mg = m / divisor;
  const ng = n / divisor;
  let from = 0;
  let to = Math.min(Math.ceil(h / mg), n + 1);
  let length = to - from;
  const window = new Float64Array(Math.min(2 * to + 2, n + 1)).fill(1);
  window.fill(0, 0, length);
  for (let i = 1; i <= m; i++) {
    const lastFrom = from;
    const lastLength = length;
    from = Math.min(Math.max(Math.floor((ng * i - h) / mg) + 1, 0), n);
    to = Math.min(Math.ceil((ng * i + h) / mg), n + 1);
    if (to <= from) return 1;
    let value = from === 0 ? 0 : 1;
    for (let k = 0; k < to - from; k++) {
      const j = k + from;
      value = ((window[j - lastFrom] ?? 1) * i + value * j) / (i + j);
      window[k] = value;
    }
    length = to - from;
    if (lastLength > length) window.fill(1, length, lastLength);
  }
  return window[length - 1] ?? 1;
}

/**
 * p-value of the two-sample Kolmogorov-Smirnov test, two-sided, as SciPy's `ks_2samp` gives it: exact up to 10,000 rows
 * a side, beyond by the one-sample law at round(n m / (n + m)).
 * @param reference sorted
 * @param current sorted
 */
export function kolmogorovSmirnov(reference: Float64Array, current: Float64Array): number {
  const n = reference.length;
  const m = current.length;
  const d = ksStatistic(reference, current);
  if (Math.max(n, m) <= exactUpTo) {
    const divisor = greatestCommonDivisor(n, m);
    const h = Math.round(d * (n / divisor) * m);
    if (h === 0) return 1;
    const p = n === m ? outsideSquare(n, h) : outsideBand(n, m, divisor, h);
    if (p >= 0 && p <= 1) return p;
  }
  return kolmogorovTail(Math.max(1, roundHalfEven((n * m) / (n + m))), d);
}
