import type { Alert } from '../monitoring/types';
import type { AlertEvent } from './service';

/** An alert of a deployment's monitor as the ledger keeps it; undefined for monitors that watch no deployment. */
export function alertEvent(kind: AlertEvent['kind'], alert: Alert): AlertEvent | undefined {
  const { deployment, summary, id, monitor, columns, openedAt, acknowledged } = alert;
  if (deployment === undefined) return undefined;
  const comment = kind === 'alerted' ? summary : (acknowledged?.comment ?? '');
  return { kind, deployment, comment, detail: { alert: id, monitor, summary, columns, openedAt } };
}
