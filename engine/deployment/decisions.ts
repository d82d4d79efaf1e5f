import { GalleyError } from '../errors';
import { bindingDifferences, sentence } from './binding';
import { requireIdentity, samePerson } from './identity';
import {
  catchUp,
  lookAround,
  ownEvents,
  projectRequests,
  requestIn,
  type DeploymentRoom,
  type Overview,
} from './overview';
import { inRepository } from './repository';
import { mayReject, whyNotApprove } from './requests';
import type { Binding, DeploymentRequest, Identity, LedgerEventKind } from './types';

const open: ReadonlySet<DeploymentRequest['status']> = new Set(['waiting', 'approved']);

function what({ binding }: DeploymentRequest): string {
  return `${binding.model} v${binding.version} for ${binding.deployment}`;
}

function refuse(
  code: 'policy' | 'conflict',
  message: string,
  request: DeploymentRequest,
  remedy: string,
): never {
  throw new GalleyError(code, message, { subject: request.id, remedy });
}

/**
 * Approves exactly what the person looked at. Where the artifact is not on this machine, the approval is for the digest
 * that the request has; the rollout compares it.
 * @param expected the binding that was shown to the person
 * @throws GalleyError `conflict` when that is not what would be deployed now; `policy` when the approval would not
 * count
 */
export function approve(
  room: DeploymentRoom,
  requestId: string,
  comment: string,
  expected: Binding,
): Promise<DeploymentRequest> {
  return decide(room, requestId, 'approved', comment, (request, me, overview) => {
    const facts = overview.facts.get(request.id);
    const differences = bindingDifferences(expected, { ...request.binding, ...facts?.now });
    if (differences.length > 0) {
      refuse(
        'conflict',
        `This is not what you looked at: ${sentence(differences)}`,
        request,
        request.status === 'void' ? 'Request it again.' : 'Look at it again, then decide.',
      );
    }
    if (!open.has(request.status)) {
      refuse(
        'conflict',
        `${what(request)} cannot be approved any more: ${request.reason}`,
        request,
        'Request it again.',
      );
    }
    if (request.policy === undefined || request.policy.required === 0) {
      refuse('conflict', `${what(request)} needs no approval.`, request, 'Roll it out.');
    }
    if (request.approvals.some(({ who, counts }) => counts && samePerson(who.email, me.email))) {
      refuse(
        'conflict',
        `You have approved ${what(request)} already.`,
        request,
        'Another reviewer must approve it.',
      );
    }
    const why = whyNotApprove(request, me.email);
    if (why !== undefined) {
      const from = request.policy.from.length === 0 ? 'Another person' : request.policy.from.join(' or ');
      refuse('policy', `You cannot approve ${what(request)}: ${why}.`, request, `${from} can approve it.`);
    }
  });
}

/** Stops a request for good. @throws GalleyError `policy` for people who are no reviewers; `conflict` */
export function reject(room: DeploymentRoom, requestId: string, comment: string): Promise<DeploymentRequest> {
  return decide(room, requestId, 'rejected', comment, (request, me) => {
    mustBeUndecided(request, 'rejected');
    if (!mayReject(request, me.email)) {
      const from = request.policy?.from.join(' or ') ?? '';
      refuse(
        'policy',
        `You cannot reject ${what(request)}: you are no reviewer of it.`,
        request,
        `${from} can.`,
      );
    }
  });
}

/** Takes the requester's own request back. @throws GalleyError `policy` for others; `conflict` */
export function withdraw(
  room: DeploymentRoom,
  requestId: string,
  comment: string,
): Promise<DeploymentRequest> {
  return decide(room, requestId, 'withdrawn', comment, (request, me) => {
    mustBeUndecided(request, 'withdrawn');
    if (!samePerson(request.requestedBy.email, me.email)) {
      const by = request.requestedBy.email;
      refuse('policy', `Only ${by} can withdraw ${what(request)}.`, request, 'A reviewer can reject it.');
    }
  });
}

/** A void request may still be closed: it tells the others that nobody waits for it. */
function mustBeUndecided(request: DeploymentRequest, how: string): void {
  if (open.has(request.status) || request.status === 'void') return;
  refuse(
    'conflict',
    `${what(request)} cannot be ${how} any more: ${request.reason}`,
    request,
    'Make a new request.',
  );
}

const meanings: Partial<Record<LedgerEventKind, (request: DeploymentRequest) => string>> = {
  approved: (request) => `Approves that ${what(request)} is rolled out, as bound here.`,
  rejected: (request) => `Rejects ${what(request)}; it must not be rolled out.`,
  withdrawn: (request) => `Takes the request of ${what(request)} back.`,
};

/** Adds a person's decision; `check` throws when it may not be, and is asked again when others were faster. */
async function decide(
  room: DeploymentRoom,
  requestId: string,
  kind: 'approved' | 'rejected' | 'withdrawn',
  comment: string,
  check: (request: DeploymentRequest, me: Identity, overview: Overview) => void,
): Promise<DeploymentRequest> {
  await catchUp(room);
  const overview = await lookAround(room, requestId);
  const request = requestIn(overview, requestId);
  const { repository } = overview;
  const me = requireIdentity(repository.settings);
  await room.ledger.append(
    {
      kind,
      meaning: meanings[kind]?.(request) ?? kind,
      deployment: request.binding.deployment,
      spec: inRepository(repository, request.spec ?? ''),
      request: request.id,
      comment,
      binding: request.binding,
    },
    (all) => {
      const events = ownEvents(all, repository);
      const requests = projectRequests(events, overview.facts, repository, me, undefined);
      check(requestIn({ requests, events }, request.id), me, overview);
    },
  );
  return requestIn(await lookAround(room), request.id);
}
