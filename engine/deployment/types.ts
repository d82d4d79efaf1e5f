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
}

/** One version behind a deployment's address. */
export interface ServedVersion {
  version: string;
  /** Percent of traffic. */
  weight: number;
  port: number;
  process: ProcessIdentity;
  healthy: boolean;
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
}
