import type { MetricSeries } from '../../engine/protocol';
import type { Points } from '../ui/decimation';
import type { XAxis } from './contract';

/** One run's history of one metric as typed arrays, in order of (step, timestamp). */
export interface Curve {
  runId: string;
  key: string;
  steps: Float64Array;
  timestamps: Float64Array;
  values: Float64Array;
}

/** The series of a message as typed arrays. */
export function curveOf(series: MetricSeries): Curve {
  return {
    runId: series.runId,
    key: series.key,
    steps: Float64Array.from(series.steps),
    timestamps: Float64Array.from(series.timestamps),
    values: Float64Array.from(series.values, Number),
  };
}

/**
 * A curve over the chosen x axis, x ascending.
 * @param startedAt time from which `relative` counts; a first point before it moves it there
 */
export function pointsOf(curve: Curve, axis: XAxis, startedAt: number): Points {
  if (axis === 'step') return inOrder(curve.steps, curve.values);
  const { timestamps } = curve;
  if (axis === 'time') return inOrder(timestamps, curve.values);
  const origin = timestamps.reduce((a, b) => Math.min(a, b), startedAt);
  return inOrder(
    timestamps.map((at) => at - origin),
    curve.values,
  );
}

function inOrder(x: Float64Array, y: Float64Array): Points {
  if (x.every((value, i) => i === 0 || (x[i - 1] ?? NaN) <= value)) return { x, y };
  const order = Uint32Array.from(x.keys()).sort((a, b) => (x[a] ?? 0) - (x[b] ?? 0));
  return {
    x: Float64Array.from(order, (i) => x[i] ?? NaN),
    y: Float64Array.from(order, (i) => y[i] ?? NaN),
  };
}
