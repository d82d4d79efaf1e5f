import type { MonitorStatus, PerformanceResult } from '../../engine/monitoring/types';
import type { Limit, Line, Mark } from '../ui/line-data';
import { formatNumber, formatPercent } from '../ui/numbers';
import { formatAbsolute } from '../ui/times';

/** What one of the timeline's charts draws. */
export interface TimelineChart {
  lines: Line[];
  limits: Limit[];
  marks: Mark[];
}

type Timeline = MonitorStatus['timeline'];

function line(
  id: string,
  label: string,
  colour: string,
  points: { at: number; value: number | undefined }[],
): Line {
  const known = points.filter((point) => point.value !== undefined);
  return {
    id,
    label,
    style: { colour, dash: [] },
    points: {
      x: Float64Array.from(known, ({ at }) => at),
      y: Float64Array.from(known, ({ value }) => value ?? NaN),
    },
  };
}

/** Checks that alerted, as marks; only the first of each unbroken row of them. */
function alertMarks(timeline: Timeline): Mark[] {
  return timeline.flatMap(({ at, alert }, i) =>
    alert && timeline[i - 1]?.alert !== true
      ? [{ x: at, label: `Alert ${formatAbsolute(at).slice(0, 16)}` }]
      : [],
  );
}

/** Share of drifted columns per check; undefined when no check computed drift. */
export function shareTimeline(
  timeline: Timeline,
  colour: string,
  threshold: number | undefined,
): TimelineChart | undefined {
  const drawn = line(
    'share',
    'Drifted',
    colour,
    timeline.map(({ at, share }) => ({ at, value: share })),
  );
  if (drawn.points.x.length === 0) return undefined;
  return {
    lines: [drawn],
    limits:
      threshold === undefined ? [] : [{ value: threshold, label: `threshold ${formatPercent(threshold)}` }],
    marks: alertMarks(timeline),
  };
}

/** Performance per check with its limits; undefined when no check computed it. */
export function performanceTimeline(
  timeline: Timeline,
  colour: string,
  last: PerformanceResult | undefined,
): TimelineChart | undefined {
  const name = last?.metric ?? 'Performance';
  const drawn = line(
    'performance',
    name,
    colour,
    timeline.map(({ at, performance }) => ({ at, value: performance })),
  );
  if (drawn.points.x.length === 0) return undefined;
  const limits: Limit[] = [];
  if (last?.minimum !== undefined)
    limits.push({ value: last.minimum, label: `minimum ${formatNumber(last.minimum)}` });
  if (last?.maximum !== undefined)
    limits.push({ value: last.maximum, label: `maximum ${formatNumber(last.maximum)}` });
  return { lines: [drawn], limits, marks: alertMarks(timeline) };
}
