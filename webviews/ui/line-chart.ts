import type { ChartConfiguration, ChartDataset } from 'chart.js';
import { LitElement, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { Chart, scaleStyle } from './chart';
import { faded } from './colours';
import { cssom } from './cssom';
import { lastResult } from './last-result';
import { annotations } from './line-annotations';
import { chartStyles } from './line-chart-styles';
import type { Limit, Line, Mark, Reading, XKind } from './line-data';
import { drawn, neighbour, notAboveZero, readingsAt, summary, tickText, xRange, xText } from './line-data';
import { columnFormat, formatNumber, plural } from './numbers';
import { base } from './styles';
import type { ChartTheme } from './theme';
import { ThemeController, chartTheme } from './theme';
import { timeTicks } from './time-ticks';

type LineChart = Chart<'line', { x: number; y: number }[]>;
type LineSet = ChartDataset<'line', { x: number; y: number }[]>;

const mostReadings = 12;

/**
 * Curves over a common x, drawn by Chart.js from points that are thinned here to the plot's width. The pointer or the
 * arrow keys move a crosshair that reads all curves.
 */
@customElement('galley-line-chart')
export class GalleyLineChart extends LitElement {
  @property() heading = '';
  @property({ attribute: false }) lines: readonly Line[] = [];
  @property({ attribute: false }) limits: readonly Limit[] = [];
  @property({ attribute: false }) marks: readonly Mark[] = [];
  @property() x: XKind = 'step';
  @property({ type: Boolean }) logScale = false;
  /** Fixed ends of the y axis. */
  @property({ attribute: false }) yRange: [number, number] | undefined;
  /** Text of a value; absent: as many digits as the values need. */
  @property({ attribute: false }) format: ((value: number) => string) | undefined;

  @state() private crosshair: number | undefined;
  private readonly words = lastResult(summary);
  private readonly unshown = lastResult(notAboveZero);
  private chart: LineChart | undefined;
  private theme: ChartTheme | undefined;

  static override styles = [base, chartStyles];

  constructor() {
    super();
    new ThemeController(this, () => {
      this.theme = undefined;
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.chart?.destroy();
    this.chart = undefined;
    this.theme = undefined;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.requestUpdate('lines');
  }

  protected override updated(changed: Map<PropertyKey, unknown>): void {
    if (this.chart && this.theme && changed.size === 1 && changed.has('crosshair')) return;
    this.draw();
  }

  private draw(): void {
    const canvas = this.renderRoot.querySelector('canvas');
    if (!canvas || !this.isConnected) return;
    this.theme ??= chartTheme();
    if (!this.chart) {
      this.chart = new Chart(canvas, this.configuration());
    }
    const { chart, theme } = this;
    const range = xRange(this.lines, this.marks) ?? [0, 1];
    const known = new Map(chart.data.datasets.map((set) => [set.label, set]));
    chart.data.datasets = this.lines
      .flatMap((line) => this.sets(line, range, chart.width, theme))
      .map((set) => Object.assign(known.get(set.label) ?? {}, set));
    Object.assign(chart.options.scales ?? {}, this.scales(range, theme));
    chart.update('none');
  }

  private configuration(): ChartConfiguration<'line', { x: number; y: number }[]> {
    return {
      type: 'line',
      data: { datasets: [] },
      options: {
        animation: false,
        responsive: true,
        maintainAspectRatio: false,
        parsing: false,
        normalized: true,
        events: [],
        plugins: { tooltip: { enabled: false } },
        spanGaps: false,
        layout: { padding: { top: 6, right: 10 } },
        onResize: () => {
          requestAnimationFrame(() => {
            if (this.chart) this.draw();
          });
        },
      },
      plugins: [annotations(() => ({ limits: this.limits, marks: this.marks, theme: this.theme }))],
    };
  }

  private sets(line: Line, range: [number, number], width: number, theme: ChartTheme): LineSet[] {
    const { colour, dash } = line.style;
    const set = (points: Line['points'], label: string, stroke: string): LineSet => ({
      label,
      data: drawn(points, range, width, this.logScale),
      borderColor: stroke,
      backgroundColor: stroke,
      borderDash: dash,
      borderWidth: theme.kind.startsWith('high-contrast') ? 2 : 1.5,
      pointRadius: points.x.length === 1 ? 3.5 : points.x.length <= 25 ? 2 : 0,
      pointBorderWidth: 0,
      tension: 0,
      // Points on the edge of the plot are drawn whole.
      clip: 5,
    });
    return [
      ...(line.raw ? [set(line.raw, `${line.id} raw`, faded(colour, 0.28))] : []),
      set(line.points, line.id, colour),
    ];
  }

  private scales([from, to]: [number, number], theme: ChartTheme) {
    const style = scaleStyle(theme);
    const time = this.x !== 'step';
    const offset = this.x === 'time' ? -new Date(from).getTimezoneOffset() * 60_000 : 0;
    const { chart } = this;
    const most = Math.max(2, Math.floor((chart?.width ?? 300) / 75));
    const format = this.format;
    return {
      x: {
        ...style,
        type: 'linear' as const,
        min: from,
        max: to === from ? to + 1 : to,
        grid: { ...style.grid, drawOnChartArea: false },
        ...(time
          ? {
              afterBuildTicks: (axis: { ticks: { value: number }[] }) => {
                axis.ticks = timeTicks(from, to, most, offset).map((value) => ({ value }));
              },
            }
          : {}),
        ticks: {
          ...style.ticks,
          ...(time ? {} : { precision: 0 }),
          maxTicksLimit: most + 1,
          callback: (value: number | string) => tickText(Number(value), this.x, to - from),
        },
      },
      y: {
        ...style,
        type: this.logScale ? ('logarithmic' as const) : ('linear' as const),
        ...(this.yRange ? { min: this.yRange[0], max: this.yRange[1] } : {}),
        suggestedMin: Math.min(...this.limits.map(({ value }) => value)),
        suggestedMax: Math.max(...this.limits.map(({ value }) => value)),
        grace: '4%',
        ticks: {
          ...style.ticks,
          maxTicksLimit: 6,
          callback: (value: number | string) => (format ?? formatNumber)(Number(value)),
        },
      },
    };
  }

  private point(event: PointerEvent): void {
    const { chart } = this;
    const scale = chart?.scales['x'];
    if (!chart || !scale || !xRange(this.lines, this.marks)) return;
    const at = event.clientX - chart.canvas.getBoundingClientRect().left;
    const { left, right } = chart.chartArea;
    const value = scale.getValueForPixel(Math.min(right, Math.max(left, at)));
    this.crosshair = value === undefined ? undefined : this.snapped(value);
  }

  /** The x of the point nearest to the pointer among all lines, so that the read-out names a real place. */
  private snapped(x: number): number {
    const readings = readingsAt(this.lines, x);
    return readings.reduce(
      (best, { x: at }) => (Math.abs(at - x) < Math.abs(best - x) ? at : best),
      readings[0]?.x ?? x,
    );
  }

  private leave(): void {
    this.crosshair = undefined;
  }

  private key(event: KeyboardEvent): void {
    const range = xRange(this.lines, this.marks);
    if (!range) return;
    const direction = { ArrowLeft: -1 as const, ArrowRight: 1 as const }[event.key];
    if (direction !== undefined) {
      const from = this.crosshair ?? (direction > 0 ? range[0] - 1 : range[1] + 1);
      this.crosshair =
        this.crosshair === undefined
          ? this.snapped(range[direction > 0 ? 0 : 1])
          : neighbour(this.lines, from, direction);
    } else if (event.key === 'Home' || event.key === 'End') {
      this.crosshair = this.snapped(range[event.key === 'Home' ? 0 : 1]);
    } else if (event.key === 'Escape' && this.crosshair !== undefined) this.crosshair = undefined;
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private renderReadout(readings: Reading[], left: number, width: number, format: (value: number) => string) {
    const marks = this.marks.filter(({ x }) => x === this.crosshair);
    const side =
      left > width / 2 ? { right: `${String(width - left + 10)}px` } : { left: `${String(left + 10)}px` };
    return html`
      <div class="readout" ${cssom({ left: undefined, right: undefined, ...side })}>
        <div class="at muted">${xText(this.crosshair ?? 0, this.x)}</div>
        ${readings.slice(0, mostReadings).map(
          ({ label, style, value }) => html`
            <span class="swatch" ${cssom({ 'background-color': style.colour })}></span>
            <span class="label">${label}</span><span class="number value">${format(value)}</span>
          `,
        )}
        ${readings.length > mostReadings ? html`<div class="at muted">and ${readings.length - mostReadings} more</div>` : nothing}
        ${marks.map(({ label }) => html`<div class="at">${label}</div>`)}
      </div>
    `;
  }

  private renderCrosshair() {
    const { chart, crosshair } = this;
    const x = chart?.scales['x'];
    const y = chart?.scales['y'];
    if (crosshair === undefined || !chart || !x || !y) return nothing;
    const readings = readingsAt(this.lines, crosshair);
    const format = this.format ?? columnFormat(readings.map(({ value }) => value));
    const left = x.getPixelForValue(crosshair);
    const { top, bottom } = chart.chartArea;
    const px = (value: number): string => `${String(Math.round(value))}px`;
    return html`
      <div class="crosshair" ${cssom({ left: px(left), top: px(top), height: px(bottom - top) })}></div>
      ${repeat(
        readings.filter(({ value }) => Number.isFinite(value) && !(this.logScale && value <= 0)),
        ({ id }) => id,
        (reading) => {
          const at = y.getPixelForValue(reading.value);
          return html`<div
            class="dot"
            ${cssom({
              left: px(x.getPixelForValue(reading.x)),
              top: px(Math.min(bottom, Math.max(top, at))),
              'background-color': reading.style.colour,
            })}
          ></div>`;
        },
      )}
      ${this.renderReadout(readings, left, chart.width, format)}
      <div class="visually-hidden" aria-live="polite">
        ${xText(crosshair, this.x)}:
        ${readings.map(({ label, value }) => `${label} ${format(value)}`).join(', ')}
      </div>
    `;
  }

  override render() {
    const unshown = this.logScale ? this.unshown(this.lines) : 0;
    return html`
      <div
        class="plot"
        tabindex="0"
        role="group"
        aria-roledescription="chart"
        aria-label=${this.words(this.heading, this.lines, this.limits, this.marks)}
        @pointermove=${this.point}
        @pointerleave=${this.leave}
        @keydown=${this.key}
        @blur=${this.leave}
      >
        <canvas aria-hidden="true"></canvas>
        ${this.renderCrosshair()}
      </div>
      ${
        unshown > 0
          ? html`<div class="note muted">
              ${plural(unshown, 'value')} at or below zero cannot be shown on a logarithmic axis.
            </div>`
          : nothing
      }
    `;
  }
}
