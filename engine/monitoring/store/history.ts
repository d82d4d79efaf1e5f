import { replaceFile } from '../../project-files/replace-file';
import { textOf } from '../../project-files/text-of';
import type { DriftReport, MonitorCheck } from '../types';
import type { MonitorFiles } from './files';

/** Checks that are kept of a monitor. */
export const keptChecks = 500;
/** Newest checks that keep the distributions of their columns; they are nine tenths of a check's size. */
const keptDistributions = 20;

function parse(text: string): MonitorCheck[] {
  return text.split('\n').flatMap((line) => {
    if (line === '') return [];
    try {
      return [JSON.parse(line) as MonitorCheck];
    } catch (error) {
      // A line that a full disk cut short says nothing any more; the others still do.
      if (error instanceof SyntaxError) return [];
      throw error;
    }
  });
}

/** Kept checks, oldest first. */
export async function readChecks(files: MonitorFiles): Promise<MonitorCheck[]> {
  return parse((await textOf(files.checks)) ?? '');
}

function withoutDistributions(report: DriftReport): DriftReport {
  return {
    ...report,
    columns: report.columns.map((column) => ({ ...column, distribution: { reference: [], current: [] } })),
  };
}

/** Adds a check to the history and trims it. To be called under the monitor's lock. */
export async function appendCheck(files: MonitorFiles, check: MonitorCheck): Promise<void> {
  const checks = [...(await readChecks(files)), check].slice(-keptChecks);
  const whole = checks.length - keptDistributions;
  const lines = checks.map((kept, i) =>
    JSON.stringify(
      i < whole && kept.drift !== undefined ? { ...kept, drift: withoutDistributions(kept.drift) } : kept,
    ),
  );
  await replaceFile(files.checks, `${lines.join('\n')}\n`);
}
