import type { ApprovalPolicy } from '../pipeline/spec';
import { bindingDifferences, sentence } from './binding';
import { samePerson } from './identity';
import type { Approval, Binding, DeploymentRequest, LedgerEvent, RequestStatus } from './types';

/** What is true now of what an open request binds to. */
export interface RequestFacts {
  /** The deployment's policy on the default branch. */
  policy: ApprovalPolicy | undefined;
  /** What the request would bind to now; parts that cannot be known on this machine are absent. */
  now: Partial<Binding>;
  /** Why a part is absent. */
  unknown?: string;
  /** Set when the deployment itself is gone from the default branch: the request is void. */
  gone?: string;
}

/** Facts of the open requests by request id. */
export type FactsByRequest = ReadonlyMap<string, RequestFacts>;

/** A request with its events, before anything is decided. */
interface Course {
  requested: LedgerEvent;
  binding: Binding;
  approvals: { event: LedgerEvent; late?: string }[];
  end?: { status: RequestStatus; reason: string; event: LedgerEvent };
  events: LedgerEvent[];
}

/** Follows every request through the events; `end` is set when nothing can open it again. */
function courses(events: readonly LedgerEvent[]): Map<string, Course> {
  const found = new Map<string, Course>();
  const open = new Map<string, Course>();
  for (const event of events) {
    if (event.kind === 'requested' && event.binding !== undefined) {
      const key = `${event.spec ?? ''}\n${event.deployment}`;
      const course = { requested: event, binding: event.binding, approvals: [], events: [event] };
      const before = open.get(key);
      if (before !== undefined && before.end === undefined) {
        before.end = { status: 'superseded', reason: `${person(event)} made a newer request.`, event };
      }
      found.set(event.id, course);
      open.set(key, course);
      continue;
    }
    const course = event.request === undefined ? undefined : found.get(event.request);
    if (course === undefined) continue;
    course.events.push(event);
    follow(course, event);
  }
  return found;
}

function follow(course: Course, event: LedgerEvent): void {
  const { end } = course;
  if (event.kind === 'approved') {
    course.approvals.push({
      event,
      ...(end === undefined ? {} : { late: `it came when the request was ${end.status}` }),
    });
    return;
  }
  if (end !== undefined) return;
  if (event.kind === 'rejected') {
    course.end = { status: 'rejected', reason: `${person(event)} rejected it.`, event };
  } else if (event.kind === 'rolled-out') {
    course.end = { status: 'rolled-out', reason: `${person(event)} rolled it out.`, event };
  } else if (event.kind === 'withdrawn' && samePerson(event.who.email, course.requested.who.email)) {
    course.end = { status: 'withdrawn', reason: `${person(event)} withdrew it.`, event };
  }
}

/** `requested` events whose requests may still be decided; only for these facts are needed. */
export function openRequests(events: readonly LedgerEvent[]): LedgerEvent[] {
  return [...courses(events).values()]
    .filter(({ end }) => end === undefined)
    .map(({ requested }) => requested);
}

/**
 * What all events say of every request, newest request first. Pure: the same events and facts give the same answer
 * on every machine.
 * @param me e-mail address of the person at this machine
 */
export function foldRequests(
  events: readonly LedgerEvent[],
  facts: FactsByRequest,
  me?: string,
): DeploymentRequest[] {
  return [...courses(events).values()].reverse().map((course) => settle(course, facts, me));
}

function settle(course: Course, allFacts: FactsByRequest, me: string | undefined): DeploymentRequest {
  const { requested, binding, end } = course;
  const facts = allFacts.get(requested.id);
  // Once a request has ended, the policy of its time tells how it ended; before, only the policy of now counts.
  const policy = end === undefined && facts !== undefined ? facts.policy : recordedPolicy(requested);
  const counted = countApprovals(course, policy);
  const request: DeploymentRequest = {
    id: requested.id,
    binding,
    requestedBy: requested.who,
    requestedAt: requested.at,
    comment: requested.comment,
    ...decide(course, counted, policy, facts),
    policy,
    approvals: counted,
    waitingForMe: false,
  };
  if (requested.spec !== undefined) request.spec = requested.spec;
  if (end?.status === 'rejected') {
    request.rejection = { who: end.event.who, at: end.event.at, comment: end.event.comment };
  }
  request.waitingForMe =
    request.status === 'waiting' &&
    me !== undefined &&
    facts !== undefined &&
    whyNotApprove(request, me) === undefined;
  return request;
}

