import type { RunDetail } from '../../engine/protocol';
import type { RunStatus } from '../../engine/tracking/types';
import { columnFormat } from '../ui/numbers';
import { formatAbsolute, formatDuration, formatRelative } from '../ui/times';

export type ColumnKind =
  'name' | 'experiment' | 'status' | 'metric' | 'param' | 'commit' | 'duration' | 'when';

/** One column of the runs table. */
export interface Column {
  /** Stable, also for the saved sort: `name`, `metrics.auc`, `params.trees`, … */
  id: string;
  kind: ColumnKind;
  label: string;
  /** Name of the metric or param. */
  key: string;
  /** Numbers stand right. */
  numeric: boolean;
  /** Pixels. */
  width: number;
}

export const statusWords: Record<RunStatus, string> = {
  RUNNING: 'Running',
  SCHEDULED: 'Scheduled',
  FINISHED: 'Finished',
  FAILED: 'Failed',
  KILLED: 'Stopped',
};

/** What a cell is sorted and compared by; undefined when the run has no such value. */
export function cellValue(
  column: Column,
  detail: RunDetail,
  experiments: ReadonlyMap<string, string>,
  now: number,
): number | string | undefined {
  const { run } = detail;
  switch (column.kind) {
    case 'name':
      return run.name;
    case 'experiment':
      return experiments.get(run.experimentId) ?? run.experimentId;
    case 'status':
      return statusWords[run.status];
    case 'metric':
      return run.metrics[column.key]?.value;
    case 'param': {
      const value = run.params[column.key];
      return value !== undefined && column.numeric ? Number(value) : value;
    }
    case 'commit':
      return commitOf(detail);
    case 'duration':
      return durationOf(detail, now);
    case 'when':
      return run.startedAt;
  }
}

export const commitOf = ({ run }: RunDetail): string | undefined => run.tags['mlflow.source.git.commit'];

/** Milliseconds that a run took, or has taken so far. */
export function durationOf({ run }: RunDetail, now: number): number | undefined {
  if (run.endedAt !== undefined) return Math.max(0, run.endedAt - run.startedAt);
  return run.status === 'RUNNING' ? Math.max(0, now - run.startedAt) : undefined;
}

/** Status in words with the stage that runs or failed: `Running train`, `Failed in train`. */
export function statusText({ run, state }: RunDetail): string {
  const word = statusWords[run.status];
  const stage = state?.stages.find(
    ({ status }) => status === (run.status === 'RUNNING' ? 'running' : 'failed'),
  )?.name;
  if (stage === undefined) return word;
  return run.status === 'RUNNING'
    ? `${word} ${stage}`
    : run.status === 'FAILED'
      ? `${word} in ${stage}`
      : word;
}

const isNumeric = (text: string): boolean => text.trim() !== '' && Number.isFinite(Number(text));

const widthFor = (characters: number, least: number, most: number): number =>
  Math.round(Math.min(most, Math.max(least, characters * 8 + 26)));

/** All columns that the runs have values for, in the order of the table. */
export function tableColumns(runs: readonly RunDetail[], experimentCount: number): Column[] {
  const metrics = new Set<string>();
  const params = new Map<string, { longest: number; numeric: boolean }>();
  let longestName = 3;
  let commits = false;
  for (const detail of runs) {
    for (const key in detail.run.metrics) metrics.add(key);
    for (const key in detail.run.params) {
      const text = detail.run.params[key] ?? '';
      const seen = params.get(key);
      params.set(key, {
        longest: Math.max(seen?.longest ?? 0, text.length),
        numeric: (seen?.numeric ?? true) && isNumeric(text),
      });
    }
    longestName = Math.max(longestName, detail.run.name.length);
    commits ||= commitOf(detail) !== undefined;
  }
  const inOrder = (keys: Iterable<string>): string[] =>
    [...keys].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const column = (kind: ColumnKind, label: string, width: number, numeric = false): Column => ({
    id: kind,
    kind,
    label,
    key: '',
    numeric,
    width,
  });
  return [
    column('name', 'Run', widthFor(longestName + 5, 160, 280)),
    ...(experimentCount > 1 ? [column('experiment', 'Experiment', 130)] : []),
    column('status', 'Status', 124),
    ...inOrder(metrics).map((key): Column => ({
      id: `metrics.${key}`,
      kind: 'metric',
      label: key,
      key,
      numeric: true,
      width: widthFor(key.length, 96, 180),
    })),
    ...inOrder(params.keys()).map((key): Column => {
      const { longest, numeric } = params.get(key) ?? { longest: 0, numeric: false };
      return {
        id: `params.${key}`,
        kind: 'param',
        label: key,
        key,
        numeric,
        width: widthFor(Math.max(key.length, longest), 72, 200),
      };
    }),
    ...(commits ? [column('commit', 'Commit', 84)] : []),
    column('duration', 'Duration', 96, true),
    column('when', 'When', 104),
  ];
}

