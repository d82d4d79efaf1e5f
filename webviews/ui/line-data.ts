import type { Points } from './decimation';
import { decimate, extent, nearest } from './decimation';
import { formatNumber } from './numbers';
import type { RunStyle } from './palette';
import { clockTick, durationTick } from './time-ticks';
import { formatAbsolute, formatDuration } from './times';

/** One curve of a line chart. */
export interface Line {
  id: string;
  label: string;
  style: RunStyle;
  /** What is drawn; x ascending. */
  points: Points;
  /** The values before smoothing, drawn faintly behind. */
  raw?: Points;
}

export type XKind = 'step' | 'relative' | 'time';

/** A horizontal line, e.g. a threshold. */
export interface Limit {
  value: number;
  label: string;
}

/** A vertical mark at a point in time or a step, e.g. an alert. */
export interface Mark {
  x: number;
  label: string;
}

/** First and last x over all lines and marks; undefined without any point. */
export function xRange(lines: readonly Line[], marks: readonly Mark[]): [number, number] | undefined {
  let low = Infinity;
  let high = -Infinity;
  for (const { points } of lines) {
    low = Math.min(low, points.x[0] ?? Infinity);
    high = Math.max(high, points.x.at(-1) ?? -Infinity);
  }
  for (const { x } of marks) {
    low = Math.min(low, x);
    high = Math.max(high, x);
  }
  return low <= high ? [low, high] : undefined;
}

/** Points for Chart.js: thinned, gaps as NaN; with a logarithmic axis what is not above zero is a gap too. */
export function drawn(
  points: Points,
  range: [number, number],
  width: number,
  logScale: boolean,
): { x: number; y: number }[] {
  const { x, y } = decimate(points, range[0], range[1], Math.max(50, Math.round(width)));
  return Array.from(x, (at, i) => {
    const value = y[i] ?? NaN;
    return { x: at, y: Number.isFinite(value) && !(logScale && value <= 0) ? value : NaN };
  });
}

/** How many values a logarithmic axis cannot show. */
export function notAboveZero(lines: readonly Line[]): number {
  let count = 0;
  for (const { points } of lines) for (const value of points.y) if (value <= 0) count += 1;
  return count;
}

/** One line of the read-out at an x. */
export interface Reading {
  id: string;
  label: string;
  style: RunStyle;
  x: number;
  value: number;
}

/** What every line that reaches `x` reads at its nearest point. */
export function readingsAt(lines: readonly Line[], x: number): Reading[] {
  return lines.flatMap(({ id, label, style, points }) => {
    const index = nearest(points.x, x);
    const first = points.x[0];
    const last = points.x.at(-1);
    if (index < 0 || first === undefined || last === undefined) return [];
    const slack = (last - first) * 0.02;
    if (x < first - slack || x > last + slack) return [];
    return [{ id, label, style, x: points.x[index] ?? NaN, value: points.y[index] ?? NaN }];
  });
}

/** The next x, left or right of `from`, at which some line has a point; for moving the crosshair by keyboard. */
export function neighbour(lines: readonly Line[], from: number, direction: -1 | 1): number {
  let best = from;
  for (const { points } of lines) {
    const index = nearest(points.x, from);
    for (const i of [index - 1, index, index + 1]) {
      const x = points.x[i];
      if (x === undefined || (x - from) * direction <= 0) continue;
      if (best === from || (x - best) * direction < 0) best = x;
    }
  }
  return best;
}

/** An x in words: `step 12`, `1 min 30 s`, or the date and time. */
export function xText(x: number, kind: XKind): string {
  if (kind === 'step') return `step ${formatNumber(x)}`;
  return kind === 'relative' ? formatDuration(x) : formatAbsolute(x).slice(0, 19);
}

/** Label of a tick of the x axis. */
export function tickText(x: number, kind: XKind, range: number): string {
  if (kind === 'step') return formatNumber(x);
  return kind === 'relative' ? durationTick(x, range) : clockTick(x, range);
}

/** The chart in words for screen readers. */
export function summary(
  heading: string,
  lines: readonly Line[],
  limits: readonly Limit[],
  marks: readonly Mark[],
): string {
  const parts = lines.slice(0, 8).map(({ label, points }) => {
    const range = extent(points.y);
    if (!range) return `${label}: no values`;
    const last = points.y.at(-1) ?? NaN;
    return `${label}: ${formatNumber(range[0])} to ${formatNumber(range[1])}, last ${formatNumber(last)}`;
  });
  if (lines.length > 8) parts.push(`and ${String(lines.length - 8)} more`);
  for (const { label } of limits) parts.push(label);
  for (const { label } of marks) parts.push(label);
  return `Line chart of ${heading}. ${parts.length === 0 ? 'No values.' : `${parts.join('; ')}.`}`;
}
