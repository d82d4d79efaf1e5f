import type { ErrorData } from '../../engine/errors';
import type { PageRequest } from '../ui/contract';
import type { DeploymentReview } from '../../engine/protocol';

export interface ReviewState {
  root: string;
  requestId: string;
}

/** What is wrong with the deployment itself, whatever the request is. */
export interface DeploymentNotices {
  /** Why nothing can be deployed there now. */
  problem?: ErrorData;
  /** What is in service, or has the alias, without an event of the ledger. */
  unapproved?: string;
}

export type ToReviewPage =
  /** `state` is what the page keeps for the serializer; needed once. */
  | { kind: 'review'; review: DeploymentReview; deployment?: DeploymentNotices; state?: ReviewState }
  | { kind: 'busy'; what: string | null }
  | { kind: 'failure'; error: ErrorData };

export type FromReviewPage =
  | { kind: 'ready' }
  | { kind: 'reload' }
  /** The panel asks for the comment and confirms; the page only says what was pressed. */
  | { kind: 'approve' }
  | { kind: 'reject' }
  | { kind: 'withdraw' }
  | { kind: 'rollout' }
  | { kind: 'openDiff'; path: string }
  | PageRequest;
