import type { ChartConfiguration, ChartDataset, TooltipItem } from 'chart.js';
import { LitElement, css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Distribution } from '../../engine/monitoring/types';
import { Chart, scaleStyle } from '../ui/chart';
import { faded } from '../ui/colours';
import { formatNumber, formatPercent } from '../ui/numbers';
import { base } from '../ui/styles';
import type { ChartTheme } from '../ui/theme';
import { ThemeController, chartTheme } from '../ui/theme';

type Point = { x: number; y: number };

/** Both distributions of a column, large: steps over the bins of a number, paired bars for categories. */
@customElement('galley-distribution-chart')
export class GalleyDistributionChart extends LitElement {
  @property() column = '';
  @property({ attribute: false }) distribution: Distribution | undefined;
  private chart: Chart | undefined;

  static override styles = [
    base,
    css`
      :host {
        display: block;
      }
      .plot {
        height: 200px;
        position: relative;
      }
      .legend {
        display: flex;
        gap: 16px;
      }
      .legend span {
        align-items: center;
        display: inline-flex;
        gap: 6px;
      }
      i {
        height: 10px;
        width: 14px;
      }
      .reference {
        background: var(--vscode-descriptionForeground);
        opacity: 0.5;
      }
      .current {
        background: var(--vscode-charts-blue);
      }
    `,
  ];

  constructor() {
    super();
    new ThemeController(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.chart?.destroy();
    this.chart = undefined;
  }

  protected override updated(): void {
    const canvas = this.renderRoot.querySelector('canvas');
    if (!canvas || !this.distribution) return;
    this.chart?.destroy();
    const theme = chartTheme();
    const configuration = this.distribution.edges
      ? steps(this.distribution, theme)
      : bars(this.distribution, theme);
    this.chart = new Chart(canvas, configuration as ChartConfiguration);
  }

  override render() {
    const rows = this.distribution ? binRows(this.distribution) : [];
    return html`
      <div class="legend muted">
        <span><i class="reference"></i>Reference</span><span><i class="current"></i>Current</span>
      </div>
      <div class="plot"><canvas aria-hidden="true"></canvas></div>
      <table class="visually-hidden">
        <caption>
          Share of rows of ${this.column}
        </caption>
        <thead>
          <tr>
            <th>Bin</th>
            <th>Reference</th>
            <th>Current</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ bin, reference, current }) =>
              html`<tr>
                <td>${bin}</td>
                <td>${reference}</td>
                <td>${current}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    `;
  }
}

function binRows({ edges, categories, reference, current }: Distribution) {
  return reference.map((share, i) => ({
    bin: categories?.[i] ?? `${formatNumber(edges?.[i] ?? i)} to ${formatNumber(edges?.[i + 1] ?? i + 1)}`,
    reference: formatPercent(share),
    current: formatPercent(current[i] ?? 0),
  }));
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

/** Numbers: each bin's share as a step over its edges. */
function steps(
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

/** Categories: the two shares side by side. */
function bars(
  { categories = [], reference, current }: Distribution,
  theme: ChartTheme,
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
      datasets: { bar: { categoryPercentage: 0.8, barPercentage: 1, maxBarThickness: 28 } },
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
