import { LitElement, css, html, svg } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Distribution } from '../../engine/monitoring/types';
import { outlines } from './outline';

const width = 132;
const height = 20;

/** Reference (grey area) and current (line) over one another, small enough for a table row. */
@customElement('galley-distribution-overlay')
export class GalleyDistributionOverlay extends LitElement {
  @property({ attribute: false }) distribution: Distribution | undefined;

  static override styles = css`
    :host {
      display: block;
      height: 20px;
    }
    svg {
      display: block;
      height: 100%;
      overflow: visible;
      width: 100%;
    }
    .reference {
      fill: var(--vscode-descriptionForeground);
      opacity: 0.4;
    }
    .current {
      fill: none;
      stroke: var(--vscode-charts-blue);
      stroke-width: 1.5;
      vector-effect: non-scaling-stroke;
    }
    .floor {
      stroke: var(--vscode-descriptionForeground);
      stroke-width: 1;
      opacity: 0.5;
      vector-effect: non-scaling-stroke;
    }
  `;

  override render() {
    if (!this.distribution) return html``;
    const { reference, current } = outlines(this.distribution, width, height);
    return html`<svg viewBox="0 0 132 20" preserveAspectRatio="none" aria-hidden="true">
      ${svg`<path class="reference" d=${reference.area}></path><line class="floor" x1="0" x2=${width} y1=${height} y2=${height}></line><path class="current" d=${current.line}></path>`}
    </svg>`;
  }
}
