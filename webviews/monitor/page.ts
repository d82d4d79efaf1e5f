import { LitElement, html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import '@vscode-elements/elements/dist/vscode-button/index.js';
import type { ErrorData } from '../../engine/errors';
import type { MonitorStatus } from '../../engine/monitoring/types';
import { Clock } from '../ui/clock';
import { errorBlock } from '../ui/error-block';
import type { GlyphName } from '../ui/glyphs';
import '../ui/icon';
import { lastResult } from '../ui/last-result';
import '../ui/line-chart';
import type { Channel } from '../ui/messages';
import { connect } from '../ui/messages';
import { mount } from '../ui/mount';
import { statusWithNumbers } from '../ui/non-finite';
import { formatPercent, plural } from '../ui/numbers';
import { styleOf } from '../ui/palette';
import '../ui/progress-line';
import '../ui/skeleton';
import { base } from '../ui/styles';
import { ThemeController, themeKind } from '../ui/theme';
import { formatAbsolute, formatRelative } from '../ui/times';
import './columns-table';
import type { FromMonitorPage, MonitorState, ToMonitorPage } from './contract';
import { monitorStyles } from './styles';
import { performanceTimeline, shareTimeline } from './timeline';
import type { Verdict } from './verdict';
import { verdict } from './verdict';

const toneIcons: Record<Verdict['tone'], GlyphName> = {
  good: 'pass',
  caution: 'info',
  bad: 'warning',
  unknown: 'circle-large',
};

/** One monitor: its verdict, how it came to it, and the columns behind it. */
@customElement('galley-monitor-page')
export class GalleyMonitorPage extends LitElement {
  @state() private status: MonitorStatus | undefined;
  @state() private view: MonitorState | undefined;
  @state() private error: ErrorData | undefined;
  @state() private busy = '';

  private readonly clock = new Clock(this);
  private readonly channel: Channel<FromMonitorPage, MonitorState>;
  private readonly share = lastResult(shareTimeline);
  private readonly performance = lastResult(performanceTimeline);

  static override styles = [base, monitorStyles];

  constructor() {
    super();
    new ThemeController(this);
    this.channel = connect<ToMonitorPage, FromMonitorPage, MonitorState>((message) => {
      this.receive(message);
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.channel.post({ kind: 'ready' });
  }

  private receive(message: ToMonitorPage): void {
    switch (message.kind) {
      case 'monitor':
        this.status = statusWithNumbers(message.status);
        this.view = message.state;
        this.channel.save(message.state);
        this.error = undefined;
        this.busy = '';
        this.clock.set();
        break;
      case 'busy':
        this.busy = message.what ?? '';
        break;
      case 'failure':
        this.error = message.error;
        this.busy = '';
        break;
    }
  }

  private openColumn(column: string): void {
    if (!this.view) return;
    const { column: closed, ...rest } = this.view;
    void closed;
    this.view = column === '' ? rest : { ...rest, column };
    this.channel.save(this.view);
    this.channel.post({ kind: 'state', state: this.view });
  }

  private time(at: number) {
    return html`<time datetime=${new Date(at).toISOString()} title=${formatAbsolute(at)}
      >${formatRelative(at, this.clock.now)}</time
    >`;
  }

  private renderHead(status: MonitorStatus) {
    const { tone, sentence } = verdict(status);
    const { name, deployment, last, reference, current, schedule } = status;
    const rows = (side: 'reference' | 'current'): string =>
      last?.drift ? ` (${plural(last.drift[side].rows, 'row')})` : '';
    const failed = last?.failure === undefined ? '' : 'failed';
    return html`
      <h1 class="${tone} ${failed}">
        <galley-icon name=${failed ? 'error' : toneIcons[tone]}></galley-icon><span>${sentence}</span>
      </h1>
      <p class="facts muted">
        <span>${deployment === undefined ? name : `${name} on ${deployment}`}</span>
        <span title=${last?.drift?.reference.source ?? reference}
          >reference ${reference}${rows('reference')}</span
        >
        <span title=${last?.drift?.current.source ?? current}>current ${current}${rows('current')}</span>
        ${last ? html`<span>checked ${this.time(last.at)}${last.drift ? `, ${last.drift.computation}` : ''}</span>` : nothing}
        ${schedule === undefined ? nothing : html`<span>schedule <code>${schedule}</code></span>`}
      </p>
    `;
  }

  private renderActions({ deployment, openAlert }: MonitorStatus) {
    const busy = this.busy !== '';
    const button = (label: string, title: string, message: FromMonitorPage, primary = false) =>
      html`<vscode-button
        ?secondary=${!primary}
        ?disabled=${busy}
        title=${title}
        @click=${() => {
          if (!busy) this.channel.post(message);
        }}
        >${label}</vscode-button
      >`;
    return html`<div class="buttons">
      ${button('Check now', 'Compare the current data with the reference now', { kind: 'check' }, true)}
      ${button('Retrain', 'Start the run that makes a new version of the model', { kind: 'retrain' })}
      ${
        deployment === undefined
          ? nothing
          : button('Roll back', `Put the version before back into service in ${deployment}`, {
              kind: 'rollback',
            })
      }
      ${
        openAlert && !openAlert.acknowledged
          ? button('Acknowledge', 'Say that you have seen the alert', {
              kind: 'acknowledge',
              alertId: openAlert.id,
            })
          : nothing
      }
    </div>`;
  }

  private renderAlert({ openAlert }: MonitorStatus) {
    if (!openAlert) return nothing;
    const { openedAt, count, summary, acknowledged } = openAlert;
    return html`<div class="alert" role="status">
      <galley-icon name="bell"></galley-icon>
      <p>
        Alert opened ${this.time(openedAt)}, found by ${plural(count, 'check')}: ${summary}
        ${
          acknowledged
            ? html`<br />Acknowledged by ${acknowledged.by}
                ${this.time(acknowledged.at)}${
                  acknowledged.comment === '' ? nothing : html`: “${acknowledged.comment}”`
                }`
            : nothing
        }
      </p>
    </div>`;
  }

  private renderTimelines({ timeline, last }: MonitorStatus) {
    if (timeline.length === 0) return nothing;
    const style = styleOf(0, themeKind());
    const share = this.share(timeline, style.colour, last?.drift?.shareThreshold);
    const performance = this.performance(timeline, style.colour, last?.performance);
    const chart = (heading: string, data: NonNullable<typeof share>, percent: boolean) =>
      html`<section>
        <h2>${heading}</h2>
        <galley-line-chart
          .heading=${heading}
          .lines=${data.lines}
          .limits=${data.limits}
          .marks=${data.marks}
          .yRange=${percent ? [0, 1] : undefined}
          .format=${percent ? formatPercent : undefined}
          x="time"
        ></galley-line-chart>
      </section>`;
    return html`<div class="timelines">
      ${share ? chart('Share of drifted columns', share, true) : nothing}
      ${performance ? chart(last?.performance?.metric ?? 'Performance', performance, false) : nothing}
    </div>`;
  }

  private renderColumns({ last }: MonitorStatus) {
    const drift = last?.drift;
    if (!drift) return nothing;
    return html`
      ${
        drift.columns.length === 0
          ? nothing
          : html`<galley-columns-table
              .columns=${drift.columns}
              .open=${this.view?.column}
              @open-column=${(event: CustomEvent<string>) => {
                this.openColumn(event.detail);
              }}
            ></galley-columns-table>`
      }
      ${
        drift.skipped.length === 0
          ? nothing
          : html`<details>
              <summary class="muted">
                <galley-icon name="chevron-right"></galley-icon>${plural(drift.skipped.length, 'column')}
                could not be compared
              </summary>
              <ul>
                ${drift.skipped.map(({ column, reason }) => html`<li>${column} <span class="muted">${reason}</span></li>`)}
              </ul>
            </details>`
      }
    `;
  }

  private readonly again = (): void => {
    this.busy = 'Loading';
    this.channel.post({ kind: 'ready' });
  };

  override render() {
    const { status, error } = this;
    const progress = html`<galley-progress-line .what=${this.busy}></galley-progress-line>`;
    if (!status) {
      return error
        ? html`${progress}${errorBlock(error, false, this.again, this.channel.post)}`
        : html`<galley-skeleton rows="10" label="Loading the monitor"></galley-skeleton>`;
    }
    return html`${progress}
      <main aria-busy=${this.busy !== ''}>
        ${this.renderHead(status)} ${error ? errorBlock(error, true, this.again, this.channel.post) : nothing}
        ${this.renderAlert(status)} ${this.renderActions(status)} ${this.renderTimelines(status)}
        ${this.renderColumns(status)}
      </main>`;
  }
}

mount('galley-monitor-page');
