import type { ChartConfiguration, ChartDataset, TooltipItem } from 'chart.js';
import type { Distribution } from '../../engine/monitoring/types';
import { scaleStyle } from '../ui/chart';
import { faded } from '../ui/colours';
import { formatNumber, formatPercent } from '../ui/numbers';
import type { ChartTheme } from '../ui/theme';

interface Point {
  x: number;
  y: number;
}

function shared(theme: ChartTheme) {
  return {
    animation: false as const,
    responsive: true,
    maintainAspectRatio: false,
    layout: { padding: { top: 6, right: 8 } },
    interaction: { mode: 'index' as const, intersect: false },
    plugins: {
      legend: { display: false },
      tooltip: {
        backgroundColor: theme.hoverBackground,
        borderColor: theme.hoverBorder,
        borderWidth: 1,
        titleColor: theme.hoverForeground,
        bodyColor: theme.hoverForeground,
        cornerRadius: 3,
        boxWidth: 8,
        boxHeight: 8,
        titleFont: { family: theme.fontFamily, size: theme.fontSize + 1, weight: 'normal' as const },
        bodyFont: { family: theme.fontFamily, size: theme.fontSize + 1 },
      },
    },
  };
}

function percentScale(theme: ChartTheme) {
  const style = scaleStyle(theme);
  return {
    ...style,
    beginAtZero: true,
    ticks: {
      ...style.ticks,
      maxTicksLimit: 5,
      callback: (value: number | string) => formatPercent(Number(value)),
    },
  };
}

/** Chart of a number: each bin's share as a step over its edges. */
export function binSteps(
  { edges = [], reference, current }: Distribution,
  theme: ChartTheme,
): ChartConfiguration<'line', Point[]> {
  const points = (shares: readonly number[]): Point[] =>
    edges.map((x, i) => ({ x, y: shares[Math.min(i, shares.length - 1)] ?? 0 }));
  const set = (label: string, shares: readonly number[], more: Partial<ChartDataset<'line', Point[]>>) => ({
    label,
    data: points(shares),
    stepped: 'after' as const,
    pointRadius: 0,
    pointHitRadius: 0,
    ...more,
  });
  const style = scaleStyle(theme);
  const options = shared(theme);
  return {
    type: 'line',
    data: {
      datasets: [
        set('Current', current, { borderColor: theme.blue, backgroundColor: theme.blue, borderWidth: 1.5 }),
        set('Reference', reference, {
          borderWidth: 0,
          backgroundColor: faded(theme.muted, 0.4),
          fill: 'origin',
        }),
      ],
    },
    options: {
      ...options,
      parsing: false,
      plugins: {
        ...options.plugins,
        tooltip: {
          ...options.plugins.tooltip,
          callbacks: {
            title: (items: TooltipItem<'line'>[]) => {
              const i = Math.min(items[0]?.dataIndex ?? 0, edges.length - 2);
              return `${formatNumber(edges[i] ?? 0)} to ${formatNumber(edges[i + 1] ?? 0)}`;
            },
            label: ({ dataset, parsed }: TooltipItem<'line'>) =>
              `${dataset.label ?? ''} ${formatPercent(parsed.y ?? 0)}`,
          },
        },
      },
      scales: {
        x: {
          ...style,
          type: 'linear',
          min: edges[0] ?? 0,
          max: edges.at(-1) ?? 1,
          grid: { ...style.grid, drawOnChartArea: false },
          ticks: {
            ...style.ticks,
            maxTicksLimit: 9,
            callback: (value: number | string) => formatNumber(Number(value)),
          },
        },
        y: percentScale(theme),
      },
    },
  };
}

/** Chart of categories: the two shares side by side. `width` is the chart's, in pixels. */
export function categoryBars(
  { categories = [], reference, current }: Distribution,
  theme: ChartTheme,
  width: number,
): ChartConfiguration<'bar', number[]> {
  const style = scaleStyle(theme);
  const options = shared(theme);
  const short = (text: string): string => (text.length > 18 ? `${text.slice(0, 17)}…` : text);
  return {
    type: 'bar',
    data: {
      labels: categories,
      datasets: [
        { label: 'Reference', data: reference, backgroundColor: faded(theme.muted, 0.5) },
        { label: 'Current', data: current, backgroundColor: theme.blue },
      ],
    },
    options: {
      ...options,
      // Both bars of a category touch, however wide the chart is.
      datasets: { bar: { barThickness: Math.max(2, Math.min(26, width / categories.length / 3)) } },
      plugins: {
        ...options.plugins,
        tooltip: {
          ...options.plugins.tooltip,
          callbacks: {
            label: ({ dataset, parsed }: TooltipItem<'bar'>) =>
              `${dataset.label ?? ''} ${formatPercent(parsed.y ?? 0)}`,
          },
        },
      },
      scales: {
        x: {
          ...style,
          grid: { display: false },
          ticks: {
            ...style.ticks,
            callback: (_value: number | string, index: number) => short(categories[index] ?? ''),
          },
        },
        y: percentScale(theme),
      },
    },
  };
}
