/** Chart.js with the parts that the pages use; import it from here, so that they are registered. */
import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  Filler,
  LineController,
  LineElement,
  LinearScale,
  LogarithmicScale,
  PointElement,
  Tooltip,
} from 'chart.js';
import type { ChartTheme } from './theme';

Chart.register(
  BarController,
  BarElement,
  CategoryScale,
  Filler,
  LineController,
  LineElement,
  LinearScale,
  LogarithmicScale,
  PointElement,
  Tooltip,
);

export { Chart };

/** Options of a scale in the editor's colours and type. */
export function scaleStyle(theme: ChartTheme) {
  return {
    border: { color: theme.axis },
    grid: { color: theme.grid, tickColor: theme.axis, tickLength: 4 },
    ticks: {
      color: theme.muted,
      font: { family: theme.fontFamily, size: theme.fontSize },
      maxRotation: 0,
      autoSkipPadding: 14,
      padding: 4,
    },
  };
}
