import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { DeploymentReview } from '../../engine/protocol';
import type { TestResult } from '../../engine/registry/types';
import type { GlyphName } from '../ui/glyphs';
import '../ui/icon';
import { formatNumber, plural } from '../ui/numbers';
import { formatAbsolute, formatRelative } from '../ui/times';
import { changedLines, changedParams } from './comparison';

const testIcons: Record<TestResult['status'], { icon: GlyphName; word: string }> = {
  passed: { icon: 'pass', word: 'Passed' },
  failed: { icon: 'error', word: 'Failed' },
  error: { icon: 'warning', word: 'Could not be evaluated' },
};

const fewFiles = 6;

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

function tests({ tests: results }: DeploymentReview): TemplateResult {
  if (results.length === 0) return html`<span class="muted">No tests are declared for this model.</span>`;
  return html`<ul>
    ${results.map(({ name, status, message }) => {
      const { icon, word } = testIcons[status];
      return html`<li class=${status}>
        <galley-icon name=${icon} label=${word}></galley-icon>${name}: <span class="muted">${message}</span>
      </li>`;
    })}
  </ul>`;
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

function code(review: DeploymentReview, openDiff: (path: string) => void): TemplateResult {
  const { base, head, files, failure } = review.code;
  const short = (commit: string): TemplateResult => html`<code title=${commit}>${commit.slice(0, 7)}</code>`;
  if (failure !== undefined) {
    return html`<span class="caution"><galley-icon name="warning"></galley-icon>${failure}</span>`;
  }
  if (base === undefined) return html`No version before this one to compare with, at ${short(head)}`;
  if (files.length === 0) return html`No files changed since ${short(base)}`;
  const { added, removed } = changedLines(review);
  const summary = html`${plural(files.length, 'file')} changed, ${short(base)}…${short(head)}
    <span class="number added">+${added}</span> <span class="number removed">−${removed}</span>`;
  const entries = html`<ul class="files">
    ${files.map(
      (file) =>
        html`<li>
          <button
            class="link"
            title="Show what changed in ${file.path}"
            @click=${() => {
              openDiff(file.path);
            }}
          >
            ${file.path}</button
          ><span class="number added">+${file.added}</span
          ><span class="number removed">−${file.removed}</span>
        </li>`,
    )}
  </ul>`;
  return disclosure(summary, entries, files.length <= fewFiles);
}

function training({ candidate, incumbent }: DeploymentReview, now: number): TemplateResult {
  const { run, version } = candidate;
  if (!run)
    return html`<span class="muted">The run that made v${version.version} is not in the store.</span>`;
  const params = changedParams(run, incumbent?.run);
  return html`${run.name} ·
  ${when(run.startedAt, now)}${
    params.length === 0
      ? nothing
      : html` ·
        ${params
          .slice(0, 6)
          .map(
            ({ name, now: value, before }, i) =>
              html`${i > 0 ? ', ' : ''}${name} ${value} <span class="muted">(was ${before})</span>`,
          )}${params.length > 6 ? html` <span class="muted">and ${params.length - 6} more</span>` : nothing}`
  }`;
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
