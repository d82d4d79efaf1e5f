import type { VirtualItem, VirtualizerOptions } from '@tanstack/virtual-core';
import { Virtualizer, elementScroll, observeElementOffset, observeElementRect } from '@tanstack/virtual-core';
import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Sizes in pixels. */
export interface GridShape {
  rows: number;
  rowHeight: number;
  headHeight: number;
  /** Widths of the columns that scroll sideways. */
  widths: readonly number[];
  /** Width of the column that stays. */
  pinned: number;
}

type Options = VirtualizerOptions<HTMLElement, HTMLElement>;

/** Which rows and columns of a large grid are in sight; updates its host as that changes. */
export class GridWindow implements ReactiveController {
  private shape: GridShape = { rows: 0, rowHeight: 22, headHeight: 24, widths: [], pinned: 0 };
  private readonly rowWindow: Virtualizer<HTMLElement, HTMLElement>;
  private readonly columnWindow: Virtualizer<HTMLElement, HTMLElement>;
  private unmount: (() => void)[] = [];

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly scroller: () => HTMLElement | null,
  ) {
    host.addController(this);
    this.rowWindow = new Virtualizer(this.rowOptions());
    this.columnWindow = new Virtualizer(this.columnOptions());
  }

  private shared(): Pick<
    Options,
    'getScrollElement' | 'observeElementOffset' | 'observeElementRect' | 'scrollToFn' | 'onChange'
  > {
    return {
      getScrollElement: this.scroller,
      observeElementOffset,
      observeElementRect,
      scrollToFn: elementScroll,
      onChange: () => {
        this.host.requestUpdate();
      },
    };
  }

  private rowOptions(): Options {
    const { rows, rowHeight, headHeight } = this.shape;
    return {
      ...this.shared(),
      count: rows,
      estimateSize: () => rowHeight,
      paddingStart: headHeight,
      scrollPaddingStart: headHeight,
      overscan: 6,
    };
  }

  private columnOptions(): Options {
    const { widths, pinned } = this.shape;
    return {
      ...this.shared(),
      horizontal: true,
      count: widths.length,
      estimateSize: (index) => widths[index] ?? 0,
      paddingStart: pinned,
      scrollPaddingStart: pinned,
      // All of an ordinary table's columns are there for the editor's find and for screen readers.
      overscan: 20,
    };
  }

  hostConnected(): void {
    this.unmount = [this.rowWindow._didMount(), this.columnWindow._didMount()];
  }

  hostDisconnected(): void {
    for (const end of this.unmount) end();
  }

  hostUpdated(): void {
    this.rowWindow._willUpdate();
    this.columnWindow._willUpdate();
  }

  /** To be called with the present shape before reading the window. */
  fit(shape: GridShape): void {
    const { widths, pinned } = this.shape;
    const same =
      pinned === shape.pinned &&
      widths.length === shape.widths.length &&
      widths.every((w, i) => w === shape.widths[i]);
    this.shape = shape;
    this.rowWindow.setOptions(this.rowOptions());
    this.columnWindow.setOptions(this.columnOptions());
    if (!same) this.columnWindow.measure();
  }

  get rows(): VirtualItem[] {
    return this.rowWindow.getVirtualItems();
  }

  get columns(): VirtualItem[] {
    return this.columnWindow.getVirtualItems();
  }

  get height(): number {
    return this.rowWindow.getTotalSize();
  }

  get width(): number {
    return this.columnWindow.getTotalSize();
  }

  /** Rows that fit at once. */
  get pageSize(): number {
    const height = this.rowWindow.scrollRect?.height ?? 0;
    return Math.max(1, Math.floor((height - this.shape.headHeight) / this.shape.rowHeight) - 1);
  }

  reveal(row: number, column: number): void {
    if (row >= 0 && row < this.shape.rows) this.rowWindow.scrollToIndex(row, { align: 'auto' });
    if (column >= 0 && column < this.shape.widths.length)
      this.columnWindow.scrollToIndex(column, { align: 'auto' });
  }
}
