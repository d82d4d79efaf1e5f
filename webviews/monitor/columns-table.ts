import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { ColumnDrift } from '../../engine/monitoring/types';
import { cssom } from '../ui/cssom';
import '../ui/icon';
import { columnFormat, formatNumber, formatPercent } from '../ui/numbers';
import { base } from '../ui/styles';
import './distribution-chart';
import './distribution-overlay';
import { barLength, bySeverity, methodName, scoreWords } from './verdict';

/** The columns by how far they are past their threshold; one of them open. Fires `open-column` with its name, empty for none. */
@customElement('galley-columns-table')
export class GalleyColumnsTable extends LitElement {
  @property({ attribute: false }) columns: readonly ColumnDrift[] = [];
  @property() open: string | undefined;

  static override styles = [
    base,
    css`
      :host {
        container-type: inline-size;
        display: block;
      }
      table {
        border-collapse: collapse;
        width: 100%;
      }
      th,
      td {
        height: 26px;
        padding: 0 16px 0 0;
        text-align: left;
        white-space: nowrap;
      }
      thead th {
        border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder));
        font-weight: 600;
        height: 24px;
      }
      tbody th {
        font-weight: inherit;
        max-width: 260px;
      }
      tr.column:hover {
        background: var(--vscode-list-hoverBackground);
      }
      .name {
        align-items: center;
        background: none;
        border: 0;
        cursor: pointer;
        display: flex;
        max-width: 100%;
        padding: 3px 4px 3px 0;
      }
      .name span {
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .state {
        padding-right: 6px;
        width: 16px;
      }
      .drifted galley-icon.mark {
        color: var(--vscode-editorWarning-foreground);
      }
      .steady galley-icon.mark {
        color: var(--vscode-testing-iconPassed);
      }
      .score {
        font-variant-numeric: tabular-nums;
        text-align: right;
      }
      .against {
        width: 26%;
      }
      th.overlay,
      td.overlay {
        padding-right: 0;
        width: 24%;
      }
      .bar {
        background: color-mix(in srgb, var(--vscode-foreground) 12%, transparent);
        display: block;
        height: 8px;
        min-width: 76px;
        position: relative;
      }
      .fill {
        background: var(--vscode-descriptionForeground);
        inset: 0 auto 0 0;
        position: absolute;
      }
      .drifted .fill {
        background: var(--vscode-editorWarning-foreground);
      }
      .threshold {
        border-left: 2px solid var(--vscode-foreground);
        height: 14px;
        left: calc(50% - 1px);
        position: absolute;
        top: -3px;
      }
      .detail td {
        padding: 6px 0 16px 20px;
        white-space: normal;
      }
      .detail p {
        margin-bottom: 8px;
      }
      @container (max-width: 760px) {
        .method,
        .kind {
          display: none;
        }
      }
      @container (max-width: 520px) {
        .overlay {
          display: none;
        }
        th,
        td {
          padding-right: 10px;
        }
        tbody th {
          max-width: 108px;
        }
        .detail td {
          padding-left: 0;
        }
      }
    `,
  ];

  private toggle(column: string): void {
    this.dispatchEvent(
      new CustomEvent<string>('open-column', { detail: this.open === column ? '' : column }),
    );
  }

  private renderDetail(column: ColumnDrift) {
    const { missing } = column;
    return html`<tr class="detail">
      <td colspan="7">
        <p class="muted">
          ${scoreWords(column)}. Missing values: ${formatPercent(missing.reference)} in the reference,
          ${formatPercent(missing.current)} now.
        </p>
        <galley-distribution-chart
          .column=${column.column}
          .distribution=${column.distribution}
        ></galley-distribution-chart>
      </td>
    </tr>`;
  }

  private renderColumn(column: ColumnDrift, score: string) {
    const { drifted, threshold, scoreIs } = column;
    const open = this.open === column.column;
    return html`<tr class="column ${drifted ? 'drifted' : 'steady'}" title=${scoreWords(column)}>
        <th scope="row">
          <button
            class="name"
            aria-expanded=${open}
            @click=${() => {
              this.toggle(column.column);
            }}
          >
            <galley-icon name=${open ? 'chevron-down' : 'chevron-right'}></galley-icon
            ><span>${column.column}</span>
          </button>
        </th>
        <td class="state">
          <galley-icon
            class="mark"
            name=${drifted ? 'warning' : 'pass'}
            label=${drifted ? 'Drifts' : 'Does not drift'}
          ></galley-icon>
        </td>
        <td class="kind muted">${column.kind}</td>
        <td class="method muted">${methodName(column.method)}</td>
        <td class="score">
          ${scoreIs === 'p-value' ? html`<span class="muted">p </span>` : nothing}${score}
        </td>
        <td>
          <span class="bar"
            ><span class="fill" ${cssom({ width: `${String(barLength(column.severity) * 100)}%` })}></span
            ><span class="threshold" title="Threshold ${formatNumber(threshold)}"></span
          ></span>
        </td>
        <td class="overlay">
          <galley-distribution-overlay .distribution=${column.distribution}></galley-distribution-overlay>
        </td>
      </tr>
      ${open ? this.renderDetail(column) : nothing}`;
  }

  override render() {
    const columns = bySeverity(this.columns);
    const distances = columnFormat(
      columns.filter(({ scoreIs }) => scoreIs === 'distance').map(({ score }) => score),
    );
    return html`<table>
      <thead>
        <tr>
          <th scope="col">Column</th>
          <th scope="col" class="state"><span class="visually-hidden">State</span></th>
          <th scope="col" class="kind">Type</th>
          <th scope="col" class="method">Method</th>
          <th scope="col" class="score">Score</th>
          <th scope="col" class="against">Against threshold</th>
          <th scope="col" class="overlay">Reference and current</th>
        </tr>
      </thead>
      <tbody>
        ${columns.map((column) =>
          this.renderColumn(
            column,
            column.scoreIs === 'distance'
              ? distances(column.score)
              : formatNumber(Number(column.score.toPrecision(2))),
          ),
        )}
      </tbody>
    </table>`;
  }
}
