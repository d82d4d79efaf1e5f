import type { Column } from './columns';

/** What a person did in the table; the detail of its `table-action` event. */
export type TableAction =
  | { kind: 'select'; runIds: string[]; selected: boolean }
  | { kind: 'active'; runId: string }
  | { kind: 'open'; runId: string }
  | { kind: 'baseline'; runId: string }
  | { kind: 'sort'; column: Column }
  | { kind: 'compare' }
  | { kind: 'find' }
  | { kind: 'help' };

/** What a person asks in the head; the detail of its `head-action` event. */
export type HeadAction =
  | { kind: 'filter'; text: string }
  | { kind: 'differences'; only: boolean }
  | { kind: 'no-baseline' }
  | { kind: 'all-runs' }
  | { kind: 'compare' }
  | { kind: 'clear-selection' }
  | { kind: 'register' | 'log' | 'stop'; runId: string }
  | { kind: 'copy' }
  | { kind: 'help' }
  | { kind: 'leave' };
