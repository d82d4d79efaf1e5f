import type { RunDetail } from '../../engine/protocol';
import type { Line } from '../ui/line-data';
import { lastResult } from '../ui/last-result';
import type { ThemeKind } from '../ui/palette';
import { styleOf } from '../ui/palette';
import { smooth } from '../ui/smoothing';
import type { XAxis } from './contract';
import type { Curve } from './series';
import { pointsOf } from './series';

/** How curves are drawn, the same for all metrics. */
export interface CurveView {
  axis: XAxis;
  smoothing: number;
  theme: ThemeKind;
}

export const curveKey = (runId: string, metric: string): string => `${runId}\u0000${metric}`;

/** Makes one run's line of one metric; computed again only when the curve or the view changed. */
function lineMaker() {
  return lastResult(
    (
      curve: Curve,
      label: string,
      slot: number,
      startedAt: number,
      axis: XAxis,
      smoothing: number,
      theme: ThemeKind,
    ): Line => {
      const points = pointsOf(curve, axis, startedAt);
      const style = styleOf(slot, theme);
      const line = { id: curve.runId, label, style, points };
      if (smoothing === 0 || points.x.length < 2) return line;
      return { ...line, raw: points, points: { x: points.x, y: smooth(points.y, smoothing) } };
    },
  );
}

/** A maker of each metric's lines, which stay the same objects for as long as nothing of theirs changed. */
export function lineMakers() {
  const makers = new Map<string, ReturnType<typeof lineMaker>>();
  const lists = new Map<string, Line[]>();
  return (
    metric: string,
    runs: readonly RunDetail[],
    curves: ReadonlyMap<string, Curve>,
    slots: Readonly<Record<string, number>>,
    view: CurveView,
  ): readonly Line[] => {
    const lines = runs.flatMap(({ run }) => {
      const key = curveKey(run.id, metric);
      const curve = curves.get(key);
      const slot = slots[run.id];
      if (!curve || slot === undefined || curve.values.length === 0) return [];
      const make = makers.get(key) ?? lineMaker();
      makers.set(key, make);
      return [make(curve, run.name, slot, run.startedAt, view.axis, view.smoothing, view.theme)];
    });
    const before = lists.get(metric);
    if (before?.length === lines.length && before.every((line, i) => line === lines[i])) return before;
    lists.set(metric, lines);
    return lines;
  };
}
