import { formatNumber } from './numbers';

/** Words in a metric's name that mean: the smaller, the better. */
const costs = new Set(
  (
    'loss logloss error errors err latency rmse mse mae mape smape msle rmsle mdape perplexity ppl brier regret cost ' +
    'duration seconds ms runtime wer cer fid ece fpr fnr deviance nll bce crossentropy hinge distance drift ' +
    'failures mistakes misses psi memory bytes size'
  ).split(' '),
);

/** Whether a metric of this name is better when it is smaller (loss, error, latency and the like). */
export function lowerIsBetter(metric: string): boolean {
  const words = metric
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter(Boolean);
  if (words.some((word) => costs.has(word) || /(loss|error|latency)$/.test(word))) return true;
  const name = words.join(' ');
  return /cross entropy|false (positive|negative)|elapsed|time$/.test(name);
}

export type Verdict = 'better' | 'worse' | 'same';

/** A value against the one it is compared with. */
export interface Delta {
  verdict: Verdict;
  /** value − baseline. */
  difference: number;
  /** ▲ better, ▼ worse, = the same; never the sign of the difference. */
  symbol: '▲' | '▼' | '=';
  /** For screen readers: `0.003 better than the baseline`. */
  words: string;
}

/** Compares a metric's value with a baseline's; undefined when either is missing or not finite. */
export function delta(
  metric: string,
  value: number | undefined,
  baseline: number | undefined,
  against = 'the baseline',
): Delta | undefined {
  if (value === undefined || baseline === undefined) return undefined;
  if (!Number.isFinite(value) || !Number.isFinite(baseline)) return undefined;
  const difference = Number((value - baseline).toPrecision(12));
  if (difference === 0) return { verdict: 'same', difference, symbol: '=', words: `the same as ${against}` };
  const verdict = difference < 0 === lowerIsBetter(metric) ? 'better' : 'worse';
  return {
    verdict,
    difference,
    symbol: verdict === 'better' ? '▲' : '▼',
    words: `${formatNumber(Math.abs(difference))} ${verdict} than ${against}`,
  };
}

/** The size of a difference in the digits of the values it is between; two digits of its own when those show none. */
export function deltaText(difference: number, format: (value: number) => string): string {
  const size = Math.abs(difference);
  const text = format(size);
  return /[1-9∞]/.test(text) ? text : formatNumber(Number(size.toPrecision(2)));
}
