import { binomialProbability } from './binomial';

/**
 * P(D_n >= d) for the two-sided one-sample Kolmogorov-Smirnov statistic, the law that SciPy's `kstwo.sf` gives.
 * The choice of formula by region is that of R. Simard and P. L'Ecuyer, "Computing the two-sided Kolmogorov-Smirnov
 * distribution", Journal of Statistical Software 39(11), 2011.
 * @param n sample size, a positive whole number
 */
export function kolmogorovTail(n: number, d: number): number {
  if (d >= 1) return 0;
  const t = n * d;
  if (t <= 0.5) return 1;
  if (t >= n - 1) return clip(2 * (1 - d) ** n);
  if (d >= 0.5) return clip(2 * oneSidedTail(n, d));
  const spread = t * d;
  if (spread >= 370) return 0;
  if (spread >= (n <= 140 ? 4 : 2.2)) return clip(2 * oneSidedTail(n, d));
  // Both are exact; the matrix grows with n * d, the expansion is good to 1e-10 where it would be too large.
  if (n <= 140 || n * d ** 1.5 <= 1.4) {
    if (n <= 100_000) return clip(1 - durbinMatrix(n, d));
  }
  return clip(1 - pelzGood(n, d));
}

function clip(probability: number): number {
  return Math.min(1, Math.max(0, probability));
}

/** P(D+_n >= d), Birnbaum and Tingey 1951, each term written as a binomial probability so that it neither overflows nor cancels. */
export function oneSidedTail(n: number, d: number): number {
  let sum = 0;
  for (let v = 0; v <= Math.floor(n * (1 - d)); v++) {
    const p = d + v / n;
    if (p < 1) sum += (binomialProbability(v, n, p) * d) / p;
  }
  return sum;
}

/** A square matrix in row order with its scale as a power of ten. */
interface ScaledMatrix {
  cells: Float64Array;
  exponent: number;
}

function multiply(a: ScaledMatrix, b: ScaledMatrix, m: number): ScaledMatrix {
  const cells = new Float64Array(m * m);
  let largest = 0;
  for (let i = 0; i < m; i++) {
    for (let k = 0; k < m; k++) {
      const left = a.cells[i * m + k] ?? 0;
      if (left === 0) continue;
      for (let j = 0; j < m; j++)
        cells[i * m + j] = (cells[i * m + j] ?? 0) + left * (b.cells[k * m + j] ?? 0);
    }
    for (let j = 0; j < m; j++) largest = Math.max(largest, cells[i * m + j] ?? 0);
  }
  const shift = largest > 1e140 ? 140 : 0;
  if (shift > 0) for (let i = 0; i < cells.length; i++) cells[i] = (cells[i] ?? 0) * 1e-140;
  return { cells, exponent: a.exponent + b.exponent + shift };
}

/** P(D_n < d), Marsaglia, Tsang and Wang, "Evaluating Kolmogorov's distribution", JSS 8(18), 2003. */
function durbinMatrix(n: number, d: number): number {
  const k = Math.ceil(n * d);
  const m = 2 * k - 1;
  const h = k - n * d;
  const cells = new Float64Array(m * m);
  const set = (i: number, j: number, value: number) => (cells[i * m + j] = value);
  const get = (i: number, j: number) => cells[i * m + j] ?? 0;
  for (let i = 0; i < m; i++) for (let j = 0; j < m; j++) set(i, j, i - j + 1 < 0 ? 0 : 1);
  for (let i = 0; i < m; i++) {
    set(i, 0, get(i, 0) - h ** (i + 1));
    set(m - 1, i, get(m - 1, i) - h ** (m - i));
  }
  set(m - 1, 0, get(m - 1, 0) + (2 * h - 1 > 0 ? (2 * h - 1) ** m : 0));
  for (let i = 0; i < m; i++)
    for (let j = 0; j <= i; j++) {
      let value = get(i, j);
      for (let g = 2; g <= i - j + 1; g++) value /= g;
      set(i, j, value);
    }
  const identity = new Float64Array(m * m);
  for (let i = 0; i < m; i++) identity[i * m + i] = 1;
  let power: ScaledMatrix = { cells: identity, exponent: 0 };
  let base: ScaledMatrix = { cells, exponent: 0 };
  for (let left = n; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) power = multiply(power, base, m);
    if (left > 1) base = multiply(base, base, m);
  }
  let probability = power.cells[(k - 1) * m + k - 1] ?? 0;
  let exponent = power.exponent;
  for (let i = 1; i <= n; i++) {
    probability = (probability * i) / n;
    if (probability < 1e-140) {
      probability *= 1e140;
      exponent -= 140;
    }
  }
  return probability * 10 ** exponent;
}

/** P(D_n <= d), W. Pelz and I. J. Good, "Approximating the lower tail-areas of the Kolmogorov-Smirnov one-sample statistic", 1976. */
function pelzGood(n: number, d: number): number {
  const z = Math.sqrt(n) * d;
  const pi2 = Math.PI ** 2;
  const pi4 = pi2 ** 2;
  const pi6 = pi2 ** 3;
  const z2 = z * z;
  const z4 = z2 * z2;
  const z6 = z4 * z2;
  const z8 = z4 * z4;
  let k0 = 0;
  let k1 = 0;
  let k2 = 0;
  let k3 = 0;
  const terms = Math.ceil((16 * z) / Math.PI) + 4;
  for (let k = terms; k >= 0; k--) {
    const half2 = (k + 0.5) ** 2;
    const half4 = half2 ** 2;
    const half6 = half2 ** 3;
    const e = Math.exp((-half2 * pi2) / (2 * z2));
    k0 += e;
    k1 += (pi2 * half2 - z2) * e;
    k2 += (6 * z6 + 2 * z4 + pi2 * (2 * z4 - 5 * z2) * half2 + pi4 * (1 - 2 * z2) * half4) * e;
    k3 +=
      (-30 * z6 -
        90 * z8 +
        pi2 * (135 * z4 - 96 * z6) * half2 +
        pi4 * (212 * z4 - 60 * z2) * half4 +
        pi6 * half6 * (5 - 30 * z2)) *
      e;
  }
  let k2whole = 0;
  let k3whole = 0;
  for (let k = terms; k >= 1; k--) {
    const kk = k * k;
    const e = Math.exp((-kk * pi2) / (2 * z2));
    k2whole += kk * e;
    k3whole += (3 * pi2 * kk * z2 - pi4 * kk * kk) * e;
  }
  const root = Math.sqrt(2 * Math.PI);
  const half = Math.sqrt(Math.PI / 2);
  return (
    (k0 * root) / z +
    (k1 * half) / (3 * z4) / Math.sqrt(n) +
    ((k2 * half) / (36 * z ** 7) - (k2whole * pi2 * half) / (18 * z ** 3)) / n +
    ((k3 * half) / (3240 * z ** 10) + (k3whole * half) / (108 * z6)) / n ** 1.5
  );
}
