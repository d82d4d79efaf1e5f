import type { Alert } from '../monitoring/types';
import type { AlertEvent } from './service';

/** An alert of a deployment's monitor as the ledger keeps it; undefined for monitors that watch no deployment. */
export function alertEvent(kind: AlertEvent['kind'], alert: Alert): AlertEvent | undefined {
  const { deployment, summary, id, monitor, columns, openedAt, acknowledged, spec } = alert;
  if (deployment === undefined) return undefined;
  const comment = kind === 'alerted' ? summary : (acknowledged?.comment ?? '');
  const detail = { alert: id, monitor, summary, columns, openedAt };
  return { kind, deployment, comment, detail, ...(spec === undefined ? {} : { spec }) };
}
