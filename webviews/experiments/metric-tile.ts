import { LitElement, css, html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import '@vscode-elements/elements/dist/vscode-toolbar-button/index.js';
import '../ui/line-chart';
import type { Line } from '../ui/line-data';
import { base } from '../ui/styles';
import type { XAxis } from './contract';
import './metric-bars';

/**
 * One metric's place among the small multiples. The chart exists only while the tile is in or near the view; the tile
 * fires `in-view` when it becomes so, and `enlarge` when asked.
 */
@customElement('galley-metric-tile')
export class GalleyMetricTile extends LitElement {
  @property() metric = '';
  @property({ attribute: false }) lines: readonly Line[] = [];
  /** Runs whose series is still on its way. */
  @property({ type: Number }) pending = 0;
  @property() x: XAxis = 'step';
  @property({ type: Boolean }) logScale = false;
  @property({ type: Boolean, reflect: true }) large = false;
  @state() private inView = false;

  private readonly observer = new IntersectionObserver(
    (entries) => {
      const { isIntersecting } = entries.at(-1) ?? { isIntersecting: false };
      if (isIntersecting === this.inView) return;
      this.inView = isIntersecting;
      this.dispatchEvent(new CustomEvent('in-view', { detail: isIntersecting }));
    },
    { rootMargin: '160px' },
  );

  static override styles = [
    base,
    css`
      :host {
        display: flex;
        flex-direction: column;
        height: 190px;
        min-width: 0;
      }
      :host([large]) {
        height: 100%;
      }
      .title {
        align-items: center;
        display: flex;
        gap: 8px;
        height: 22px;
      }
      h3 {
        flex: 1;
        font-weight: 600;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      vscode-toolbar-button {
        opacity: 0;
      }
      :host(:hover) vscode-toolbar-button,
      :host(:focus-within) vscode-toolbar-button,
      :host([large]) vscode-toolbar-button {
        opacity: 1;
      }
      galley-line-chart,
      galley-metric-bars,
      .wait {
        flex: 1;
        min-height: 0;
      }
      .wait {
        align-content: center;
        text-align: center;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.observer.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.observer.disconnect();
    this.inView = false;
    this.dispatchEvent(new CustomEvent('in-view', { detail: false }));
  }

  private renderChart() {
    if (!this.inView) return html`<div class="wait"></div>`;
    if (this.lines.length === 0) {
      return html`<div class="wait muted">${this.pending > 0 ? 'Loading…' : 'No values'}</div>`;
    }
    if (this.lines.every(({ points }) => points.x.length <= 1)) {
      return html`<galley-metric-bars .lines=${this.lines}></galley-metric-bars>`;
    }
    return html`<galley-line-chart
      .heading=${this.metric}
      .lines=${this.lines}
      .x=${this.x}
      ?logScale=${this.logScale}
    ></galley-line-chart>`;
  }

  override render() {
    const action = this.large ? 'Show all metrics' : `Enlarge ${this.metric}`;
    return html`
      <div class="title">
        <h3 title=${this.metric}>${this.metric}</h3>
        <vscode-toolbar-button
          icon=${this.large ? 'screen-normal' : 'screen-full'}
          label=${action}
          title=${action}
          @click=${() => {
            this.dispatchEvent(new CustomEvent('enlarge'));
          }}
        ></vscode-toolbar-button>
      </div>
      ${this.renderChart()}
    `;
  }
}
