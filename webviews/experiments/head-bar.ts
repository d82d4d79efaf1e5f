import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import '@vscode-elements/elements/dist/vscode-checkbox/index.js';
import '@vscode-elements/elements/dist/vscode-textfield/index.js';
import '@vscode-elements/elements/dist/vscode-toolbar-button/index.js';
import type { RunDetail } from '../../engine/protocol';
import '../ui/icon';
import { formatCount, plural } from '../ui/numbers';
import { base } from '../ui/styles';
import type { HeadAction } from './actions';

/** Name, filter and count; below them the view's options and the actions on the run at hand. */
@customElement('galley-experiments-head')
export class GalleyExperimentsHead extends LitElement {
  @property() override title = '';
  @property() filter = '';
  @property({ attribute: false }) filterError: { message: string; at: number } | undefined;
  @property({ type: Number }) candidates = 0;
  @property({ type: Number }) matching = 0;
  /** Runs in the store; more than the page has when the store is very large. */
  @property({ type: Number }) total = 0;
  @property({ type: Number }) selected = 0;
  @property({ type: Boolean }) differencesOnly = false;
  @property({ type: Boolean }) comparing = false;
  @property({ attribute: false }) baseline: RunDetail | undefined;
  /** The run that single-run actions are for: the row with the cursor, or the only selected one. */
  @property({ attribute: false }) target: RunDetail | undefined;

  static override styles = [
    base,
    css`
      :host {
        container-type: inline-size;
        display: block;
        padding: 8px 12px 6px;
      }
      .line {
        align-items: center;
        display: flex;
        flex-wrap: wrap;
        gap: 6px 12px;
        min-height: 26px;
      }
      .line + .line {
        margin-top: 4px;
      }
      h1 {
        font-weight: 600;
        max-width: 40%;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      vscode-textfield {
        flex: 1 1 200px;
        min-width: 120px;
        width: auto;
      }
      .mistake {
        color: var(--vscode-errorForeground);
      }
      .options,
      .actions {
        align-items: center;
        display: flex;
        flex-wrap: wrap;
        gap: 2px 10px;
        min-width: 0;
      }
      .actions {
        gap: 2px;
        margin-left: auto;
      }
      .chip {
        align-items: center;
        display: inline-flex;
        gap: 4px;
        max-width: 240px;
        min-width: 0;
      }
      .chip span {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      @container (max-width: 620px) {
        vscode-toolbar-button .text {
          display: none;
        }
        .actions {
          margin-left: 0;
        }
      }
      @container (max-width: 420px) {
        h1 {
          max-width: 100%;
        }
      }
    `,
  ];

  /** Puts the cursor into the filter. */
  focusFilter(): void {
    this.renderRoot.querySelector<HTMLElement>('vscode-textfield')?.focus();
  }

  private act(detail: HeadAction): void {
    this.dispatchEvent(new CustomEvent<HeadAction>('head-action', { detail }));
  }

  private get count(): string {
    const { candidates, matching, total } = this;
    if (matching !== candidates) return `${formatCount(candidates)} → ${plural(matching, 'run')}`;
    return total > candidates && !this.comparing
      ? `newest ${formatCount(candidates)} of ${plural(total, 'run')}`
      : plural(candidates, 'run');
  }

  private action(icon: string, text: string, title: string, detail: HeadAction) {
    return html`<vscode-toolbar-button
      icon=${icon}
      label=${title}
      title=${title}
      @click=${() => {
        this.act(detail);
      }}
      ><span class="text">${text}</span></vscode-toolbar-button
    >`;
  }

  private renderActions() {
    const { target, selected } = this;
    const one = target?.run;
    return html`<div class="actions" role="toolbar" aria-label="Actions">
      ${
        one?.status === 'FINISHED'
          ? this.action('package', 'Register model…', `Register a model from ${one.name}`, {
              kind: 'register',
              runId: one.id,
            })
          : nothing
      }
      ${one ? this.action('output', 'Show log', `Show the log of ${one.name}`, { kind: 'log', runId: one.id }) : nothing}
      ${
        one?.status === 'RUNNING'
          ? this.action('debug-stop', 'Stop', `Stop ${one.name}`, { kind: 'stop', runId: one.id })
          : nothing
      }
      ${
        selected > 0 || one
          ? this.action(
              'copy',
              'Copy as Markdown',
              `Copy ${selected > 0 ? plural(selected, 'selected run') : (one?.name ?? '')} as a Markdown table`,
              { kind: 'copy' },
            )
          : nothing
      }
      <vscode-toolbar-button
        icon="question"
        label="Show keys"
        title="Show keys (?)"
        @click=${() => {
          this.act({ kind: 'help' });
        }}
      ></vscode-toolbar-button>
    </div>`;
  }

  override render() {
    return html`
      <div class="line">
        <h1 title=${this.title}>${this.title}</h1>
        <vscode-textfield
          .label=${'Filter runs'}
          placeholder="Filter by name or metrics.auc > 0.9 and params.trees = 100"
          .value=${this.filter}
          ?invalid=${this.filterError !== undefined}
          @input=${(event: InputEvent) => {
            this.act({ kind: 'filter', text: (event.currentTarget as HTMLInputElement).value });
          }}
          @keydown=${(event: KeyboardEvent) => {
            if (event.key === 'Escape') this.act({ kind: 'leave' });
          }}
        >
          <galley-icon slot="content-before" name="search"></galley-icon>
        </vscode-textfield>
        <span class="muted number" role="status">${this.count}</span>
      </div>
      ${this.filterError ? html`<p class="mistake" role="alert">${this.filterError.message}</p>` : nothing}
      <div class="line">
        <div class="options">
          <vscode-checkbox
            label="Differences only"
            title="Hide columns in which all runs shown have the same value"
            .checked=${this.differencesOnly}
            @change=${(event: Event) => {
              this.act({ kind: 'differences', only: (event.currentTarget as HTMLInputElement).checked });
            }}
          ></vscode-checkbox>
          ${
            this.comparing
              ? html`<button
                  class="link"
                  @click=${() => {
                    this.act({ kind: 'all-runs' });
                  }}
                >
                  Show all runs
                </button>`
              : this.selected > 1
                ? html`<button
                    class="link"
                    @click=${() => {
                      this.act({ kind: 'compare' });
                    }}
                  >
                    Compare ${formatCount(this.selected)} selected
                  </button>`
                : nothing
          }
          ${
            this.selected > 0
              ? html`<button
                  class="link"
                  @click=${() => {
                    this.act({ kind: 'clear-selection' });
                  }}
                >
                  Clear selection
                </button>`
              : nothing
          }
          ${
            this.baseline
              ? html`<span class="chip muted"
                  ><span>Baseline: ${this.baseline.run.name}</span
                  ><vscode-toolbar-button
                    icon="close"
                    label="No baseline"
                    title="No baseline"
                    @click=${() => {
                      this.act({ kind: 'no-baseline' });
                    }}
                  ></vscode-toolbar-button
                ></span>`
              : nothing
          }
        </div>
        ${this.renderActions()}
      </div>
    `;
  }
}
