import { LitElement, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { RunDetail } from '../../engine/protocol';
import { cssom } from '../ui/cssom';
import '../ui/icon';
import type { ThemeKind } from '../ui/palette';
import { styleOf } from '../ui/palette';
import { base } from '../ui/styles';
import type { TableAction } from './actions';
import type { Column } from './columns';
import { cellText } from './columns';
import { GridWindow } from './grid-window';
import { comparedCell, nameTags, statusCell } from './run-cells';
import { runTableStyles } from './run-table-styles';
import type { TableView } from './table-view';

const rowHeight = 22;
const headHeight = 24;
const deltaWidth = 74;
const tagWidth = 60;

/** The runs as a grid: only what is in sight is in the document, the head and the first column stay. */
@customElement('galley-run-table')
export class GalleyRunTable extends LitElement {
  @property({ attribute: false }) view: TableView | undefined;
  @property({ attribute: false }) slots: Readonly<Record<string, number>> = {};
  @property({ attribute: false }) baseline: RunDetail | undefined;
  @property({ attribute: false }) sort: { column: string; descending: boolean } | undefined;
  @property() theme: ThemeKind = 'dark';
  @property({ type: Number }) now = 0;

  /** Row with the cursor, by run; -1 as column stands for the pinned one. The head is the row `undefined`. */
  @state() private activeRun: string | undefined;
  @state() private activeColumn = -1;
  @state() private inHead = false;
  private anchor: string | undefined;

  private readonly window = new GridWindow(this, () =>
    this.renderRoot.querySelector<HTMLElement>('.scroller'),
  );

  static override styles = [base, runTableStyles];

  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('.scroller')?.focus();
  }

  private act(detail: TableAction): void {
    this.dispatchEvent(new CustomEvent<TableAction>('table-action', { detail }));
  }

  private get rows(): readonly RunDetail[] {
    return this.view?.rows ?? [];
  }

  private get scrolling(): Column[] {
    return this.view?.columns.slice(1) ?? [];
  }

  private rowIndex(): number {
    return this.rows.findIndex(({ run }) => run.id === this.activeRun);
  }

  private goTo(row: number, column = this.activeColumn): void {
    const target = this.rows[Math.max(0, Math.min(this.rows.length - 1, row))];
    if (!target) return;
    this.inHead = false;
    this.activeRun = target.run.id;
    this.activeColumn = column;
    this.window.reveal(this.rowIndex(), column);
    this.act({ kind: 'active', runId: target.run.id });
  }

  private goSideways(by: number): void {
    this.activeColumn = Math.max(-1, Math.min(this.scrolling.length - 1, this.activeColumn + by));
    this.window.reveal(-1, this.activeColumn);
  }

  private toggle(runId: string, range: boolean): void {
    const selected = this.slots[runId] === undefined;
    const from = this.rows.findIndex(({ run }) => run.id === this.anchor);
    const to = this.rows.findIndex(({ run }) => run.id === runId);
    const runIds =
      range && from >= 0
        ? this.rows.slice(Math.min(from, to), Math.max(from, to) + 1).map(({ run }) => run.id)
        : [runId];
    this.anchor = runId;
    this.act({ kind: 'select', runIds, selected });
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = this.rowIndex();
    const { activeRun } = this;
    const onRun = (action: (runId: string) => void) => () => {
      if (activeRun !== undefined && !this.inHead) action(activeRun);
    };
    const actions: Record<string, () => void> = {
      ArrowDown: () => {
        this.goTo(this.inHead ? Math.max(0, row) : row + 1);
      },
      ArrowUp: () => {
        if (row <= 0) this.inHead = true;
        else if (!this.inHead) this.goTo(row - 1);
      },
      ArrowLeft: () => {
        this.goSideways(-1);
      },
      ArrowRight: () => {
        this.goSideways(1);
      },
      PageDown: () => {
        this.goTo(row + this.window.pageSize);
      },
      PageUp: () => {
        this.goTo(row - this.window.pageSize);
      },
      Home: () => {
        this.goTo(0);
      },
      End: () => {
        this.goTo(this.rows.length - 1);
      },
      ' ': onRun((runId) => {
        this.toggle(runId, event.shiftKey);
      }),
      Enter: () => {
        const column = this.view?.columns[this.activeColumn + 1];
        if (this.inHead && column) this.act({ kind: 'sort', column });
        else if (activeRun !== undefined) this.act({ kind: 'open', runId: activeRun });
      },
      b: onRun((runId) => {
        this.act({ kind: 'baseline', runId });
      }),
      c: () => {
        this.act({ kind: 'compare' });
      },
      '/': () => {
        this.act({ kind: 'find' });
      },
      '?': () => {
        this.act({ kind: 'help' });
      },
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  private focused(): void {
    if (this.rowIndex() < 0 && this.rows[0]) {
      this.activeRun = this.rows[0].run.id;
      this.act({ kind: 'active', runId: this.activeRun });
    }
  }

  private widthOf(column: Column): number {
    return column.width + (column.kind === 'metric' && this.baseline ? deltaWidth : 0);
  }

  private renderHead(columns: { column: Column; index: number; start: number }[], pinned: Column) {
    const cell = (column: Column, index: number, extra: string) => {
      const sorted = this.sort?.column === column.id ? this.sort : undefined;
      const group = column.kind === 'metric' ? 'metric ' : column.kind === 'param' ? 'param ' : '';
      return html`<div
        id=${`head-${String(index)}`}
        class="cell ${extra} ${column.kind} ${column.numeric ? 'numeric' : ''} ${this.inHead && this.activeColumn === index ? 'here' : ''}"
        role="columnheader"
        aria-colindex=${index + 2}
        aria-sort=${sorted ? (sorted.descending ? 'descending' : 'ascending') : 'none'}
        title="Sort by ${group}${column.label}"
        ${cssom({ width: `${String(this.widthOf(index < 0 ? pinned : column))}px` })}
        @click=${() => {
          this.act({ kind: 'sort', column });
        }}
      >
        <span>${column.label}</span>
        ${sorted ? html`<galley-icon name=${sorted.descending ? 'triangle-down' : 'triangle-up'}></galley-icon>` : nothing}
      </div>`;
    };
    return html`<div
      class="line head ${this.baseline ? 'comparing' : ''}"
      role="row"
      aria-rowindex="1"
      ${cssom({ width: `${String(this.window.width)}px` })}
    >
      ${cell(pinned, -1, 'pinned')} ${this.spacer(columns[0]?.start, pinned)}
      ${columns.map(({ column, index }) => cell(column, index, this.groupStart(index)))}
    </div>`;
  }

  private groupStart(index: number): string {
    const columns = this.scrolling;
    return index > 0 && columns[index]?.kind !== columns[index - 1]?.kind ? 'first' : '';
  }

  private spacer(start: number | undefined, pinned: Column) {
    return html`<div
      role="presentation"
      ${cssom({ flex: `0 0 ${String(Math.max(0, (start ?? 0) - pinned.width))}px` })}
    ></div>`;
  }

  private renderRow(
    detail: RunDetail,
    row: number,
    top: number,
    columns: { column: Column; index: number; start: number }[],
    pinned: Column,
  ) {
    const { run } = detail;
    const slot = this.slots[run.id];
    const active = !this.inHead && run.id === this.activeRun;
    const here = (index: number): string => (active && index === this.activeColumn ? 'here' : '');
    return html`<div
      class="line row ${active ? 'active' : ''}"
      role="row"
      aria-rowindex=${row + 2}
      aria-selected=${slot !== undefined}
      ${cssom({ transform: `translateY(${String(top)}px)`, width: `${String(this.window.width)}px` })}
      @click=${() => {
        this.goTo(row, -1);
      }}
      @dblclick=${() => {
        this.act({ kind: 'open', runId: run.id });
      }}
    >
      ${this.renderName(detail, slot, pinned, row)} ${this.spacer(columns[0]?.start, pinned)}
      ${columns.map(
        ({ column, index }) =>
          html`<div
            id=${`cell-${String(row)}-${String(index)}`}
            class="cell ${column.numeric ? 'numeric' : ''} ${this.groupStart(index)} ${here(index)}"
            role="gridcell"
            aria-colindex=${index + 2}
            ${cssom({ width: `${String(this.widthOf(column))}px` })}
            title=${this.text(column, detail).full}
          >
            ${this.renderCell(column, detail)}
          </div>`,
      )}
    </div>`;
  }

  private renderName(detail: RunDetail, slot: number | undefined, pinned: Column, row: number) {
    const { run } = detail;
    const style = slot === undefined ? undefined : styleOf(slot, this.theme);
    return html`<div
      id=${`cell-${String(row)}--1`}
      class="cell pinned"
      role="rowheader"
      aria-colindex="1"
      title=${run.name}
      ${cssom({ width: `${String(pinned.width)}px`, '--run': style?.colour })}
    >
      <span
        class="box ${style ? 'on' : ''} ${style && style.dash.length > 0 ? 'dashed' : ''}"
        role="checkbox"
        tabindex="-1"
        aria-checked=${style !== undefined}
        aria-label="Draw ${run.name}"
        @click=${(event: MouseEvent) => {
          event.stopPropagation();
          this.goTo(row, -1);
          this.toggle(run.id, event.shiftKey);
        }}
        >${style ? html`<galley-icon name="check"></galley-icon>` : nothing}</span
      >
      <span class="name">${run.name}</span>
      ${nameTags(detail, this.baseline?.run.id === run.id)}
    </div>`;
  }

  private text(column: Column, detail: RunDetail): { text: string; full: string } {
    const { view, now } = this;
    return view ? cellText(column, detail, { ...view, now }) : { text: '', full: '' };
  }

  private renderCell(column: Column, detail: RunDetail) {
    const { text } = this.text(column, detail);
    if (column.kind === 'status') return statusCell(detail.run.status, text);
    if (column.kind !== 'metric' || !this.baseline) return text;
    return comparedCell(
      column.key,
      text,
      detail,
      this.baseline,
      this.view?.formats.get(column.key) ?? String,
    );
  }

  override render() {
    const { view } = this;
    const first = view?.columns[0];
    if (!view || !first) return nothing;
    const pinned = { ...first, width: first.width + (this.baseline ? tagWidth : 0) };
    const scrolling = this.scrolling;
    this.window.fit({
      rows: view.rows.length,
      rowHeight,
      headHeight,
      widths: scrolling.map((column) => this.widthOf(column)),
      pinned: pinned.width,
    });
    const columns = this.window.columns.flatMap(({ index, start }) => {
      const column = scrolling[index];
      return column ? [{ column, index, start }] : [];
    });
    const row = this.rowIndex();
    const active = this.inHead
      ? `head-${String(this.activeColumn)}`
      : row < 0
        ? ''
        : `cell-${String(row)}-${String(this.activeColumn)}`;
    return html`<div
      class="scroller"
      role="grid"
      tabindex="0"
      aria-label="Runs"
      aria-multiselectable="true"
      aria-rowcount=${view.rows.length + 1}
      aria-colcount=${view.columns.length}
      aria-activedescendant=${active || nothing}
      @keydown=${this.key}
      @focus=${this.focused}
    >
      <div
        class="content"
        role="presentation"
        ${cssom({ height: `${String(this.window.height)}px`, width: `${String(this.window.width)}px` })}
      >
        ${this.renderHead(columns, pinned)}
        ${this.window.rows.map(({ index, start }) => {
          const detail = view.rows[index];
          return detail ? this.renderRow(detail, index, start, columns, pinned) : nothing;
        })}
      </div>
    </div>`;
  }
}
