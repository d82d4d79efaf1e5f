import { LitElement, html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import '@vscode-elements/elements/dist/vscode-button/index.js';
import type { Identity } from '../../engine/deployment/types';
import type { ErrorData } from '../../engine/errors';
import type { DeploymentReview } from '../../engine/protocol';
import { Clock } from '../ui/clock';
import { errorBlock } from '../ui/error-block';
import '../ui/icon';
import type { Channel } from '../ui/messages';
import { connect } from '../ui/messages';
import { mount } from '../ui/mount';
import { reviewWithNumbers } from '../ui/non-finite';
import { plural } from '../ui/numbers';
import '../ui/progress-line';
import '../ui/skeleton';
import { base } from '../ui/styles';
import { metricRows } from './comparison';
import type { DeploymentNotices, FromReviewPage, ReviewState, ToReviewPage } from './contract';
import { facts, when } from './facts';
import { deploymentNotices, recordedNotice, unsharedNotice } from './notices';
import { reviewStyles } from './styles';
import { assuranceWords, buttons, eventWords, personName, standing } from './words';

const fewMetrics = 8;

/** Everything that a reviewer needs to decide on one deployment, on one screen. */
@customElement('galley-deployment-review-page')
export class GalleyDeploymentReviewPage extends LitElement {
  @state() private review: DeploymentReview | undefined;
  @state() private deployment: DeploymentNotices = {};
  @state() private error: ErrorData | undefined;
  @state() private busy = '';
  @state() private allMetrics = false;

  private readonly clock = new Clock(this);
  private readonly channel: Channel<FromReviewPage, ReviewState>;

  static override styles = [base, reviewStyles];

  constructor() {
    super();
    this.channel = connect<ToReviewPage, FromReviewPage, ReviewState>((message) => {
      this.receive(message);
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.channel.post({ kind: 'ready' });
  }

  private receive(message: ToReviewPage): void {
    switch (message.kind) {
      case 'review':
        this.review = reviewWithNumbers(message.review);
        this.deployment = message.deployment ?? {};
        this.error = undefined;
        this.busy = '';
        this.clock.set();
        if (message.state) this.channel.save(message.state);
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

  private readonly reload = (): void => {
    this.busy = 'Loading';
    this.channel.post({ kind: 'reload' });
  };

  private renderPerson(who: Identity) {
    const { word, explanation, icon } = assuranceWords[who.assurance];
    return html`<span class="person" title=${`${who.name} <${who.email}>`}>${personName(who)}</span>
      <span class="person muted" title=${explanation}
        >(<galley-icon name=${icon}></galley-icon>${word})</span
      >`;
  }

  private renderHead({ request }: DeploymentReview) {
    const { binding, requestedBy, requestedAt, comment } = request;
    return html`<header>
        <h1>Deploy ${binding.model} v${binding.version} to ${binding.deployment}</h1>
        <p class="muted">
          requested by ${this.renderPerson(requestedBy)} · ${when(requestedAt, this.clock.now)}
        </p>
      </header>
      ${comment === '' ? nothing : html`<blockquote>${comment}</blockquote>`}`;
  }

  private renderStanding(review: DeploymentReview) {
    const { icon, tone, headline, rest } = standing(review);
    return html`<p class="standing ${tone}">
        <span><galley-icon name=${icon}></galley-icon><strong>${headline}</strong></span>
        ${rest === '' ? nothing : html`<span>${rest}</span>`}
      </p>
      ${
        review.request.approvals.length === 0
          ? nothing
          : html`<ul class="approvals">
              ${review.request.approvals.map(
                ({ who, at, comment, counts, why }) =>
                  html`<li>
                    ${this.renderPerson(who)} approved
                    ${when(at, this.clock.now)}${
                      counts
                        ? nothing
                        : html`, <span class="muted">does not count: ${why ?? 'not in the policy'}</span>`
                    }${comment === '' ? nothing : html` <span class="muted">“${comment}”</span>`}
                  </li>`,
              )}
            </ul>`
      }`;
  }

  private renderActions(review: DeploymentReview) {
    const { binding } = review.request;
    const blocked = review.stale !== undefined || this.busy !== '';
    const bound = (name: string, value: string, length: number) =>
      value === ''
        ? nothing
        : html`<span title=${value}
            >${name} <code>${value.replace(/^sha256:/, '').slice(0, length)}</code></span
          >`;
    return html`<div class="actions">
      <div class="buttons">
        ${buttons(review).map(
          ({ action, label, primary }) =>
            html`<vscode-button
              ?secondary=${!primary}
              ?disabled=${blocked}
              aria-disabled=${blocked}
              @click=${() => {
                if (!blocked) this.channel.post({ kind: action });
              }}
              >${label}</vscode-button
            >`,
        )}
      </div>
      <p class="binding muted">
        <span>binds to</span> ${bound('digest', binding.digest, 8)} ${bound('commit', binding.commit, 7)}
        ${bound('policy', binding.policyDigest, 8)}
      </p>
    </div>`;
  }

  private renderStale({ stale }: DeploymentReview) {
    if (stale === undefined) return nothing;
    return html`<div class="banner" role="alert">
      <p>${stale}</p>
      <vscode-button @click=${this.reload}>Reload</vscode-button>
    </div>`;
  }

  private renderComparison({ candidate, incumbent }: DeploymentReview) {
    const ours = `v${candidate.version.version}`;
    const theirs = incumbent ? `v${incumbent.version.version}` : undefined;
    const rows = metricRows(candidate.run, incumbent?.run, theirs ?? '');
    const shown = this.allMetrics ? rows : rows.slice(0, fewMetrics);
    return html`<table>
        <thead>
          <tr>
            <th scope="col">Metric</th>
            <th scope="col" class="value">${ours} (candidate)</th>
            <th scope="col" class="value">
              ${theirs === undefined ? 'nothing in service' : `${theirs} (in service)`}
            </th>
            <th scope="col"><span class="visually-hidden">Change</span></th>
          </tr>
        </thead>
        <tbody>
          ${shown.map(
            ({ metric, candidate: value, incumbent: before, full, change, changeText }) =>
              html`<tr title=${full}>
                <th scope="row">${metric}</th>
                <td class="value">${value ?? '–'}</td>
                <td class="value">${before ?? (theirs === undefined ? '' : '–')}</td>
                <td class="change">
                  ${
                    change
                      ? html`<span class=${change.verdict}>${change.symbol}</span> ${changeText}
                          <span class="verdict">${change.verdict}</span>`
                      : nothing
                  }
                </td>
              </tr>`,
          )}
          ${
            rows.length === 0
              ? html`<tr>
                  <td colspan="4" class="muted">No metrics were logged for ${ours}.</td>
                </tr>`
              : nothing
          }
        </tbody>
      </table>
      ${
        rows.length > fewMetrics
          ? html`<button
              class="link"
              @click=${() => {
                this.allMetrics = !this.allMetrics;
              }}
            >
              ${this.allMetrics ? 'Show fewer metrics' : `Show all ${plural(rows.length, 'metric')}`}
            </button>`
          : nothing
      }`;
  }

  private renderEvents({ events }: DeploymentReview) {
    if (events.length === 0) return nothing;
    return html`<section>
      <h2>History</h2>
      <ol class="events">
        ${[...events].reverse().map(({ kind, who, at, comment, binding, id }) => {
          const { word, icon } = eventWords[kind];
          return html`<li title="Ledger entry ${id}">
            <galley-icon name=${icon}></galley-icon>
            <span>${this.renderPerson(who)} ${word}${binding ? ` v${binding.version}` : ''}</span>
            <span class="muted">${when(at, this.clock.now)}</span>
            ${comment === '' ? nothing : html`<span class="comment muted">“${comment}”</span>`}
          </li>`;
        })}
      </ol>
    </section>`;
  }

  override render() {
    const { review, error } = this;
    const progress = html`<galley-progress-line .what=${this.busy}></galley-progress-line>`;
    if (!review) {
      return error
        ? html`${progress}${errorBlock(error, false, this.reload, this.channel.post)}`
        : html`<galley-skeleton rows="10" label="Loading the request"></galley-skeleton>`;
    }
    return html`${progress}
      <main aria-busy=${this.busy !== ''}>
        ${this.renderHead(review)}
        ${error ? errorBlock(error, true, this.reload, this.channel.post) : nothing}
        ${this.renderStale(review)} ${deploymentNotices(this.deployment)} ${this.renderStanding(review)}
        ${unsharedNotice(review)} ${this.renderActions(review)} ${recordedNotice(review)}
        ${this.renderComparison(review)}
        ${facts(review, this.clock.now, (path) => {
          this.channel.post({ kind: 'openDiff', path });
        })}
        ${this.renderEvents(review)}
      </main>`;
  }
}

mount('galley-deployment-review-page');
