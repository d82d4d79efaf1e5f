import type { ChartConfiguration } from 'chart.js';
import { LitElement, css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Distribution } from '../../engine/monitoring/types';
import { Chart } from '../ui/chart';
import { formatNumber, formatPercent } from '../ui/numbers';
import { base } from '../ui/styles';
import { ThemeController, chartTheme } from '../ui/theme';
import { binSteps, categoryBars } from './distribution-options';

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
      ? binSteps(this.distribution, theme)
      : categoryBars(this.distribution, theme, this.clientWidth);
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
