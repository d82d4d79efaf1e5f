import { LitElement, css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { cssom } from '../ui/cssom';
import type { Line } from '../ui/line-data';
import { columnFormat } from '../ui/numbers';
import { base } from '../ui/styles';

/** A metric that was logged once a run: a bar for each run, from zero. */
@customElement('galley-metric-bars')
export class GalleyMetricBars extends LitElement {
  @property({ attribute: false }) lines: readonly Line[] = [];

  static override styles = [
    base,
    css`
      :host {
        align-content: start;
        align-items: center;
        column-gap: 10px;
        display: grid;
        grid-template-columns: minmax(60px, 34%) minmax(0, 1fr) auto;
        overflow: auto;
        padding: 4px 0;
        row-gap: 4px;
      }
      .label {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .track {
        height: 10px;
        position: relative;
      }
      .bar {
        background: var(--run);
        height: 10px;
        min-width: 1px;
        position: absolute;
      }
      .zero {
        border-left: 1px solid var(--vscode-descriptionForeground);
        height: 16px;
        position: absolute;
        top: -3px;
      }
      .number {
        text-align: right;
      }
    `,
  ];

  override render() {
    const rows = this.lines.map((line) => ({ line, value: line.points.y[0] ?? NaN }));
    const finite = rows.map(({ value }) => value).filter(Number.isFinite);
    const low = Math.min(0, ...finite);
    const span = Math.max(0, ...finite) - low || 1;
    const format = columnFormat(finite);
    const percent = (part: number): string => `${String((100 * part) / span)}%`;
    return rows.map(
      ({ line, value }) => html`
        <span class="label" title=${line.label}>${line.label}</span>
        <span class="track" aria-hidden="true">
          ${
            Number.isFinite(value)
              ? html`<span
                  class="bar"
                  ${cssom({
                    '--run': line.style.colour,
                    left: percent(Math.min(0, value) - low),
                    width: percent(Math.abs(value)),
                  })}
                ></span>`
              : ''
          }
          <span class="zero" ${cssom({ left: percent(-low) })}></span>
        </span>
        <span class="number" title=${String(value)}>${format(value)}</span>
      `,
    );
  }
}
