import { LitElement, css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';

/** Grey bars in the place of content that has never been there yet. */
@customElement('galley-skeleton')
export class GalleySkeleton extends LitElement {
  @property({ type: Number }) rows = 8;
  @property() label = 'Loading';

  static override styles = css`
    :host {
      display: block;
      overflow: hidden;
      padding: 12px 20px;
    }
    .bar {
      background: var(--vscode-foreground);
      border-radius: 3px;
      height: 10px;
      margin: 6px 0 12px;
      opacity: 0.1;
    }
    .bar:nth-child(3n) {
      width: 58%;
    }
    .bar:nth-child(3n + 1) {
      width: 82%;
    }
    .bar:nth-child(3n + 2) {
      width: 70%;
    }
    @media (prefers-reduced-motion: no-preference) {
      .bar {
        animation: breathe 1.6s ease-in-out infinite alternate;
      }
    }
    @keyframes breathe {
      to {
        opacity: 0.05;
      }
    }
  `;

  override render() {
    return html`<div role="status" aria-busy="true" aria-label=${this.label}>
      ${Array.from({ length: this.rows }, () => html`<div class="bar"></div>`)}
    </div>`;
  }
}
