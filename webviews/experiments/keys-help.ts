import { LitElement, css, html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { base } from '../ui/styles';

const keys: [string[], string][] = [
  [['↑', '↓', '←', '→'], 'Move'],
  [['Page Up', 'Page Down', 'Home', 'End'], 'Move far'],
  [['Space'], 'Select the run for the charts; with Shift, a range'],
  [['Enter'], 'Show the run’s log; on a column’s head, sort by it'],
  [['b'], 'Make the run the baseline, or none'],
  [['c'], 'Show only the selected runs, or all again'],
  [['/'], 'Go to the filter'],
  [['Esc'], 'Leave the filter or this list'],
];

/** The table's keys, in a dialog over the page. Call `show()`. */
@customElement('galley-keys-help')
export class GalleyKeysHelp extends LitElement {
  static override styles = [
    base,
    css`
      dialog {
        background: var(--vscode-editorWidget-background);
        border: 1px solid var(--vscode-widget-border, var(--vscode-contrastBorder, transparent));
        border-radius: 6px;
        box-shadow: 0 0 8px 2px var(--vscode-widget-shadow);
        color: var(--vscode-editorWidget-foreground, var(--vscode-foreground));
        max-width: min(460px, 90vw);
        outline: none;
        padding: 12px 16px;
      }
      dialog::backdrop {
        background: transparent;
      }
      dl {
        align-items: baseline;
        display: grid;
        gap: 6px 16px;
        grid-template-columns: auto 1fr;
        margin-top: 8px;
      }
      dt {
        display: flex;
        flex-wrap: wrap;
        gap: 4px;
      }
      kbd {
        background: var(--vscode-keybindingLabel-background);
        border: 1px solid var(--vscode-keybindingLabel-border);
        border-bottom-color: var(--vscode-keybindingLabel-bottomBorder);
        border-radius: 3px;
        color: var(--vscode-keybindingLabel-foreground);
        font: inherit;
        font-size: 11px;
        padding: 0 5px;
      }
    `,
  ];

  show(): void {
    const dialog = this.renderRoot.querySelector('dialog');
    if (dialog && !dialog.open) dialog.showModal();
  }

  private close(event: Event): void {
    if (event.currentTarget instanceof HTMLDialogElement && event.target === event.currentTarget) {
      event.currentTarget.close();
    }
  }

  override render() {
    return html`<dialog aria-labelledby="title" @click=${this.close}>
      <h2 id="title">Keys of the table</h2>
      <dl>
        ${keys.map(
          ([names, what]) =>
            html`<dt>${names.map((name) => html`<kbd>${name}</kbd>`)}</dt>
              <dd>${what}</dd>`,
        )}
      </dl>
    </dialog>`;
  }
}
