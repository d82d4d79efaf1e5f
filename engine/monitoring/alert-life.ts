import { randomUUID } from 'node:crypto';
import { openAlert } from './store/alerts';
import type { Alert, DriftReport, MonitorCheck, PerformanceResult } from './types';

const percent = (share: number) => `${Math.round(share * 100)} %`;
const short = (value: number) => String(Number(value.toPrecision(3)));
/** Columns that the sentence names. */
const named = 3;

function driftSentence(report: DriftReport): string {
  const worst = report.columns.filter((column) => column.drifted).sort((a, b) => b.severity - a.severity);
  const names = worst.slice(0, named).map((column) => `${column.column} ${short(column.score)}`);
  const more = worst.length > named ? ` and ${worst.length - named} more` : '';
  return (
    `${report.driftedColumns} of ${report.columns.length} columns drifted ` +
    `(${percent(report.share)}, alert from ${percent(report.shareThreshold)}): ${names.join(', ')}${more}.`
  );
}

function performanceSentence({ metric, value, minimum, maximum, rows }: PerformanceResult): string {
  const limit =
    minimum !== undefined && value < minimum
      ? `below ${minimum}`
      : `above ${maximum === undefined ? 'its limit' : maximum}`;
  return `${metric} is ${short(value)}, ${limit} (${rows.toLocaleString('en')} labelled rows).`;
}

/** The evidence of a check that alerts, in one line. */
export function alertSummary({ drift, performance }: MonitorCheck): string {
  return [
    ...(performance?.degraded === true ? [performanceSentence(performance)] : []),
    ...(drift?.drifted === true ? [driftSentence(drift)] : []),
  ].join(' ');
}

/** What a check does to the alerts of its monitor. */
export interface AlertChange {
  alerts: Alert[];
  /** The alert that is open after it. */
  open?: Alert;
  opened: boolean;
}

/**
 * A check that finds something opens an alert, or counts for the one that is open; a clean check resolves it; a check that
 * could not be made changes nothing.
 * @param alerts oldest first; not changed
 */
export function applyCheck(alerts: readonly Alert[], check: MonitorCheck): AlertChange {
  const before = openAlert(alerts);
  const replaced = (alert: Alert) => alerts.map((other) => (other.id === alert.id ? alert : other));
  if (!check.alert) {
    if (before === undefined) return { alerts: [...alerts], opened: false };
    if (check.failure !== undefined) return { alerts: [...alerts], open: before, opened: false };
    return { alerts: replaced({ ...before, resolvedAt: check.at }), opened: false };
  }
  const evidence = {
    lastSeenAt: check.at,
    summary: alertSummary(check),
    columns: (check.drift?.columns ?? [])
      .filter((column) => column.drifted)
      .sort((a, b) => b.severity - a.severity)
      .map(({ column, score, threshold }) => ({ column, score, threshold })),
  };
  if (before !== undefined) {
    const open = { ...before, ...evidence, count: before.count + 1 };
    return { alerts: replaced(open), open, opened: false };
  }
  const open: Alert = {
    id: randomUUID(),
    monitor: check.monitor,
    ...(check.deployment === undefined ? {} : { deployment: check.deployment }),
    ...(check.spec === undefined ? {} : { spec: check.spec }),
    openedAt: check.at,
    count: 1,
    ...evidence,
  };
  return { alerts: [...alerts, open], open, opened: true };
}
