import { LitElement, css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { cssom } from './cssom';

const least = 0.15;

/**
 * Two panes, one above the other, with a sash that moves by pointer and by arrow keys.
 * Fires `split` with the new share of the first pane when a move ends.
 */
@customElement('galley-split')
export class GalleySplit extends LitElement {
  /** Share of the height that the first pane takes. */
  @property({ type: Number }) share = 0.5;
  @property() label = 'Divider';
  private dragging = false;

  static override styles = css`
    :host {
      display: flex;
      flex-direction: column;
      min-height: 0;
      position: relative;
    }
    .pane {
      display: flex;
      flex-direction: column;
      min-height: 0;
      overflow: hidden;
    }
    .second {
      border-top: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder));
      flex: 1;
    }
    .sash {
      cursor: ns-resize;
      flex: none;
      height: 5px;
      margin: -2px 0 -3px;
      outline: none;
      touch-action: none;
      z-index: 4;
    }
    .sash:hover,
    .sash:active,
    .sash:focus-visible {
      background: var(--vscode-sash-hoverBorder, var(--vscode-focusBorder));
      transition: background 0.1s 0.2s;
    }
    @media (prefers-reduced-motion: reduce) {
      .sash:hover,
      .sash:active,
      .sash:focus-visible {
        transition: none;
      }
    }
  `;

  private move(share: number): void {
    this.share = Math.min(1 - least, Math.max(least, share));
  }

  private moved(): void {
    this.dispatchEvent(new CustomEvent('split', { detail: Math.round(this.share * 1000) / 1000 }));
  }

  private down(event: PointerEvent): void {
    this.dragging = true;
    if (event.currentTarget instanceof HTMLElement) event.currentTarget.setPointerCapture(event.pointerId);
    event.preventDefault();
  }

  private drag(event: PointerEvent): void {
    if (!this.dragging) return;
    const { top, height } = this.getBoundingClientRect();
    if (height > 0) this.move((event.clientY - top) / height);
  }

  private up(): void {
    if (!this.dragging) return;
    this.dragging = false;
    this.moved();
  }

  private key(event: KeyboardEvent): void {
    const by = { ArrowUp: -0.05, ArrowDown: 0.05 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    this.move(this.share + by);
    this.moved();
  }

  override render() {
    return html`
      <div class="pane first" ${cssom({ flex: `0 0 ${String(this.share * 100)}%` })}>
        <slot name="first"></slot>
      </div>
      <div
        class="sash"
        role="separator"
        tabindex="0"
        aria-label=${this.label}
        aria-orientation="horizontal"
        aria-valuemin=${least * 100}
        aria-valuemax=${(1 - least) * 100}
        aria-valuenow=${Math.round(this.share * 100)}
        @pointerdown=${this.down}
        @pointermove=${this.drag}
        @pointerup=${this.up}
        @pointercancel=${this.up}
        @keydown=${this.key}
      ></div>
      <div class="pane second"><slot name="second"></slot></div>
    `;
  }
}
