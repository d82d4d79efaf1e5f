import type { RunDetail } from '../../engine/protocol';
import type { Column } from './columns';
import { commitOf, durationOf, statusText } from './columns';
import { formatAbsolute, formatDuration } from '../ui/times';

/** Runs as a Markdown table with full values, one row a run. */
export function runsAsMarkdown(
  runs: readonly RunDetail[],
  columns: readonly Column[],
  experiments: ReadonlyMap<string, string>,
  now: number,
): string {
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(({ label }) => escaped(label))),
    line(columns.map(({ numeric }) => (numeric ? '---:' : '---'))),
    ...runs.map((run) => line(columns.map((column) => escaped(fullText(column, run, experiments, now))))),
    '',
  ].join('\n');
}

function fullText(
  column: Column,
  detail: RunDetail,
  experiments: ReadonlyMap<string, string>,
  now: number,
): string {
  const { run } = detail;
  switch (column.kind) {
    case 'name':
      return run.name;
    case 'experiment':
      return experiments.get(run.experimentId) ?? run.experimentId;
    case 'status':
      return statusText(detail);
    case 'metric':
      return String(run.metrics[column.key]?.value ?? '');
    case 'param':
      return run.params[column.key] ?? '';
    case 'commit':
      return commitOf(detail) ?? '';
    case 'duration': {
      const duration = durationOf(detail, now);
      return duration === undefined ? '' : formatDuration(duration);
    }
    case 'when':
      return formatAbsolute(run.startedAt);
  }
}

const escaped = (text: string): string =>
  text
    .replace(/[\\`*_[\]<>|~#]/g, '\\$&')
    .replace(/\s*\r?\n\s*/g, ' ')
    .trim();
