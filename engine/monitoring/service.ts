import type { RunState } from '../training/types';
import type { Alert, DriftQuery, DriftReport, MonitorCheck, MonitorStatus } from './types';

/** Monitors of all specs of a project. */
export interface Monitors {
  list(): Promise<MonitorStatus[]>;
  /** Computes drift and performance now, keeps the result, and opens or updates an alert. */
  check(spec: string, monitor: string): Promise<MonitorCheck>;
  /** Kept checks of a monitor, oldest first; the newest 500, those before the newest 20 without distributions. */
  history(spec: string, monitor: string): Promise<MonitorCheck[]>;
  acknowledge(alertId: string, comment: string): Promise<Alert>;
  retrain(request: { spec: string; monitor?: string; retraining?: string }): Promise<RunState>;
  drift(query: DriftQuery): Promise<DriftReport>;
}
