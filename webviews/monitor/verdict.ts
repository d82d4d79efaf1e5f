import type { ColumnDrift, MonitorStatus, PerformanceResult } from '../../engine/monitoring/types';
import { formatNumber, formatPercent, plural } from '../ui/numbers';

/** The state of a monitor in a sentence. */
export interface Verdict {
  tone: 'good' | 'caution' | 'bad' | 'unknown';
  sentence: string;
}

/** What the last check found, most important first. */
export function verdict({ last }: MonitorStatus): Verdict {
  if (!last) return { tone: 'unknown', sentence: 'Not checked yet.' };
  if (last.failure !== undefined) return { tone: 'bad', sentence: `The last check failed: ${last.failure}` };
  const parts: string[] = [];
  const { drift, performance } = last;
  if (drift) {
    const all = drift.columns.length;
    const of = `(${formatPercent(drift.share)} of ${formatPercent(drift.shareThreshold)})`;
    const columns = `${String(drift.driftedColumns)} of ${plural(all, 'column')} ${drift.driftedColumns === 1 ? 'drifts' : 'drift'}`;
    if (drift.driftedColumns === 0) parts.push(`None of ${plural(all, 'column')} drifts`);
    else
      parts.push(
        drift.drifted
          ? `${columns}, and so does the dataset ${of}`
          : `${columns}; the dataset does not ${of}`,
      );
  }
  if (performance) parts.push(performanceSentence(performance));
  if (parts.length === 0) return { tone: 'unknown', sentence: 'The last check had nothing to compare.' };
  const tone =
    drift?.drifted === true || performance?.degraded === true
      ? 'bad'
      : drift?.driftedColumns
        ? 'caution'
        : 'good';
  return { tone, sentence: `${parts.join('. ')}.` };
}

function performanceSentence({ metric, value, minimum, maximum, degraded }: PerformanceResult): string {
  const limit =
    minimum !== undefined && (maximum === undefined || value < minimum || !degraded)
      ? `at least ${formatNumber(minimum)}`
      : maximum !== undefined
        ? `at most ${formatNumber(maximum)}`
        : '';
  const name = `${metric} is ${formatNumber(value)}`;
  if (limit === '') return name;
  return degraded ? `${name}, should be ${limit}` : `${name}, as it should be (${limit})`;
}

/** Columns with the worst first. */
export const bySeverity = (columns: readonly ColumnDrift[]): ColumnDrift[] =>
  [...columns].sort(
    (a, b) => b.severity - a.severity || a.column.localeCompare(b.column, 'en', { numeric: true }),
  );

const methods: Record<string, string> = {
  wasserstein: 'Wasserstein',
  jensenshannon: 'Jensen–Shannon',
  ks: 'Kolmogorov–Smirnov',
  chisquare: 'chi-square',
  z: 'Z test',
  psi: 'PSI',
  hellinger: 'Hellinger',
  kl_div: 'Kullback–Leibler',
};

export const methodName = (method: string): string => methods[method] ?? method;

/** `0.31 past 0.1`, `p 0.0004, limit 0.05` for tooltips and screen readers. */
export function scoreWords({ method, score, scoreIs, threshold, drifted, severity }: ColumnDrift): string {
  const what = scoreIs === 'p-value' ? 'p-value' : 'distance';
  const times =
    Number.isFinite(severity) && severity > 1
      ? `, ${formatNumber(Number(severity.toPrecision(2)))} times past it`
      : '';
  return `${methodName(method)} ${what} ${formatNumber(score)}, threshold ${formatNumber(threshold)}${drifted ? times : ''}`;
}

/**
 * Length of the severity bar, 0 to 1. The threshold (severity 1) is always in the middle, so that it stands at the
 * same place in every row, and a column far past it still fits.
 */
export function barLength(severity: number): number {
  if (severity === Infinity) return 1;
  return severity > 0 ? severity / (1 + severity) : 0;
}