/** Hides metric, param and commit columns in which all runs have the same value. */
export function differingColumns(
  columns: readonly Column[],
  runs: readonly RunDetail[],
  experiments: ReadonlyMap<string, string>,
): Column[] {
  return columns.filter((column) => {
    if (!['metric', 'param', 'commit'].includes(column.kind)) return true;
    const first = runs[0] && cellValue(column, runs[0], experiments, 0);
    return runs.some((run) => !Object.is(cellValue(column, run, experiments, 0), first));
  });
}

/** Metrics that stand before the params that differ. */
const leadingMetrics = 3;

/**
 * The order in which a few runs are compared: how they went, what was changed, then the rest, so that cause and effect
 * are in sight together.
 */
export function comparedOrder(
  columns: readonly Column[],
  runs: readonly RunDetail[],
  experiments: ReadonlyMap<string, string>,
): Column[] {
  const differing = new Set(differingColumns(columns, runs, experiments));
  const leading = new Set(columns.filter(({ kind }) => kind === 'metric').slice(0, leadingMetrics));
  const rank = (column: Column): number => {
    if (column.kind === 'metric') return leading.has(column) ? 1 : 3;
    if (column.kind === 'param') return differing.has(column) ? 2 : 4;
    return ['name', 'experiment', 'status'].includes(column.kind) ? 0 : 5;
  };
  return [...columns].sort((a, b) => rank(a) - rank(b));
}

/** Formats of the metric columns, fitted to the runs. */
export function metricFormats(
  columns: readonly Column[],
  runs: readonly RunDetail[],
): Map<string, (value: number) => string> {
  const formats = new Map<string, (value: number) => string>();
  for (const { kind, key } of columns) {
    if (kind !== 'metric') continue;
    const values: number[] = [];
    for (const { run } of runs) {
      const value = run.metrics[key]?.value;
      if (value !== undefined) values.push(value);
    }
    formats.set(key, columnFormat(values));
  }
  return formats;
}

/** Text of a cell and the full value for its tooltip. */
export function cellText(
  column: Column,
  detail: RunDetail,
  context: {
    experiments: ReadonlyMap<string, string>;
    formats: ReadonlyMap<string, (value: number) => string>;
    now: number;
  },
): { text: string; full: string } {
  const value = cellValue(column, detail, context.experiments, context.now);
  if (value === undefined) return { text: '', full: '' };
  switch (column.kind) {
    case 'metric': {
      const format = context.formats.get(column.key) ?? String;
      const point = detail.run.metrics[column.key];
      const step = point && point.step !== 0 ? ` at step ${String(point.step)}` : '';
      return {
        text: typeof value === 'number' ? format(value) : value,
        full: `${column.key} ${String(value)}${step}`,
      };
    }
    case 'param': {
      const written = detail.run.params[column.key] ?? '';
      return { text: written.slice(0, 400), full: `${column.key} ${written}` };
    }
    case 'commit':
      return { text: String(value).slice(0, 7), full: String(value) };
    case 'duration':
      return { text: formatDuration(Number(value)), full: `${String(Number(value) / 1000)} s` };
    case 'when':
      return { text: formatRelative(Number(value), context.now), full: formatAbsolute(Number(value)) };
    case 'status':
      return { text: statusText(detail), full: detail.state?.reason ?? statusText(detail) };
    case 'name':
    case 'experiment':
      return { text: String(value), full: String(value) };
  }
}
