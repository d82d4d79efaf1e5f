import type { ColumnKind } from '../types';
import { binnedShares, densities, valueCounts } from './binning';
import type { ColumnSample, NumericSample } from './sample';
import { chiSquare } from './statistics/chi-square';
import { energyDistance } from './statistics/energy';
import { hellinger } from './statistics/hellinger';
import { jensenShannon } from './statistics/jensen-shannon';
import { kolmogorovSmirnov } from './statistics/kolmogorov-smirnov';
import { kullbackLeibler } from './statistics/kullback-leibler';
import { populationStability } from './statistics/population-stability';
import { wasserstein } from './statistics/wasserstein';
import { zTest } from './statistics/z-test';

/** A way to compare two samples of a column; names, thresholds and comparisons are Evidently's. */
export interface DriftMethod {
  name: string;
  /** What can be compared with it when it is asked for by name. */
  kinds: ColumnKind[];
  scoreIs: 'distance' | 'p-value';
  threshold: number;
  /** Whether a score exactly at the threshold is drift. */
  atThreshold: boolean;
  score(sample: ColumnSample): number;
}

const both: ColumnKind[] = ['numeric', 'categorical'];

function ofNumbers(score: (reference: Float64Array, current: Float64Array) => number) {
  return (sample: ColumnSample) => {
    const { reference, current } = numbers(sample);
    return score(reference, current);
  };
}

function numbers(sample: ColumnSample): NumericSample {
  if (sample.kind === 'numeric') return sample;
  throw new TypeError('a method for numbers was given categories');
}

function ofCounts(score: (reference: number[], current: number[]) => number) {
  return (sample: ColumnSample) => {
    const { reference, current } = valueCounts(sample);
    return score(reference, current);
  };
}

function ofShares(score: (p: number[], q: number[]) => number) {
  return (sample: ColumnSample) => score(...binnedShares(sample));
}

function distance(
  name: string,
  kinds: ColumnKind[],
  score: DriftMethod['score'],
  atThreshold = true,
): DriftMethod {
  return { name, kinds, scoreIs: 'distance', threshold: 0.1, atThreshold, score };
}

function test(
  name: string,
  kinds: ColumnKind[],
  score: DriftMethod['score'],
  atThreshold = false,
): DriftMethod {
  return { name, kinds, scoreIs: 'p-value', threshold: 0.05, atThreshold, score };
}

/** Every method by its name. */
export const driftMethods = {
  wasserstein: distance('wasserstein', ['numeric'], ofNumbers(wasserstein)),
  jensenshannon: distance('jensenshannon', both, ofShares(jensenShannon)),
  psi: distance('psi', both, ofShares(populationStability)),
  kl_div: distance('kl_div', both, ofShares(kullbackLeibler)),
  hellinger: distance('hellinger', both, (sample) => hellinger(densities(sample))),
  ed: distance('ed', ['numeric'], ofNumbers(energyDistance), false),
  ks: test('ks', ['numeric'], ofNumbers(kolmogorovSmirnov), true),
  chisquare: test('chisquare', ['categorical'], ofCounts(chiSquare)),
  z: test('z', ['categorical'], ofCounts(zTest)),
} as const satisfies Record<string, DriftMethod>;

export type DriftMethodName = keyof typeof driftMethods;

export function isDriftMethod(name: string): name is DriftMethodName {
  return Object.hasOwn(driftMethods, name);
}

/** Whether a score means drift. */
export function isDrifted(method: DriftMethod, score: number, threshold: number): boolean {
  if (score === threshold) return method.atThreshold;
  return method.scoreIs === 'distance' ? score > threshold : score < threshold;
}

/**
 * How far a score is past its threshold: 1 at it, larger is worse. A distance counts in multiples of the threshold, a
 * p-value by its order of magnitude.
 */
export function severityOf(method: DriftMethod, score: number, threshold: number): number {
  if (method.scoreIs === 'distance') return threshold > 0 ? score / threshold : score;
  if (threshold >= 1 || threshold <= 0) return isDrifted(method, score, threshold) ? 1 : 0;
  return Math.log(Math.max(score, Number.MIN_VALUE)) / Math.log(threshold);
}
