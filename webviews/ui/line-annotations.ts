import type { Chart, Plugin } from 'chart.js';
import type { Limit, Mark } from './line-data';
import type { ChartTheme } from './theme';

interface Annotated {
  limits: readonly Limit[];
  marks: readonly Mark[];
  theme: ChartTheme | undefined;
}

/** Chart.js plugin that draws limits (horizontal, dashed, named) and marks (vertical, with a flag on top). */
export function annotations(current: () => Annotated): Plugin<'line'> {
  return {
    id: 'galley-annotations',
    afterDatasetsDraw: (chart) => {
      const { limits, marks, theme } = current();
      if (!theme) return;
      chart.ctx.save();
      drawLimits(chart, limits, theme);
      drawMarks(chart, marks, theme);
      chart.ctx.restore();
    },
  };
}

function drawLimits(
  { ctx, chartArea: area, scales }: Chart<'line'>,
  limits: readonly Limit[],
  theme: ChartTheme,
): void {
  ctx.font = `${String(theme.fontSize)}px ${theme.fontFamily}`;
  ctx.strokeStyle = theme.muted;
  ctx.fillStyle = theme.muted;
  ctx.setLineDash([4, 3]);
  for (const { value, label } of limits) {
    const y = scales['y']?.getPixelForValue(value);
    if (y === undefined || y < area.top - 1 || y > area.bottom + 1) continue;
    ctx.beginPath();
    ctx.moveTo(area.left, y);
    ctx.lineTo(area.right, y);
    ctx.stroke();
    const below = y - 4 < area.top + theme.fontSize;
    ctx.fillText(label, area.left + 4, below ? y + theme.fontSize + 2 : y - 4);
  }
  ctx.setLineDash([]);
}

function drawMarks(
  { ctx, chartArea: area, scales }: Chart<'line'>,
  marks: readonly Mark[],
  theme: ChartTheme,
): void {
  ctx.strokeStyle = theme.warning;
  ctx.fillStyle = theme.warning;
  for (const { x } of marks) {
    const at = scales['x']?.getPixelForValue(x);
    if (at === undefined) continue;
    ctx.beginPath();
    ctx.moveTo(at, area.top + 6);
    ctx.lineTo(at, area.bottom);
    ctx.stroke();
    ctx.beginPath();
    ctx.moveTo(at - 5, area.top - 2);
    ctx.lineTo(at + 5, area.top - 2);
    ctx.lineTo(at, area.top + 7);
    ctx.fill();
  }
}
