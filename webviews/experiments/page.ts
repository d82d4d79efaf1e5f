import { LitElement, css, html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { ErrorData } from '../../engine/errors';
import type { RunDetail } from '../../engine/protocol';
import type { Experiment } from '../../engine/tracking/types';
import { Clock } from '../ui/clock';
import { errorBlock } from '../ui/error-block';
import { lastResult } from '../ui/last-result';
import type { Channel } from '../ui/messages';
import { connect } from '../ui/messages';
import { mount } from '../ui/mount';
import { detailWithNumbers } from '../ui/non-finite';
import { plural } from '../ui/numbers';
import '../ui/progress-line';
import '../ui/skeleton';
import '../ui/split';
import { base } from '../ui/styles';
import { ThemeController, themeKind } from '../ui/theme';
import type { ExperimentsState, FromExperimentsPage, ToExperimentsPage } from './contract';
import './curves';
import { curveKey } from './curve-lines';
import type { HeadAction, TableAction } from './actions';
import type { GalleyExperimentsHead } from './head-bar';
import './head-bar';
import type { GalleyKeysHelp } from './keys-help';
import './keys-help';
import { runsAsMarkdown } from './markdown';
import type { GalleyRunTable } from './run-table';
import './run-table';
import type { Curve } from './series';
import { curveOf } from './series';
import { SeriesRequests } from './series-requests';
import type { TableView } from './table-view';
import { tableViews } from './table-view';
import type { CurveChoice } from './view-changes';
import { changed, selecting, withCurveSettings, withSelection } from './view-changes';

/** Compared runs that are drawn without being asked for. */
const drawnAtFirst = 8;

/** The experiments page: the runs as a table, and the curves of the selected ones below it. */
@customElement('galley-experiments-page')
export class GalleyExperimentsPage extends LitElement {
  @state() private view: ExperimentsState | undefined;
  @state() private experiments: readonly Experiment[] = [];
  @state() private runs: readonly RunDetail[] | undefined;
  @state() private total = 0;
  @state() private curves: ReadonlyMap<string, Curve> = new Map();
  @state() private error: ErrorData | undefined;
  @state() private busy = '';
  @state() private active: string | undefined;

  private readonly requests = new SeriesRequests();
  /** States that the panel has from this page. */
  private readonly told = new Set<string>();
  private wanted: readonly string[] = [];
  private asking = false;
  private readonly clock = new Clock(this);
  private readonly channel: Channel<FromExperimentsPage, ExperimentsState>;
  private readonly tableView = tableViews();
  private readonly selectedRuns = lastResult(
    (runs: readonly RunDetail[], ids: readonly string[]): readonly RunDetail[] => {
      const byId = new Map(runs.map((detail) => [detail.run.id, detail]));
      return ids.flatMap((id) => byId.get(id) ?? []);
    },
  );

  static override styles = [
    base,
    css`
      :host {
        display: flex;
        flex-direction: column;
        height: 100vh;
      }
      galley-split {
        flex: 1;
      }
      .none {
        padding: 20px 12px;
      }
      galley-error[compact] {
        margin: 0 12px 6px;
      }
    `,
  ];

  constructor() {
    super();
    new ThemeController(this);
    this.channel = connect<ToExperimentsPage, FromExperimentsPage, ExperimentsState>((message) => {
      this.receive(message);
    });
    this.view = this.channel.saved();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.channel.post({ kind: 'ready' });
  }

  private receive(message: ToExperimentsPage): void {
    switch (message.kind) {
      case 'state':
        this.experiments = message.experiments;
        // The panel repeats what the page told it; by then the person may have gone on.
        if (this.told.has(JSON.stringify(message.state))) break;
        this.view =
          message.state.selectedRunIds.length > 0
            ? withSelection(message.state, message.state.selectedRunIds)
            : message.state;
        this.channel.save(this.view);
        break;
      case 'runs':
        this.runs = message.runs.map(detailWithNumbers);
        this.total = message.total;
        this.error = undefined;
        this.busy = '';
        this.clock.set();
        break;
      case 'series': {
        const curves = new Map(this.curves);
        for (const series of message.series) curves.set(curveKey(series.runId, series.key), curveOf(series));
        this.curves = curves;
        break;
      }
      case 'busy':
        this.busy = message.what ?? '';
        break;
      case 'failure':
        this.error = message.error;
        this.busy = '';
        break;
    }
  }

  protected override willUpdate(): void {
    const { view, runs } = this;
    if (view?.onlyRunIds && view.selectedRunIds.length === 0 && runs && !view.colours)
      this.drawCompared(view);
  }

  protected override updated(): void {
    this.askForSeries();
  }

  /** Compared runs are drawn at once, so that the page opens with what it was opened for. */
  private drawCompared(view: ExperimentsState): void {
    this.change((state) => withSelection(state, (view.onlyRunIds ?? []).slice(0, drawnAtFirst)));
  }

  private change(next: (view: ExperimentsState) => ExperimentsState): void {
    if (!this.view) return;
    this.view = next(this.view);
    this.channel.save(this.view);
    if (this.told.size > 200) this.told.clear();
    this.told.add(JSON.stringify(this.view));
    this.channel.post({ kind: 'state', state: this.view });
  }

  /** Asks once for every series in sight that is missing or that has moved since. */
  private askForSeries(): void {
    if (this.asking || !this.view || !this.runs) return;
    this.asking = true;
    queueMicrotask(() => {
      this.asking = false;
      const selected = this.selectedRuns(this.runs ?? [], this.view?.selectedRunIds ?? []);
      const request = this.requests.next(selected, this.wanted);
      if (request) this.channel.post({ kind: 'series', ...request });
    });
  }

  /** Carries out what was asked in the table or the head. */
  private readonly act = ({ detail: action }: CustomEvent<TableAction | HeadAction>): void => {
    switch (action.kind) {
      case 'active':
        this.active = action.runId;
        break;
      case 'open':
      case 'log':
        this.channel.post({ kind: 'showLog', runId: action.runId });
        break;
      case 'register':
      case 'stop':
        this.channel.post({ kind: action.kind, runId: action.runId });
        break;
      case 'copy':
        this.copy();
        break;
      case 'find':
        this.renderRoot.querySelector<GalleyExperimentsHead>('galley-experiments-head')?.focusFilter();
        break;
      case 'leave':
        this.renderRoot.querySelector<GalleyRunTable>('galley-run-table')?.focus();
        break;
      case 'help':
        this.renderRoot.querySelector<GalleyKeysHelp>('galley-keys-help')?.show();
        break;
      default:
        this.change((view) => changed(view, action));
    }
  };

  private copy(): void {
    const { view, runs } = this;
    if (!view || !runs) return;
    const table = this.tableView(runs, this.experiments, view);
    const selected = new Set(view.selectedRunIds);
    const chosen =
      selected.size > 0 ? runs.filter(({ run }) => selected.has(run.id)) : this.target(table.rows, view);
    const inOrder = [
      ...table.rows.filter((row) => chosen.includes(row)),
      ...chosen.filter((row) => !table.rows.includes(row)),
    ];
    this.channel.post({
      kind: 'copy',
      text: runsAsMarkdown(inOrder, table.columns, table.experiments, Date.now()),
    });
  }

  /** The run that single-run actions are for; it must be in sight. */
  private target(runs: readonly RunDetail[], view: ExperimentsState): RunDetail[] {
    const id = this.active ?? (view.selectedRunIds.length === 1 ? view.selectedRunIds[0] : undefined);
    return runs.filter(({ run }) => run.id === id);
  }

  private readonly retry = (): void => {
    this.busy = 'Loading runs';
    this.requests.clear();
    this.channel.post({ kind: 'retry' });
  };

  /** Names of the experiments shown, or how many runs are compared. */
  private heading(
    { onlyRunIds, experimentIds }: ExperimentsState,
    { candidates, experiments }: TableView,
  ): string {
    if (onlyRunIds) return `Comparing ${plural(candidates, 'run')}`;
    const shown =
      experimentIds.length > 0
        ? experimentIds
        : new Set((this.runs ?? []).map(({ run }) => run.experimentId));
    return [...shown].map((id) => experiments.get(id) ?? id).join(', ');
  }

  private renderHead(view: ExperimentsState, table: TableView, baseline: RunDetail | undefined) {
    return html`<galley-experiments-head
      .title=${this.heading(view, table)}
      .filter=${view.filter ?? ''}
      .filterError=${table.filterError}
      .candidates=${table.candidates}
      .matching=${table.rows.length}
      .total=${this.total}
      .selected=${view.selectedRunIds.length}
      ?differencesOnly=${view.differencesOnly === true}
      ?comparing=${view.onlyRunIds !== undefined}
      .baseline=${baseline}
      .target=${this.target(table.rows, view)[0]}
      @head-action=${this.act}
    ></galley-experiments-head>`;
  }

  private renderTable(view: ExperimentsState, table: TableView, baseline: RunDetail | undefined) {
    if (table.rows.length > 0) {
      return html`<galley-run-table
        slot="first"
        .view=${table}
        .slots=${view.colours ?? {}}
        .baseline=${baseline}
        .sort=${view.sort}
        .theme=${themeKind()}
        .now=${this.clock.now}
        @table-action=${this.act}
      ></galley-run-table>`;
    }
    return html`<p slot="first" class="none muted">
      No run matches the filter.
      <button
        class="link"
        @click=${() => {
          this.change((state) => ({ ...state, filter: '' }));
        }}
      >
        Clear the filter
      </button>
    </p>`;
  }

  private renderCurves(view: ExperimentsState, runs: readonly RunDetail[]) {
    return html`<galley-curves
      slot="second"
      .runs=${this.selectedRuns(runs, view.selectedRunIds)}
      .curves=${this.curves}
      .slots=${view.colours ?? {}}
      .settings=${view}
      .theme=${themeKind()}
      @wanted=${(event: CustomEvent<string[]>) => {
        this.wanted = event.detail;
        this.askForSeries();
      }}
      @curve-settings=${(event: CustomEvent<CurveChoice>) => {
        this.change((state) => withCurveSettings(state, event.detail));
      }}
      @deselect=${(event: CustomEvent<string>) => {
        this.change((state) => selecting(state, [event.detail], false));
      }}
    ></galley-curves>`;
  }

  override render() {
    const { view, runs, error } = this;
    if (!view || !runs) {
      return error
        ? html`<galley-progress-line .what=${this.busy}></galley-progress-line
            >${errorBlock(error, false, this.retry, this.channel.post)}`
        : html`<galley-skeleton rows="12" label="Loading runs"></galley-skeleton>`;
    }
    const table = this.tableView(runs, this.experiments, view);
    const baseline = runs.find(({ run }) => run.id === view.baseline);
    return html`
      <galley-progress-line .what=${this.busy}></galley-progress-line>
      ${
        runs.length === 0
          ? html`<p class="none muted">No runs yet: run a pipeline, and its runs appear here.</p>`
          : this.renderHead(view, table, baseline)
      }
      ${error ? errorBlock(error, true, this.retry, this.channel.post) : nothing}
      ${
        runs.length === 0
          ? nothing
          : html`<galley-split
              label="Divider between the table and the charts"
              .share=${view.split ?? 0.45}
              @split=${(event: CustomEvent<number>) => {
                this.change((state) => ({ ...state, split: event.detail }));
              }}
              >${this.renderTable(view, table, baseline)} ${this.renderCurves(view, runs)}</galley-split
            >`
      }
      <galley-keys-help></galley-keys-help>
    `;
  }
}

mount('galley-experiments-page');
