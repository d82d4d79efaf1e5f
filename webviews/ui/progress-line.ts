import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import '@vscode-elements/elements/dist/vscode-progress-bar/index.js';

/** VS Code's progress line on top of content that stays; takes no room. `what` is said to screen readers. */
@customElement('galley-progress-line')
export class GalleyProgressLine extends LitElement {
  @property() what = '';

  static override styles = css`
    :host {
      display: block;
      height: 0;
      position: sticky;
      top: 0;
      z-index: 5;
    }
    vscode-progress-bar {
      left: 0;
      position: absolute;
      right: 0;
      top: 0;
    }
  `;

  override render() {
    return this.what === ''
      ? nothing
      : html`<vscode-progress-bar indeterminate aria-label=${this.what}></vscode-progress-bar>`;
  }
}
