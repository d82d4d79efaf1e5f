import type { Distribution } from '../../engine/monitoring/types';

/** Outline of a histogram as an SVG path in a box: `line` is open, `area` closed at the bottom. */
export interface Outline {
  line: string;
  area: string;
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** Steps of one side of a distribution in a box of `width` × `height`; `top` is the share at full height. */
function steps(
  shares: readonly number[],
  ends: readonly number[],
  width: number,
  height: number,
  top: number,
): Outline {
  const first = ends[0] ?? 0;
  const span = (ends.at(-1) ?? 1) - first || 1;
  const points: string[] = [];
  shares.forEach((share, i) => {
    const y = round(height - (Math.max(0, share) / top) * height);
    points.push(`${String(round((((ends[i] ?? 0) - first) / span) * width))} ${String(y)}`);
    points.push(`${String(round((((ends[i + 1] ?? 0) - first) / span) * width))} ${String(y)}`);
  });
  const line = points.length === 0 ? '' : `M${points.join('L')}`;
  return {
    line,
    area: line === '' ? '' : `M0 ${String(height)}L${points.join('L')}L${String(width)} ${String(height)}Z`,
  };
}

/** Both sides of a distribution as outlines over the same bins; categories are bins of equal width. */
export function outlines(
  distribution: Distribution,
  width: number,
  height: number,
): { reference: Outline; current: Outline } {
  const { reference, current, edges } = distribution;
  const count = Math.max(reference.length, current.length);
  const usable = edges?.length === count + 1 && edges.every(Number.isFinite);
  const ends = usable ? edges : Array.from({ length: count + 1 }, (_, i) => i);
  const top = Math.max(...reference, ...current, Number.EPSILON) * 1.06;
  return {
    reference: steps(reference, ends, width, height, top),
    current: steps(current, ends, width, height, top),
  };
}
