import { InvalidArgumentError, Option } from 'commander';
import { driftMethods } from '../../monitoring/drift/methods';
import type { ColumnDrift, DriftReport } from '../../monitoring/types';
import type { OutputFormat, RegisterCommand } from '../context';
import { formatOption } from '../options';
import { table } from '../text-table';

interface DriftOptions {
  reference: string;
  current: string;
  columns?: string[];
  method?: string;
  share?: number;
  threshold?: number;
  failOnDrift?: boolean;
  format: OutputFormat;
}

/** `galley drift`: compares two datasets; exit 1 for drift only with `--fail-on-drift`. */
export const registerDrift: RegisterCommand = (program, context) => {
  program
    .command('drift')
    .description('compare two datasets column by column')
    .requiredOption('--reference <path>', 'path or glob of Parquet, CSV or JSON lines')
    .requiredOption('--current <path>', 'the data to compare with it')
    .option('--columns <names>', 'only these, separated by commas', texts)
    .addOption(new Option('--method <name>', 'instead of the default').choices(Object.keys(driftMethods)))
    .option('--share <share>', 'share of drifted columns that makes the dataset drift (0.5)', number)
    .option('--threshold <score>', "instead of the method's default", number)
    .option('--fail-on-drift', 'exit 1 when the dataset drifts')
    .addOption(formatOption())
    .action(async (options: DriftOptions) => {
      const { format, failOnDrift, ...query } = options;
      const report = await (await context.project()).monitors.drift(query);
      context.print(report, format, driftText);
      if (failOnDrift === true && report.drifted) context.exit(1);
    });
};

/** A number of an option. */
function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It is no number.');
  return value;
}

/** Names of an option, separated by commas. */
function texts(text: string): string[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length === 0) throw new InvalidArgumentError('It names nothing.');
  return names;
}

function row(column: ColumnDrift): string[] {
  return [
    column.drifted ? 'drift' : 'ok',
    column.column,
    column.kind,
    column.method,
    column.score.toPrecision(4),
    `${column.scoreIs === 'distance' ? 'from' : 'below'} ${column.threshold}`,
  ];
}

/** A report as a table, worst column first, and the verdict in a sentence. */
export function driftText(report: DriftReport): string {
  const columns = [...report.columns].sort((a, b) => b.severity - a.severity);
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  return [
    `${report.current.source} (${report.current.rows} rows) against ${report.reference.source} (${report.reference.rows} rows)`,
    table([['', 'column', 'kind', 'method', 'score', 'drifts'], ...columns.map(row)]),
    ...report.skipped.map(({ column, reason }) => `not compared: ${column}: ${reason}`),
    ...(report.notes ?? []),
    `${report.driftedColumns} of ${report.columns.length} columns drift; the dataset ${report.drifted ? 'does too' : 'does not'} (${percent(report.share)}, drift from ${percent(report.shareThreshold)}).`,
  ].join('\n');
}
