import type { ColumnDrift, MonitorCheck, MonitorStatus } from '../../engine/monitoring/types';
import type { DeploymentReview, ReviewedVersion, RunDetail } from '../../engine/protocol';
import type { Run } from '../../engine/tracking/types';

/**
 * VS Code carries messages to a page as JSON, in which NaN and the infinities become null. These put them back where
 * the field says which of them it can only have been, before anything computes with them.
 */
const orNaN = (value: number | null): number => value ?? NaN;

/** The run with its metrics' values as numbers; the same object when nothing was lost. */
export function runWithNumbers(run: Run): Run {
  const lost = Object.entries(run.metrics).filter(([, { value }]) => typeof value !== 'number');
  if (lost.length === 0) return run;
  const metrics = { ...run.metrics };
  for (const [key, point] of lost) metrics[key] = { ...point, value: orNaN(point.value) };
  return { ...run, metrics };
}

/** The same for a run with what Galley knows of it. */
export function detailWithNumbers(detail: RunDetail): RunDetail {
  const run = runWithNumbers(detail.run);
  return run === detail.run ? detail : { ...detail, run };
}

/** The same for a review: both versions' runs, and the last check. */
export function reviewWithNumbers(review: DeploymentReview): DeploymentReview {
  const { candidate, incumbent, lastCheck } = review;
  const version = (reviewed: ReviewedVersion): ReviewedVersion =>
    reviewed.run ? { ...reviewed, run: runWithNumbers(reviewed.run) } : reviewed;
  return {
    ...review,
    candidate: version(candidate),
    ...(incumbent ? { incumbent: version(incumbent) } : {}),
    ...(lastCheck ? { lastCheck: checkWithNumbers(lastCheck) } : {}),
  };
}

/** A monitor's state with its scores as numbers; a severity that was lost was infinite (a p-value of zero). */
export function statusWithNumbers(status: MonitorStatus): MonitorStatus {
  return status.last ? { ...status, last: checkWithNumbers(status.last) } : status;
}

function checkWithNumbers(check: MonitorCheck): MonitorCheck {
  const { drift, performance } = check;
  return {
    ...check,
    ...(performance ? { performance: { ...performance, value: orNaN(performance.value) } } : {}),
    ...(drift ? { drift: { ...drift, columns: drift.columns.map(columnWithNumbers) } } : {}),
  };
}

const columnWithNumbers = (column: ColumnDrift): ColumnDrift => ({
  ...column,
  score: orNaN(column.score),
  severity: (column.severity as number | null) ?? Infinity,
});
