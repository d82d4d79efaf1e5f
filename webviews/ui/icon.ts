import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { GlyphName } from './glyphs';
import { glyphs } from './glyphs';

/**
 * A codicon. Without a label it is decoration and hidden from screen readers.
 * The font comes from codicon.css, which the page's shell links.
 */
@customElement('galley-icon')
export class GalleyIcon extends LitElement {
  @property() name: GlyphName | '' = '';
  @property() label = '';
  @property({ type: Boolean, reflect: true }) spin = false;

  static override styles = css`
    :host {
      display: inline-block;
      flex: none;
      font: normal normal normal 16px/1 codicon;
      height: 16px;
      -webkit-font-smoothing: antialiased;
      text-align: center;
      user-select: none;
      vertical-align: text-bottom;
      width: 16px;
    }
    @keyframes spin {
      to {
        transform: rotate(360deg);
      }
    }
    :host([spin]) span {
      animation: spin 1.5s steps(30) infinite;
      display: block;
    }
    @media (prefers-reduced-motion: reduce) {
      :host([spin]) span {
        animation: none;
      }
    }
  `;

  override render() {
    if (this.name === '') return nothing;
    const glyph = String.fromCodePoint(glyphs[this.name]);
    return this.label === ''
      ? html`<span aria-hidden="true">${glyph}</span>`
      : html`<span role="img" aria-label=${this.label} title=${this.label}>${glyph}</span>`;
  }
}
