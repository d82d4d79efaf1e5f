import { errorData } from '../errors';
import type { LoadedPipeline } from '../pipeline/types';
import type { MonitorSpec } from '../pipeline/spec';
import { computeDrift } from './drift/compute';
import { dataLocation } from './locations';
import { computePerformance } from './performance';
import type { DriftReport, MonitorCheck, PerformanceResult } from './types';

async function driftOf(pipeline: LoadedPipeline, monitor: MonitorSpec): Promise<DriftReport | undefined> {
  const { drift } = monitor;
  if (drift === undefined && monitor.performance !== undefined) return undefined;
  return computeDrift({
    reference: dataLocation(pipeline, monitor.reference),
    current: dataLocation(pipeline, monitor.current),
    ...(drift === undefined || drift.columns === 'all' ? {} : { columns: drift.columns }),
    ...(drift?.share === undefined ? {} : { share: drift.share }),
    ...(drift?.method === undefined ? {} : { method: drift.method }),
    ...(drift?.threshold === undefined ? {} : { threshold: drift.threshold }),
  });
}

async function performanceOf(
  pipeline: LoadedPipeline,
  monitor: MonitorSpec,
): Promise<PerformanceResult | undefined> {
  if (monitor.performance === undefined) return undefined;
  const { labels, ...performance } = monitor.performance;
  return computePerformance({
    ...performance,
    current: dataLocation(pipeline, monitor.current),
    labels: dataLocation(pipeline, labels),
  });
}

function sentence(reason: unknown): string {
  const { message, remedy } = errorData(reason);
  return remedy === undefined ? message : `${message} ${remedy}`;
}

/**
 * Computes what a monitor asks for. Never rejects for bad or missing data: the check says why it could not be made, and
 * keeps the part that could.
 */
export async function makeCheck(
  pipeline: LoadedPipeline,
  name: string,
  monitor: MonitorSpec,
): Promise<MonitorCheck> {
  const [drift, performance] = await Promise.allSettled([
    driftOf(pipeline, monitor),
    performanceOf(pipeline, monitor),
  ]);
  // Both fail for the same reason when the current data is not there.
  const reasons = new Set(
    [drift, performance].flatMap((part) => (part.status === 'rejected' ? [sentence(part.reason)] : [])),
  );
  const report = drift.status === 'fulfilled' ? drift.value : undefined;
  const result = performance.status === 'fulfilled' ? performance.value : undefined;
  return {
    monitor: name,
    spec: pipeline.file,
    ...(monitor.deployment === undefined ? {} : { deployment: monitor.deployment }),
    at: Date.now(),
    ...(report === undefined ? {} : { drift: report }),
    ...(result === undefined ? {} : { performance: result }),
    ...(reasons.size === 0 ? {} : { failure: [...reasons].join(' ') }),
    alert: report?.drifted === true || result?.degraded === true,
  };
}