function countApprovals(course: Course, policy: ApprovalPolicy | undefined): Approval[] {
  const counted: string[] = [];
  return course.approvals.map(({ event, late }) => {
    const { who, at, comment } = event;
    const why = late ?? whyUncounted(course, event, policy, counted);
    if (why !== undefined) return { who, at, comment, counts: false, why };
    counted.push(who.email);
    return { who, at, comment, counts: true };
  });
}

function whyUncounted(
  course: Course,
  event: LedgerEvent,
  policy: ApprovalPolicy | undefined,
  counted: string[],
): string | undefined {
  if (event.binding === undefined) return 'it does not say what it is for';
  const [difference] = bindingDifferences(course.binding, event.binding);
  if (difference !== undefined) return `it is for something else: ${difference}`;
  return whyNotReviewer(course.requested.who.email, event.who.email, policy, counted);
}

function whyNotReviewer(
  requester: string,
  reviewer: string,
  policy: ApprovalPolicy | undefined,
  counted: string[],
): string | undefined {
  if (policy !== undefined && !policy.allowRequester && samePerson(requester, reviewer)) {
    return 'the requester does not count as a reviewer';
  }
  if (
    policy !== undefined &&
    policy.from.length > 0 &&
    !policy.from.some((one) => samePerson(one, reviewer))
  ) {
    return `${reviewer} is not among the reviewers of the policy`;
  }
  if (counted.some((one) => samePerson(one, reviewer))) return `${reviewer} counts once`;
  return undefined;
}

/** Why a person's approval of a waiting request would not count, or undefined. */
export function whyNotApprove(request: DeploymentRequest, email: string): string | undefined {
  const counted = request.approvals.filter(({ counts }) => counts).map(({ who }) => who.email);
  return whyNotReviewer(request.requestedBy.email, email, request.policy, counted);
}

/** Whether a person may stop a request: a reviewer of its policy, or anyone when it names none. */
export function mayReject(request: DeploymentRequest, email: string): boolean {
  const from = request.policy?.from ?? [];
  return from.length === 0 || from.some((one) => samePerson(one, email));
}

/** How many approvals count. */
export function countedApprovals(request: DeploymentRequest): number {
  return request.approvals.filter(({ counts }) => counts).length;
}

function decide(
  course: Course,
  approvals: Approval[],
  policy: ApprovalPolicy | undefined,
  facts: RequestFacts | undefined,
): { status: RequestStatus; reason: string } {
  const { end } = course;
  if (end !== undefined) return { status: end.status, reason: end.reason };
  if (facts?.gone !== undefined) return { status: 'void', reason: facts.gone };
  const differences = facts === undefined ? [] : bindingDifferences(course.binding, facts.now);
  if (differences.length > 0) {
    return { status: 'void', reason: `${sentence(differences)} Request it again.` };
  }
  const known = facts !== undefined && facts.unknown === undefined;
  const unknown = known ? '' : ' The artifact is not on this machine; the rollout compares its digest.';
  const required = policy?.required ?? 0;
  if (required === 0) return { status: 'approved', reason: `No approval is needed.${unknown}` };
  const counted = approvals.filter(({ counts }) => counts).map(({ who }) => who.email);
  const count = `${counted.length} of ${required} ${required === 1 ? 'approval' : 'approvals'}`;
  if (counted.length >= required) return { status: 'approved', reason: `${count}.${unknown}` };
  const reviewers = (policy?.from ?? []).filter(
    (one) => whyNotReviewer(course.requested.who.email, one, policy, counted) === undefined,
  );
  const waits = reviewers.length === 0 ? '' : `; waits for ${reviewers.join(' or ')}`;
  return { status: 'waiting', reason: `${count}${waits}.${unknown}` };
}

/** The policy that a `requested` event wrote down, for requests that have ended. */
function recordedPolicy(requested: LedgerEvent): ApprovalPolicy | undefined {
  const policy = requested.detail?.['policy'];
  if (typeof policy !== 'object' || policy === null) return undefined;
  const { required, from, allowRequester } = policy as Record<string, unknown>;
  if (typeof required !== 'number' || !Array.isArray(from)) return undefined;
  return {
    required,
    from: from.filter((one) => typeof one === 'string'),
    allowRequester: allowRequester === true,
  };
}

function person(event: LedgerEvent): string {
  return event.who.name || event.who.email;
}
