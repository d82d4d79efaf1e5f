import type { TemplateResult } from 'lit';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import '@vscode-elements/elements/dist/vscode-button/index.js';
import type { ErrorData } from '../../engine/errors';
import type { PageRequest } from './contract';
import './icon';
import { base } from './styles';

/**
 * What happened, what to do, and the buttons for it. Fires `retry`, `show-log` and `error-action`.
 * `compact` is for standing above content that is still there.
 */
@customElement('galley-error')
export class GalleyErrorBlock extends LitElement {
  @property({ attribute: false }) error: ErrorData | undefined;
  @property({ type: Boolean, reflect: true }) compact = false;

  static override styles = [
    base,
    css`
      :host {
        display: flex;
        gap: 8px;
        padding: 24px 20px;
      }
      :host([compact]) {
        background: var(--vscode-inputValidation-errorBackground);
        border: 1px solid var(--vscode-inputValidation-errorBorder);
        color: var(--vscode-inputValidation-errorForeground, var(--vscode-foreground));
        padding: 7px 11px;
      }
      galley-icon {
        color: var(--vscode-errorForeground);
        margin-top: 1px;
      }
      .body {
        min-width: 0;
        overflow-wrap: anywhere;
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        margin-top: 10px;
      }
      :host([compact]) .buttons {
        margin-top: 6px;
      }
    `,
  ];

  private fire(kind: 'retry' | 'show-log' | 'error-action'): void {
    this.dispatchEvent(new CustomEvent(kind, { bubbles: true, composed: true }));
  }

  override render() {
    const { error } = this;
    if (!error) return nothing;
    return html`
      <galley-icon name="error"></galley-icon>
      <div class="body" role="alert">
        <p>${error.message}</p>
        ${error.remedy === undefined ? nothing : html`<p class=${this.compact ? '' : 'muted'}>${error.remedy}</p>`}
        <div class="buttons">
          ${
            error.action === undefined
              ? nothing
              : html`<vscode-button
                  @click=${() => {
                    this.fire('error-action');
                  }}
                  >${error.action.title}</vscode-button
                >`
          }
          <vscode-button
            ?secondary=${error.action !== undefined}
            @click=${() => {
              this.fire('retry');
            }}
            >Retry</vscode-button
          >
          <vscode-button
            secondary
            @click=${() => {
              this.fire('show-log');
            }}
            >Show Log</vscode-button
          >
        </div>
      </div>
    `;
  }
}

/** An error with its buttons wired: Retry to the page, the others to the panel. */
export function errorBlock(
  error: ErrorData,
  compact: boolean,
  retry: () => void,
  ask: (request: PageRequest) => void,
): TemplateResult {
  return html`<galley-error
    ?compact=${compact}
    .error=${error}
    @retry=${retry}
    @show-log=${() => {
      ask({ kind: 'showOutput' });
    }}
    @error-action=${() => {
      ask({ kind: 'errorAction' });
    }}
  ></galley-error>`;
}
