import type {
  Binding,
  DeploymentRequest,
  DeploymentStatus,
  LedgerEvent,
  LedgerVerification,
  RequestDeployment,
  RolloutResult,
} from './types';
import type { DeploymentReview } from '../protocol';

/** What monitoring puts on the ledger. */
export interface AlertEvent {
  kind: 'alerted' | 'acknowledged';
  /** Spec file of the deployment, relative to the project's folder; found by the deployment's name when not given. */
  spec?: string;
  deployment: string;
  comment: string;
  /** The evidence, e.g. the alert with its columns. */
  detail: Record<string, unknown>;
}

/** Requests, approvals, rollout and rollback; every one is an event on the ledger. */
export interface Deployments {
  /** All deployments of all specs. */
  list(): Promise<DeploymentStatus[]>;
  request(request: RequestDeployment): Promise<DeploymentRequest>;
  find(requestId: string): Promise<DeploymentRequest>;
  review(requestId: string): Promise<DeploymentReview>;
  approve(requestId: string, comment: string, expected: Binding): Promise<DeploymentRequest>;
  reject(requestId: string, comment: string): Promise<DeploymentRequest>;
  withdraw(requestId: string, comment: string): Promise<DeploymentRequest>;
  /** Refused with `policy` before the approvals are there, whoever asks. */
  rollout(requestId: string): Promise<RolloutResult>;
  rollback(spec: string, deployment: string, comment: string): Promise<RolloutResult>;
  stop(spec: string, deployment: string): Promise<DeploymentStatus>;
  /** Oldest first. */
  events(deployment?: string): Promise<LedgerEvent[]>;
  /**
   * Brings the ledger of the remote, when there is one, and pushes what could not be pushed before; answers whether
   * anything new came. `unreachable` when the remote does not answer, `corrupt` when its history was rewritten.
   */
  refresh(): Promise<boolean>;
  /** Puts an alert, or that someone took note of it, on the ledger. */
  record(event: AlertEvent): Promise<LedgerEvent>;
  /** Walks the whole ledger; finds what was tampered with. */
  verify(): Promise<LedgerVerification>;
}
