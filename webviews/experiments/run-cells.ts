import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import type { RunDetail } from '../../engine/protocol';
import type { RunStatus } from '../../engine/tracking/types';
import { delta, deltaText } from '../ui/deltas';
import type { GlyphName } from '../ui/glyphs';
import '../ui/icon';

const statusIcons: Record<RunStatus, GlyphName> = {
  RUNNING: 'loading',
  SCHEDULED: 'clockface',
  FINISHED: 'pass',
  FAILED: 'error',
  KILLED: 'circle-slash',
};

/** A run's status: icon and words. */
export function statusCell(status: RunStatus, text: string): TemplateResult {
  return html`<span class="status ${status}"
    ><galley-icon name=${statusIcons[status]} ?spin=${status === 'RUNNING'}></galley-icon>${text}</span
  >`;
}

/** A metric's value with its distance from the baseline beside it, in a symbol and figures, and in words. */
export function comparedCell(
  metric: string,
  text: string,
  { run }: RunDetail,
  baseline: RunDetail,
  format: (value: number) => string,
): TemplateResult {
  const change =
    run.id === baseline.run.id
      ? undefined
      : delta(metric, run.metrics[metric]?.value, baseline.run.metrics[metric]?.value);
  const words = change
    ? html`<span aria-hidden="true" class=${change.verdict}>${change.symbol}</span
        ><span aria-hidden="true"
          >${change.verdict === 'same' ? '' : deltaText(change.difference, format)}</span
        ><span class="visually-hidden">${change.words}</span>`
    : nothing;
  return html`<span class="compared"
    ><span>${text}</span><span class="delta" title=${change?.words ?? nothing}>${words}</span></span
  >`;
}

/** The tags behind a run's name: the newest version made from it, and whether it is the baseline. */
export function nameTags({ versions }: RunDetail, isBaseline: boolean): TemplateResult {
  const version = versions.at(-1);
  return html`${
    version
      ? html`<span class="tag" title="Registered as ${version.model} v${version.version}"
          >v${version.version}</span
        >`
      : nothing
  }${isBaseline ? html`<span class="tag">baseline</span>` : nothing}`;
}
