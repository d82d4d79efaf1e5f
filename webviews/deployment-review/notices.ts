import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import type { DeploymentReview } from '../../engine/protocol';
import '../ui/icon';
import type { DeploymentNotices } from './contract';

/** Something that a reviewer must know before deciding: what it is, the words for it, and what to do. */
function banner(title: string, text: string, remedy: string | undefined): TemplateResult {
  return html`<div class="banner" role="note">
    <galley-icon name="warning"></galley-icon>
    <p><strong>${title}</strong> ${text}${remedy === undefined ? nothing : html` <span>${remedy}</span>`}</p>
  </div>`;
}

/** What stands above the verdict: why nothing can be deployed now, and what is in service without a rollout. */
export function deploymentNotices({ problem, unapproved }: DeploymentNotices): TemplateResult {
  return html`${
    problem === undefined ? nothing : banner('Cannot be deployed now.', problem.message, problem.remedy)
  }${
    unapproved === undefined
      ? nothing
      : banner('Unapproved change.', unapproved, 'Find out who did it before you decide.')
  }`;
}

/** Said with the request's standing while others cannot see it yet. */
export function unsharedNotice({ request: { unshared } }: DeploymentReview): TemplateResult | typeof nothing {
  if (unshared === undefined) return nothing;
  return html`<p class="notice caution">
    <galley-icon name="warning"></galley-icon>Only on this machine so far: ${unshared}
  </p>`;
}

/** Said with the evidence when it is not this machine's own. */
export function recordedNotice({ recorded }: DeploymentReview): TemplateResult | typeof nothing {
  if (recorded === undefined) return nothing;
  return html`<p class="notice">
    <galley-icon name="info"></galley-icon><strong>Recorded evidence.</strong> ${recorded}
  </p>`;
}
