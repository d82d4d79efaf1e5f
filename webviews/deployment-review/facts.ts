import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { DeploymentReview, ReviewedVersion } from '../../engine/protocol';
import type { TestResult } from '../../engine/registry/types';
import type { Run } from '../../engine/tracking/types';
import type { GlyphName } from '../ui/glyphs';
import '../ui/icon';
import { formatCount, formatNumber, plural } from '../ui/numbers';
import { formatAbsolute, formatRelative } from '../ui/times';
import { changedDatasets, changedLines, changedParams } from './comparison';

const testIcons: Record<TestResult['status'], { icon: GlyphName; word: string }> = {
  passed: { icon: 'pass', word: 'Passed' },
  failed: { icon: 'error', word: 'Failed' },
  error: { icon: 'warning', word: 'Could not be evaluated' },
};

/** Files that have room beside the summary. */
const fewFiles = 3;
/** Files of a long list that are shown before the rest is asked for. */
const manyFiles = 100;

/** A point in time, relative, with the absolute one in the tooltip. */
export const when = (at: number, now: number): TemplateResult =>
  html`<time datetime=${new Date(at).toISOString()} title=${formatAbsolute(at)}
    >${formatRelative(at, now)}</time
  >`;

const fact = (name: string, content: unknown): TemplateResult =>
  html`<dt>${name}</dt>
    <dd>${content}</dd>`;

function disclosure(summary: unknown, content: unknown, open: boolean): TemplateResult {
  return html`<details ?open=${open}>
    <summary>
      <galley-icon class="closed" name="chevron-right"></galley-icon
      ><galley-icon class="opened" name="chevron-down"></galley-icon>${summary}
    </summary>
    <div class="inset">${content}</div>
  </details>`;
}

/** What must be seen first: what failed, then what could not be evaluated. */
const severity: Record<TestResult['status'], number> = { failed: 0, error: 1, passed: 2 };

function tests({ tests: results }: DeploymentReview): TemplateResult {
  if (results.length === 0) return html`<span class="muted">No tests are declared for this model.</span>`;
  const sorted = [...results].sort((a, b) => severity[a.status] - severity[b.status]);
  const mark = ({ status }: TestResult): TemplateResult => {
    const { icon, word } = testIcons[status];
    return html`<galley-icon name=${icon} label=${word}></galley-icon>`;
  };
  const evidence = html`<ul>
    ${sorted.map(
      (test) =>
        html`<li class=${test.status}>
          ${mark(test)}${test.name}: <span class="muted">${test.message}</span>
        </li>`,
    )}
  </ul>`;
  if (results.some(({ status }) => status !== 'passed')) return evidence;
  const names = sorted.map((test) => html`<span class="test passed">${mark(test)}${test.name}</span>`);
  return disclosure(names, evidence, false);
}

function drift({ lastCheck }: DeploymentReview, now: number): TemplateResult {
  if (!lastCheck) return html`<span class="muted">No monitor has checked this deployment yet.</span>`;
  const { drift: report, failure, at } = lastCheck;
  if (!report) {
    const reason = failure ?? 'The last check computed no drift.';
    return html`<span class="caution"><galley-icon name="warning"></galley-icon>${reason}</span> ·
      ${when(at, now)}`;
  }
  const drifted = report.columns.filter((column) => column.drifted).sort((a, b) => b.severity - a.severity);
  const summary = html`<span class=${report.drifted ? 'caution' : ''}
      >${report.drifted ? html`<galley-icon name="warning"></galley-icon>` : nothing}${drifted.length} of
      ${plural(report.columns.length, 'column')} drifted</span
    >
    · ${when(at, now)}`;
  if (drifted.length === 0) return html`${summary}`;
  const columns = html`<ul class="columns">
    ${drifted.map(
      ({ column, method, score, threshold }) =>
        html`<li>
          <span>${column}</span
          ><span class="muted number"
            >${method} ${formatNumber(score)}, threshold ${formatNumber(threshold)}</span
          >
        </li>`,
    )}
  </ul>`;
  return disclosure(summary, columns, false);
}

