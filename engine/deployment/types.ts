import type { ErrorData } from '../errors';
import type { ApprovalPolicy, RolloutSpec } from '../pipeline/spec';
import type { ProcessIdentity } from '../training/types';

/** Who did something, and how far that is proven; never shown better than it is. */
export interface Identity {
  name: string;
  email: string;
  /** `signed`: the ledger commit has a good signature; `authenticated`: a VS Code account; `asserted`: git's user.email. */
  assurance: 'signed' | 'authenticated' | 'asserted';
}

/** Exactly what an approval is for. If any of it changes afterwards, the approval is void. */
export interface Binding {
  model: string;
  version: string;
  /** sha256 over the artifact's files. */
  digest: string;
  /** Commit of the pipeline's repository. */
  commit: string;
  deployment: string;
  target: string;
  /** sha256 over the deployment's policy as read from the default branch. */
  policyDigest: string;
}

export type LedgerEventKind =
  | 'requested'
  | 'approved'
  | 'rejected'
  | 'withdrawn'
  | 'rolled-out'
  | 'rolled-back'
  | 'alerted'
  | 'acknowledged';

/** One commit on the ledger branch. */
export interface LedgerEvent {
  /** Commit id of the event. */
  id: string;
  kind: LedgerEventKind;
  /** The request that the event belongs to: the id of its `requested` event; its own id for that one. */
  request?: string;
  deployment: string;
  at: number;
  who: Identity;
  /** The person's own words. */
  comment: string;
  binding?: Binding;
  /** More facts of the event, e.g. the evidence of an alert. */
  detail?: Record<string, unknown>;
  /** Spec file that the deployment is of, relative to the top of the repository, with `/`. */
  spec?: string;
  /** What the event stands for, one sentence. */
  meaning?: string;
  /** True while only this machine has it: it could not be pushed yet. */
  unshared?: true;
  /** Ids that it had before it was put on top of what others had pushed first. */
  earlierIds?: string[];
}

export type RequestStatus =
  'waiting' | 'approved' | 'rejected' | 'withdrawn' | 'void' | 'rolled-out' | 'superseded';

export interface Approval {
  who: Identity;
  at: number;
  comment: string;
  counts: boolean;
  /** Why it does not count. */
  why?: string;
}

export interface DeploymentRequest {
  id: string;
  binding: Binding;
  requestedBy: Identity;
  requestedAt: number;
  comment: string;
  status: RequestStatus;
  /** Why it is in that status, one sentence. */
  reason: string;
  policy: ApprovalPolicy | undefined;
  approvals: Approval[];
  rejection?: { who: Identity; at: number; comment: string };
  /** True when the person at this machine could approve it now. */
  waitingForMe: boolean;
  /** Spec file, relative to the project's folder. */
  spec?: string;
  /** Set while only this machine has some of its events; says why. */
  unshared?: string;
}

/** One version behind a deployment's address. */
export interface ServedVersion {
  version: string;
  /** Percent of traffic. */
  weight: number;
  port: number;
  process: ProcessIdentity;
  healthy: boolean;
  /** Requests that this version was given since it started, and how many of them failed (5xx or no answer). */
  requests?: number;
  errors?: number;
}

/** The newest rollout that a local serve process was given. */
export interface ServingRollout {
  /** Of this rollout, not of the request. */
  id: string;
  version: string;
  status: 'running' | 'done' | 'failed';
  /** Percent of traffic that the new version has. */
  percent: number;
  /** Why it failed, with the last lines of the model server. */
  reason?: string;
}

/** State of a local serve process: `.galley/serving/<deployment>/state.json`. */
export interface ServingState {
  deployment: string;
  model: string;
  status: 'starting' | 'healthy' | 'unhealthy' | 'stopped';
  reason?: string;
  /** Address for callers, e.g. `http://127.0.0.1:41234`. */
  url?: string;
  versions: ServedVersion[];
  process?: ProcessIdentity;
  startedAt?: number;
  requests: number;
  errors: number;
  rollout?: ServingRollout;
}

/** What is known of one deployment of the spec now. */
export interface DeploymentStatus {
  name: string;
  spec: string;
  model: string;
  target: string;
  /** Version in service according to the ledger. */
  version?: string;
  previousVersion?: string;
  serving?: ServingState;
  requests: DeploymentRequest[];
  rollout: RolloutSpec;
  policy: ApprovalPolicy | undefined;
  /** Why nothing can be deployed now (not on the default branch, no repository, a damaged ledger). */
  problem?: ErrorData;
  /** Set when something is in service, or has the alias, that no event of the ledger put there; says what. */
  unapproved?: string;
}

export interface RequestDeployment {
  spec: string;
  deployment: string;
  /** Version number or alias; absent: the newest version. */
  version?: string;
  comment: string;
}

/** Answers after a rollout or rollback is done or has failed. */
export interface RolloutResult {
  status: DeploymentStatus;
  url: string;
  /** What could not be done after the version was in service (alias not moved, event not pushed), a sentence each. */
  warnings?: string[];
}

/** What walking the whole ledger found. */
export interface LedgerVerification {
  /** Newest commit; absent when there is no ledger yet. */
  head?: string;
  events: number;
  /** Events whose commit has a good signature of the person. */
  signed: number;
  /** Events that only this machine has. */
  unshared: number;
  /** Whether the remote's ledger was compared too. */
  remote: 'same' | 'compared' | 'unreachable' | 'none';
  /** Empty: the ledger is sound. */
  problems: { commit?: string; message: string }[];
}
