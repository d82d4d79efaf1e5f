import type { ErrorData } from '../../engine/errors';
import type { PageRequest } from '../ui/contract';
import type { MonitorStatus } from '../../engine/monitoring/types';

export interface MonitorState {
  root: string;
  spec: string;
  monitor: string;
  column?: string;
}

export type ToMonitorPage =
  | { kind: 'monitor'; status: MonitorStatus; state: MonitorState }
  | { kind: 'busy'; what: string | null }
  | { kind: 'failure'; error: ErrorData };

export type FromMonitorPage =
  | { kind: 'ready' }
  | { kind: 'state'; state: MonitorState }
  | { kind: 'check' }
  | { kind: 'retrain' }
  | { kind: 'rollback' }
  | { kind: 'acknowledge'; alertId: string }
  | PageRequest;
