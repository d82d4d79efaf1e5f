import type { Run } from '../../engine/tracking/types';
import type { DeploymentReview } from '../../engine/protocol';
import type { Delta } from '../ui/deltas';
import { delta, deltaText } from '../ui/deltas';
import { columnFormat } from '../ui/numbers';

/** A metric of the candidate beside the version in service. */
export interface MetricRow {
  metric: string;
  candidate: string | undefined;
  incumbent: string | undefined;
  /** Full values for the tooltip. */
  full: string;
  change: Delta | undefined;
  /** Size of the difference, with the digits of the values. */
  changeText: string;
}

/** Metrics of both versions' runs: those that both have first, then the rest; `system/` ones last. */
export function metricRows(
  candidate: Run | undefined,
  incumbent: Run | undefined,
  against: string,
): MetricRow[] {
  const names = new Set([...Object.keys(candidate?.metrics ?? {}), ...Object.keys(incumbent?.metrics ?? {})]);
  const rank = (name: string): number => {
    const both =
      candidate?.metrics[name] !== undefined && (!incumbent || incumbent.metrics[name] !== undefined);
    return (name.startsWith('system/') ? 2 : 0) + (both ? 0 : 1);
  };
  return [...names]
    .sort((a, b) => rank(a) - rank(b) || a.localeCompare(b, 'en', { numeric: true }))
    .map((metric) => {
      const ours = candidate?.metrics[metric]?.value;
      const theirs = incumbent?.metrics[metric]?.value;
      const values = [ours, theirs].filter((value) => value !== undefined);
      const format = columnFormat(values);
      const change = delta(metric, ours, theirs, against);
      return {
        metric,
        candidate: ours === undefined ? undefined : format(ours),
        incumbent: theirs === undefined ? undefined : format(theirs),
        full: values.map(String).join(' against '),
        change,
        changeText: change && change.verdict !== 'same' ? deltaText(change.difference, format) : '',
      };
    });
}

/** Params whose values differ between the two runs, as `learning_rate 0.05 (was 0.1)`. */
export function changedParams(
  candidate: Run | undefined,
  incumbent: Run | undefined,
): { name: string; now: string; before: string }[] {
  if (!candidate || !incumbent) return [];
  const names = new Set([...Object.keys(candidate.params), ...Object.keys(incumbent.params)]);
  return [...names]
    .filter((name) => candidate.params[name] !== incumbent.params[name])
    .sort()
    .map((name) => ({
      name,
      now: candidate.params[name] ?? 'none',
      before: incumbent.params[name] ?? 'none',
    }));
}

/**
 * Names of the datasets that the two runs saw in different states, by their digests; undefined when one of them says
 * nothing of its data.
 */
export function changedDatasets(
  candidate: Run | undefined,
  incumbent: Run | undefined,
): string[] | undefined {
  if (!candidate || !incumbent || candidate.datasets.length === 0 || incumbent.datasets.length === 0) {
    return undefined;
  }
  const digests = ({ datasets }: Run): Map<string, string> =>
    new Map(datasets.map(({ name, digest }) => [name, digest]));
  const [now, before] = [digests(candidate), digests(incumbent)];
  return [...new Set([...now.keys(), ...before.keys()])]
    .filter((name) => now.get(name) !== before.get(name))
    .sort();
}

/** Lines added and removed over all files. */
export function changedLines({ code }: DeploymentReview): { added: number; removed: number } {
  return code.files.reduce(
    (sum, file) => ({ added: sum.added + file.added, removed: sum.removed + file.removed }),
    { added: 0, removed: 0 },
  );
}
