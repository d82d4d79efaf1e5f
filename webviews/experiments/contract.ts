import type { ErrorData } from '../../engine/errors';
import type { Experiment } from '../../engine/tracking/types';
import type { PageRequest } from '../ui/contract';
import type { MetricSeries, RunDetail } from '../../engine/protocol';

/** Restored after a reload of the window (`WebviewPanelSerializer`). */
export interface ExperimentsState {
  root: string;
  experimentIds: string[];
  /** Runs drawn in the charts. */
  selectedRunIds: string[];
  /** When set, the table shows only these (Compare Runs). */
  onlyRunIds?: string[];
  baseline?: string;
  differencesOnly?: boolean;
  /** Shown alone and large; absent: every metric. */
  metric?: string;
  filter?: string;
  sort?: { column: string; descending: boolean };
  /** Part of the page's height that the table takes, 0 to 1. */
  split?: number;
  xAxis?: XAxis;
  /** Weight of the moving average, 0 (none) to below 1. */
  smoothing?: number;
  logScale?: boolean;
  /** Palette slot of each selected run, so that colours stay as the selection changes. */
  colours?: Record<string, number>;
}

export type XAxis = 'step' | 'relative' | 'time';

export type ToExperimentsPage =
  | { kind: 'state'; state: ExperimentsState; experiments: Experiment[] }
  /** All runs of the table; sent again when something changed. */
  | { kind: 'runs'; runs: RunDetail[]; total: number }
  | { kind: 'series'; series: MetricSeries[] }
  /** Work under way that the page should show, e.g. `Stopping brave-otter-12`. */
  | { kind: 'busy'; what: string | null }
  | { kind: 'failure'; error: ErrorData };

export type FromExperimentsPage =
  | { kind: 'ready' }
  | { kind: 'state'; state: ExperimentsState }
  | { kind: 'series'; runIds: string[]; keys: string[] }
  | { kind: 'showLog'; runId: string }
  | { kind: 'register'; runId: string }
  | { kind: 'stop'; runId: string }
  | { kind: 'retry' }
  | PageRequest
  | { kind: 'copy'; text: string };
