import type { Approval, DeploymentRequest, Identity, LedgerEventKind } from '../../engine/deployment/types';
import type { DeploymentReview } from '../../engine/protocol';
import type { GlyphName } from '../ui/glyphs';

/** How far an identity is proven, never shown better than it is. */
export const assuranceWords: Record<
  Identity['assurance'],
  { word: string; explanation: string; icon: GlyphName }
> = {
  signed: { word: 'signed', explanation: 'The ledger entry has a good signature.', icon: 'verified' },
  authenticated: {
    word: 'authenticated',
    explanation: 'Signed in to an account in VS Code.',
    icon: 'account',
  },
  asserted: {
    word: 'asserted',
    explanation: 'The address that git is configured with; nothing proves it.',
    icon: 'unverified',
  },
};

export const eventWords: Record<LedgerEventKind, { word: string; icon: GlyphName }> = {
  requested: { word: 'requested', icon: 'cloud-upload' },
  approved: { word: 'approved', icon: 'pass' },
  rejected: { word: 'rejected', icon: 'circle-slash' },
  withdrawn: { word: 'withdrew', icon: 'discard' },
  'rolled-out': { word: 'rolled out', icon: 'rocket' },
  'rolled-back': { word: 'rolled back', icon: 'debug-restart' },
  alerted: { word: 'alerted', icon: 'warning' },
  acknowledged: { word: 'acknowledged', icon: 'check' },
};

/** Name of a person as short as it is still clear. */
export const personName = ({ name, email }: Pick<Identity, 'name' | 'email'>): string =>
  email || name || 'someone';

const same = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase();

/** `ana@… or sam@…`, `anyone else` */
function list(names: string[]): string {
  if (names.length <= 1) return names[0] ?? '';
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}`;
}

/** Where the request stands, in words and an icon. */
export interface Standing {
  icon: GlyphName;
  /** `waiting` and `done` colour the icon; the words say it too. */
  tone: 'waiting' | 'good' | 'bad' | 'over';
  /** `1 of 2 approvals` */
  headline: string;
  /** `waiting for you or sam@example.com` */
  rest: string;
}

const counted = (approvals: readonly Approval[]): Approval[] => approvals.filter(({ counts }) => counts);

/** How many approvals count, of how many are needed. */
export function approvalCount({ approvals, policy }: DeploymentRequest): string {
  const required = policy?.required ?? 0;
  if (required === 0) return 'No approval needed';
  return `${String(counted(approvals).length)} of ${String(required)} ${required === 1 ? 'approval' : 'approvals'}`;
}

/** Whom the request waits for, as seen by `me`. */
export function waitingFor(request: DeploymentRequest, me: { email: string }): string {
  const { policy, approvals, requestedBy, waitingForMe } = request;
  const done = counted(approvals).map(({ who }) => who.email);
  const open = (policy?.from ?? []).filter(
    (email) =>
      !done.some((other) => same(other, email)) &&
      !same(email, me.email) &&
      (policy?.allowRequester === true || !same(email, requestedBy.email)),
  );
  const others = policy?.from.length === 0 ? ['anyone else'] : open;
  const names = [...(waitingForMe ? ['you'] : []), ...others];
  return names.length === 0 ? '' : `waiting for ${list(names)}`;
}

/** Where the request stands. */
export function standing({ request, me }: DeploymentReview): Standing {
  const { status, reason } = request;
  switch (status) {
    case 'waiting':
      return {
        icon: 'clockface',
        tone: 'waiting',
        headline: approvalCount(request),
        rest: waitingFor(request, me),
      };
    case 'approved':
      return { icon: 'pass', tone: 'good', headline: approvalCount(request), rest: 'ready to roll out' };
    case 'rolled-out':
      return { icon: 'rocket', tone: 'good', headline: 'Rolled out', rest: reason };
    case 'rejected': {
      const { rejection } = request;
      const rest = rejection
        ? `by ${personName(rejection.who)}${rejection.comment ? `: “${rejection.comment}”` : ''}`
        : reason;
      return { icon: 'circle-slash', tone: 'bad', headline: 'Rejected', rest };
    }
    case 'void':
      return { icon: 'error', tone: 'bad', headline: 'Void', rest: reason };
    case 'withdrawn':
      return { icon: 'discard', tone: 'over', headline: 'Withdrawn', rest: reason };
    case 'superseded':
      return { icon: 'discard', tone: 'over', headline: 'Superseded', rest: reason };
  }
}

export type ReviewAction = 'approve' | 'reject' | 'withdraw' | 'rollout';

/** A button of the page. */
export interface ReviewButton {
  action: ReviewAction;
  label: string;
  primary: boolean;
}

/** The buttons that make sense for this person at this moment; each names its effect. */
export function buttons({ request, me }: DeploymentReview): ReviewButton[] {
  const { status, binding, requestedBy, waitingForMe } = request;
  const what = `v${binding.version}`;
  const mine = same(requestedBy.email, me.email);
  const found: ReviewButton[] = [];
  if (status === 'approved') {
    found.push({ action: 'rollout', label: `Roll out ${what} to ${binding.deployment}`, primary: true });
  }
  if (status === 'waiting' && waitingForMe) {
    found.push(
      { action: 'approve', label: `Approve ${what} for ${binding.deployment}`, primary: true },
      { action: 'reject', label: `Reject ${what} for ${binding.deployment}`, primary: false },
    );
  }
  if (mine && (status === 'waiting' || status === 'approved')) {
    found.push({ action: 'withdraw', label: 'Withdraw the request', primary: false });
  }
  return found;
}
