import { LitElement, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import '@vscode-elements/elements/dist/vscode-checkbox/index.js';
import '@vscode-elements/elements/dist/vscode-option/index.js';
import '@vscode-elements/elements/dist/vscode-single-select/index.js';
import '@vscode-elements/elements/dist/vscode-textfield/index.js';
import type { RunDetail } from '../../engine/protocol';
import { cssom } from '../ui/cssom';
import '../ui/icon';
import type { ThemeKind } from '../ui/palette';
import { styleOf } from '../ui/palette';
import { base } from '../ui/styles';
import type { XAxis } from './contract';
import { curveKey, lineMakers } from './curve-lines';
import { curvesStyles } from './curves-styles';
import './metric-tile';
import type { Curve } from './series';
import type { CurveChoice, CurveSettings } from './view-changes';

const axes: Record<XAxis, string> = { step: 'Step', relative: 'Relative time', time: 'Wall time' };
const legendSize = 10;
const manyMetrics = 9;

/**
 * Charts of the selected runs, one per metric. Fires `wanted` with the metrics in sight, `curve-settings`, and
 * `deselect` with a run's id.
 */
@customElement('galley-curves')
export class GalleyCurves extends LitElement {
  @property({ attribute: false }) runs: readonly RunDetail[] = [];
  @property({ attribute: false }) curves: ReadonlyMap<string, Curve> = new Map();
  @property({ attribute: false }) slots: Readonly<Record<string, number>> = {};
  @property({ attribute: false }) settings: CurveSettings = {};
  @property() theme: ThemeKind = 'dark';
  @state() private search = '';

  private readonly inView = new Set<string>();
  private readonly linesOf = lineMakers();

  static override styles = [base, curvesStyles];

  private change(choice: CurveChoice): void {
    this.dispatchEvent(new CustomEvent<CurveChoice>('curve-settings', { detail: choice }));
  }

  private seen(metric: string, event: CustomEvent<boolean>): void {
    if (event.detail) this.inView.add(metric);
    else this.inView.delete(metric);
    this.dispatchEvent(new CustomEvent('wanted', { detail: [...this.inView] }));
  }

  private get metrics(): string[] {
    const keys = new Set(this.runs.flatMap(({ run }) => Object.keys(run.metrics)));
    const system = (key: string): number => Number(key.startsWith('system/'));
    return [...keys].sort((a, b) => system(a) - system(b) || a.localeCompare(b, 'en', { numeric: true }));
  }

  private renderLegend() {
    return html`<div class="legend" role="list" aria-label="Selected runs">
      ${this.runs.slice(0, legendSize).map(({ run }) => {
        const style = styleOf(this.slots[run.id] ?? 0, this.theme);
        return html`<span class="run" role="listitem" ${cssom({ '--run': style.colour })}>
          <i class="swatch ${style.dash.length > 0 ? 'dashed' : ''}"></i
          ><span title=${run.name}>${run.name}</span>
          <button
            class="remove"
            title="Deselect"
            aria-label="Deselect ${run.name}"
            @click=${() => {
              this.dispatchEvent(new CustomEvent('deselect', { detail: run.id }));
            }}
          >
            <galley-icon name="close"></galley-icon>
          </button>
        </span>`;
      })}
      ${this.runs.length > legendSize ? html`<span class="muted">and ${this.runs.length - legendSize} more</span>` : nothing}
    </div>`;
  }

  private renderControls(metricCount: number) {
    const { xAxis = 'step', smoothing = 0, logScale = false, metric } = this.settings;
    return html`<div class="controls">
      ${
        metricCount > manyMetrics && metric === undefined
          ? html`<vscode-textfield
              placeholder="Filter metrics"
              aria-label="Filter metrics"
              .label=${'Filter metrics'}
              .value=${this.search}
              @input=${(event: InputEvent) => {
                this.search = (event.currentTarget as HTMLInputElement).value;
              }}
            ></vscode-textfield>`
          : nothing
      }
      <label
        >X axis
        <vscode-single-select
          label="X axis"
          @change=${(event: Event) => {
            this.change({ xAxis: (event.currentTarget as HTMLSelectElement).value as XAxis });
          }}
        >
          ${Object.entries(axes).map(
            ([value, name]) =>
              html`<vscode-option value=${value} ?selected=${value === xAxis}>${name}</vscode-option>`,
          )}
        </vscode-single-select>
      </label>
      <label title="Weight of the exponential moving average; the values themselves stay behind it, faintly"
        >Smoothing
        <input
          type="range"
          min="0"
          max="0.99"
          step="0.01"
          .value=${String(smoothing)}
          @input=${(event: InputEvent) => {
            this.change({ smoothing: Number((event.currentTarget as HTMLInputElement).value) });
          }}
        /><span class="value">${smoothing.toFixed(2)}</span>
      </label>
      <vscode-checkbox
        label="Log scale"
        .checked=${logScale}
        @change=${(event: Event) => {
          this.change({ logScale: (event.currentTarget as HTMLInputElement).checked });
        }}
      ></vscode-checkbox>
    </div>`;
  }

  private renderTile(metric: string, large: boolean) {
    const { xAxis = 'step', smoothing = 0, logScale = false } = this.settings;
    const having = this.runs.filter(({ run }) => run.metrics[metric] !== undefined);
    const lines = this.linesOf(metric, this.runs, this.curves, this.slots, {
      axis: xAxis,
      smoothing,
      theme: this.theme,
    });
    return html`<galley-metric-tile
      .metric=${metric}
      .lines=${lines}
      .pending=${having.filter(({ run }) => !this.curves.has(curveKey(run.id, metric))).length}
      .x=${xAxis}
      ?logScale=${logScale}
      ?large=${large}
      @in-view=${(event: CustomEvent<boolean>) => {
        this.seen(metric, event);
      }}
      @enlarge=${() => {
        this.change({ metric: large ? undefined : metric });
      }}
    ></galley-metric-tile>`;
  }

  override render() {
    if (this.runs.length === 0) {
      return html`<p class="empty">
        Select runs to see their curves: tick a box or press <kbd>Space</kbd> on a row.
      </p>`;
    }
    const all = this.metrics;
    const single = this.settings.metric !== undefined && all.includes(this.settings.metric);
    const shown = single
      ? all.filter((metric) => metric === this.settings.metric)
      : all.filter((metric) => metric.toLowerCase().includes(this.search.trim().toLowerCase()));
    return html`
      <div class="bar">${this.renderLegend()} ${this.renderControls(all.length)}</div>
      ${
        shown.length === 0
          ? html`<p class="empty">
              ${all.length === 0 ? 'The selected runs have no metrics yet.' : `No metric is named like “${this.search}”.`}
            </p>`
          : html`<div class="tiles ${single ? 'single' : ''}">
              ${repeat(
                shown,
                (metric) => metric,
                (metric) => this.renderTile(metric, single),
              )}
            </div>`
      }
    `;
  }
}
