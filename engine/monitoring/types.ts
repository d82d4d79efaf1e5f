/** Drift, alerts and monitors; times are milliseconds since the Unix epoch, UTC. */
export type ColumnKind = 'numeric' | 'categorical';

/** Two histograms over the same bins (numeric: `edges` has one more entry than the counts). */
export interface Distribution {
  edges?: number[];
  categories?: string[];
  /** Share of rows per bin, 0 to 1. */
  reference: number[];
  current: number[];
}

export interface ColumnDrift {
  column: string;
  kind: ColumnKind;
  /** Evidently's name of the method, e.g. `wasserstein`, `jensenshannon`, `ks`, `chisquare`, `z`, `psi`. */
  method: string;
  /** Distance, or the p-value when `scoreIs` is `p-value`. */
  score: number;
  scoreIs: 'distance' | 'p-value';
  threshold: number;
  drifted: boolean;
  /** How far past the threshold, 1 = at it; larger is worse for both kinds of score. For sorting. */
  severity: number;
  distribution: Distribution;
  /** Share of rows without a value that could be compared (NULL, NaN, infinite), 0 to 1. */
  missing: { reference: number; current: number };
}

export interface DriftReport {
  reference: { source: string; rows: number };
  current: { source: string; rows: number };
  columns: ColumnDrift[];
  driftedColumns: number;
  /** Share of drifted columns, 0 to 1. */
  share: number;
  shareThreshold: number;
  drifted: boolean;
  /** Columns that could not be compared, with the reason. */
  skipped: { column: string; reason: string }[];
  computation: 'exact' | 'approximate';
  at: number;
  /** What was not as it should be with the data, e.g. lines that could not be read. */
  notes?: string[];
}

export interface DriftQuery {
  /** Path or glob of Parquet, CSV or JSON lines files. */
  reference: string;
  current: string;
  columns?: string[];
  share?: number;
  method?: string;
  threshold?: number;
}

export interface PerformanceResult {
  metric: string;
  value: number;
  minimum?: number;
  maximum?: number;
  degraded: boolean;
  rows: number;
}

export interface MonitorCheck {
  monitor: string;
  deployment?: string;
  at: number;
  drift?: DriftReport;
  performance?: PerformanceResult;
  /** Set when the check could not be made. */
  failure?: string;
  alert: boolean;
  /** Spec file of the monitor, relative to the project's folder. */
  spec?: string;
  /** What went wrong beside the check, e.g. an alert that could not be passed on. */
  notes?: string[];
}

export interface Alert {
  id: string;
  monitor: string;
  deployment?: string;
  openedAt: number;
  lastSeenAt: number;
  /** Checks that found it since it was opened. */
  count: number;
  /** One sentence of evidence. */
  summary: string;
  columns: { column: string; score: number; threshold: number }[];
  acknowledged?: {
    at: number;
    by: string;
    comment: string;
    /** Why it could not be passed on (to the ledger); absent when it was, or had nowhere to go. */
    unrecorded?: string;
  };
  resolvedAt?: number;
  /** Spec file of the monitor, relative to the project's folder. */
  spec?: string;
  /** The run that `on-alert: [retrain]` started, or why it could not; it is tried again at the next check. */
  retraining?: { runId: string } | { failure: string };
}

export interface MonitorStatus {
  name: string;
  spec: string;
  deployment?: string;
  reference: string;
  current: string;
  schedule?: string;
  last?: MonitorCheck;
  openAlert?: Alert;
  /** One short point per check, oldest first. */
  timeline: { at: number; share?: number; performance?: number; alert: boolean }[];
}
