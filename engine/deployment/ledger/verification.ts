import { GalleyError } from '../../errors';
import { ledgerRemote, type Repository } from '../repository';
import { countedApprovals, foldRequests } from '../requests';
import type { LedgerEvent, LedgerVerification } from '../types';
import { ledgerEvent, readChain } from './chain';
import { acceptedHead, mustContain, readRefs } from './refs';
import { lookAtRemote } from './remote';

/**
 * Walks the whole chain from its first event, compares it with what was seen and shared before and with the remote,
 * and looks for rollouts without the approvals that their requests asked for. Tells everything as data.
 */
export async function verifyLedger(repository: Repository): Promise<LedgerVerification> {
  const found: LedgerVerification = { events: 0, signed: 0, unshared: 0, remote: 'none', problems: [] };
  async function check(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      if (!(error instanceof GalleyError) || (error.code !== 'corrupt' && error.code !== 'unreachable'))
        throw error;
      if (error.code === 'unreachable') found.remote = 'unreachable';
      const { message, subject } = error.data;
      if (error.code === 'corrupt')
        found.problems.push({ ...(subject === undefined ? {} : { commit: subject }), message });
    }
  }

  const { git } = repository;
  const remote = await ledgerRemote(repository);
  const refs = await readRefs(git, remote);
  await check(async () => void (await acceptedHead(git, refs)));
  const head = refs.local ?? refs.tracking;
  let events: LedgerEvent[] = [];
  if (head !== undefined) {
    found.head = head;
    await check(async () => {
      const entries = await readChain(git, head);
      events = entries.map(ledgerEvent);
      found.signed = entries.filter(({ signed }) => signed).length;
    });
    found.events = events.length;
    for (const problem of unapprovedRollouts(events)) found.problems.push(problem);
  }
  if (remote === undefined) return found;
  found.unshared = events.length - 1 - events.findLastIndex(({ id }) => id === refs.shared);
  await check(async () => {
    const { ledger: theirs } = await lookAtRemote(git, remote);
    found.remote = theirs === head ? 'same' : 'compared';
    if (refs.shared === undefined) return;
    const otherwise = `the remote ${remote} no longer has it: its history was rewritten`;
    if (theirs === undefined)
      throw new GalleyError('corrupt', `The remote ${remote} no longer has a ledger.`, {
        subject: refs.shared,
      });
    await mustContain(git, refs.shared, theirs, otherwise);
  });
  return found;
}

/** Galley never writes such an event; someone with another tool can. */
function unapprovedRollouts(events: LedgerEvent[]): { commit: string; message: string }[] {
  const requests = new Map(foldRequests(events, new Map()).map((request) => [request.id, request]));
  return events.flatMap((event) => {
    if (event.kind !== 'rolled-out') return [];
    const request = event.request === undefined ? undefined : requests.get(event.request);
    const what = `${event.deployment} was rolled out by ${event.who.email}`;
    if (request === undefined) return [{ commit: event.id, message: `${what} without a request.` }];
    const [has, needs] = [countedApprovals(request), request.policy?.required ?? 0];
    if (request.status === 'rejected' || request.status === 'withdrawn') {
      return [{ commit: event.id, message: `${what} although it was ${request.status}.` }];
    }
    if (has >= needs) return [];
    return [{ commit: event.id, message: `${what} with ${has} of ${needs} approvals.` }];
  });
}