type File = DeploymentReview['code']['files'][number];

function fileLink({ path }: File, openDiff: (path: string) => void): TemplateResult {
  return html`<button
    class="link"
    title="Show what changed in ${path}"
    @click=${() => {
      openDiff(path);
    }}
  >
    ${path}
  </button>`;
}

const lines = ({ added, removed }: { added: number; removed: number }): TemplateResult =>
  html`<span class="number added">+${formatCount(added)}</span>
    <span class="number removed">−${formatCount(removed)}</span>`;

function fileList(files: readonly File[], openDiff: (path: string) => void): TemplateResult {
  return html`<ul class="files">
    ${files.map((file) => html`<li>${fileLink(file, openDiff)} ${lines(file)}</li>`)}
  </ul>`;
}

function code(review: DeploymentReview, openDiff: (path: string) => void): TemplateResult {
  const { base, head, files, failure } = review.code;
  const short = (commit: string): TemplateResult => html`<code title=${commit}>${commit.slice(0, 7)}</code>`;
  if (failure !== undefined) {
    return html`<span class="caution"><galley-icon name="warning"></galley-icon>${failure}</span>`;
  }
  if (base === undefined) return html`Nothing was in service before, so ${short(head)} is all new`;
  if (base === head) return html`The same: both versions come from ${short(head)}`;
  if (files.length === 0) return html`No files changed, ${short(base)}…${short(head)}`;
  const summary = html`${plural(files.length, 'file')} changed, ${short(base)}…${short(head)}
  ${lines(changedLines(review))}`;
  if (files.length <= fewFiles) {
    return html`${summary}
    ${files.map((file) => html` <span class="file">${fileLink(file, openDiff)} ${lines(file)}</span>`)}`;
  }
  const rest = files.slice(manyFiles);
  const list = html`${fileList(files.slice(0, manyFiles), openDiff)}${
    rest.length === 0
      ? nothing
      : disclosure(`${plural(rest.length, 'more file')}`, fileList(rest, openDiff), false)
  }`;
  return disclosure(summary, list, false);
}

function trainingData(
  candidate: Run,
  incumbent: ReviewedVersion | undefined,
): TemplateResult | typeof nothing {
  const changed = changedDatasets(candidate, incumbent?.run);
  if (changed === undefined || incumbent === undefined) return nothing;
  return changed.length === 0
    ? html` · same data as v${incumbent.version.version}`
    : html` · other data than v${incumbent.version.version}: ${changed.join(', ')}`;
}

function training({ candidate, incumbent }: DeploymentReview, now: number): TemplateResult {
  const { run, version } = candidate;
  if (!run)
    return html`<span class="muted">The run that made v${version.version} is not in the store.</span>`;
  const params = changedParams(run, incumbent?.run);
  const shown = params
    .slice(0, 6)
    .map(
      ({ name, now: value, before }, i) =>
        html`${i > 0 ? ', ' : ' · '}${name} ${value} <span class="muted">(was ${before})</span>`,
    );
  const more = params.length > 6 ? html` <span class="muted">and ${params.length - 6} more</span>` : nothing;
  return html`${run.name} · ${when(run.startedAt, now)}${trainingData(run, incumbent)}${shown}${more}`;
}

/** The facts below the comparison, as terms and descriptions. */
export function facts(
  review: DeploymentReview,
  now: number,
  openDiff: (path: string) => void,
): TemplateResult {
  return html`<dl>
    ${fact('Tests', tests(review))} ${fact('Data', drift(review, now))}
    ${fact('Code', code(review, openDiff))} ${fact('Training', training(review, now))}
    ${fact('Rollout', review.rollout || html`<span class="muted">All traffic at once</span>`)}
  </dl>`;
}
