import type { LedgerEvent } from './types';

/** A version that the ledger put into service. */
export interface ServedBefore {
  version: string;
  digest: string;
  commit: string;
  /** Request that brought it there. */
  requestId: string;
  /** Id of the event that put it into service last. */
  eventId: string;
}

/**
 * What was put into service in a deployment and not rolled back since, oldest first: the last is in service now, the
 * one before it is where a rollback goes.
 * @param spec file relative to the top of the repository
 */
export function serviceHistory(
  events: readonly LedgerEvent[],
  spec: string,
  deployment: string,
): ServedBefore[] {
  const served: ServedBefore[] = [];
  for (const event of events) {
    const { binding, request } = event;
    if (event.deployment !== deployment || event.spec !== spec || binding === undefined) continue;
    if (event.kind === 'rolled-out' && request !== undefined) {
      const top = served.at(-1);
      // The same content again, e.g. after its server was stopped: a rollback must not lead to itself.
      if (top?.version === binding.version && top.digest === binding.digest) served.pop();
      const { version, digest, commit } = binding;
      served.push({ version, digest, commit, requestId: request, eventId: event.id });
    } else if (event.kind === 'rolled-back') {
      const target = served.findLastIndex(
        ({ version, requestId }, index) =>
          index < served.length - 1 && version === binding.version && requestId === request,
      );
      const to = served[target];
      if (to === undefined) continue;
      served.length = target;
      served.push({ ...to, eventId: event.id });
    }
  }
  return served;
}
