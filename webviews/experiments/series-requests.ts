import type { RunDetail } from '../../engine/protocol';
import { curveKey } from './curve-lines';

/**
 * Which series to ask for: those in sight that were never asked for, and those of live runs whose metric has moved
 * since. Remembers what it has given out.
 */
export class SeriesRequests {
  private readonly asked = new Map<string, string>();

  /** @returns runs and metrics to ask for now; undefined when nothing is missing */
  next(
    runs: readonly RunDetail[],
    metrics: readonly string[],
  ): { runIds: string[]; keys: string[] } | undefined {
    const runIds = new Set<string>();
    const keys = new Set<string>();
    for (const { run } of runs) {
      for (const key of metrics) {
        const point = run.metrics[key];
        if (!point) continue;
        const mark = `${String(point.timestamp)} ${String(point.step)} ${String(point.value)}`;
        if (this.asked.get(curveKey(run.id, key)) === mark) continue;
        this.asked.set(curveKey(run.id, key), mark);
        runIds.add(run.id);
        keys.add(key);
      }
    }
    return runIds.size > 0 ? { runIds: [...runIds], keys: [...keys] } : undefined;
  }

  /** Forgets everything, so that all is asked for again. */
  clear(): void {
    this.asked.clear();
  }
}
