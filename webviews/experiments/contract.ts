import type { ErrorData } from '../../engine/errors';
import type { Experiment } from '../../engine/tracking/types';
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
  metric?: string;
  filter?: string;
}

export type ToExperimentsPage =
  | { kind: 'state'; state: ExperimentsState; experiments: Experiment[] }
  /** All runs of the table; sent again when something changed. */
  | { kind: 'runs'; runs: RunDetail[]; total: number }
  | { kind: 'series'; series: MetricSeries[] }
  | { kind: 'failure'; error: ErrorData };

export type FromExperimentsPage =
  | { kind: 'ready' }
  | { kind: 'state'; state: ExperimentsState }
  | { kind: 'series'; runIds: string[]; keys: string[] }
  | { kind: 'showLog'; runId: string }
  | { kind: 'register'; runId: string }
  | { kind: 'stop'; runId: string }
  | { kind: 'retry' }
  | { kind: 'copy'; text: string };
