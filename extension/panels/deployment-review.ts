import * as vscode from 'vscode';
import type { DeploymentStatus } from '../../engine/deployment/types';
import { errorData } from '../../engine/errors';
import type { DeploymentReview } from '../../engine/protocol';
import type {
  DeploymentNotices,
  FromReviewPage,
  ReviewState,
  ToReviewPage,
} from '../../webviews/deployment-review/contract';
import type { Engine } from '../engine-client';
import { openCommitDiff } from '../commit-diff';
import { savedFields, savedText, type Page, type Session } from './shell';

type ReviewSession = Session<ReviewState>;

function post(session: ReviewSession, message: ToReviewPage): Promise<void> {
  return session.post(message);
}

/** What was shown last, by request: the diff is of these commits. */
type Shown = Map<string, DeploymentReview>;

/** What is wrong with the deployment of a request. */
function noticesOf(requestId: string, deployments: readonly DeploymentStatus[]): DeploymentNotices {
  const status = deployments.find(({ requests }) => requests.some(({ id }) => id === requestId));
  return {
    ...(status?.problem === undefined ? {} : { problem: status.problem }),
    ...(status?.unapproved === undefined ? {} : { unapproved: status.unapproved }),
  };
}

async function send(engine: Engine, shown: Shown, session: ReviewSession): Promise<void> {
  const { root } = session.state;
  const [review, deployments] = await Promise.all([
    engine.request('deployments/review', session.state),
    // That the deployments cannot be read is a problem to show with the review, and does not take its place.
    engine.request('deployments/list', { root }).catch((error: unknown) => errorData(error)),
  ]);
  const notices = Array.isArray(deployments)
    ? noticesOf(review.request.id, deployments)
    : { problem: deployments };
  shown.set(session.state.requestId, review);
  const { model, version, deployment } = review.request.binding;
  session.setTitle(`${model} v${version} to ${deployment}`);
  await post(session, { kind: 'review', review, deployment: notices, state: session.state });
}

/** Runs a command on the request while the page says what goes on, then shows what has become of it. */
async function act(
  engine: Engine,
  shown: Shown,
  session: ReviewSession,
  command: string,
  what: string,
): Promise<void> {
  await post(session, { kind: 'busy', what });
  try {
    await vscode.commands.executeCommand(command, {
      ...session.state,
      // Approving binds to what this page showed, not to what is there by now.
      seen: shown.get(session.state.requestId)?.request.binding,
    });
  } finally {
    await post(session, { kind: 'busy', what: null });
    await send(engine, shown, session).catch((error: unknown) => session.fail(error));
  }
}

/** Everything that a reviewer needs to decide on one deployment request. */
export function reviewPage(engine: Engine): Page<ReviewState, FromReviewPage> {
  const shown: Shown = new Map();
  return {
    name: 'deployment-review',
    icon: 'checklist',
    topics: ['deployments', 'models', 'monitors'],
    title: () => 'Review deployment',
    key: ({ root, requestId }) => JSON.stringify([root, requestId]),
    restore: (saved) => {
      const fields = savedFields(saved);
      const root = savedText(fields['root']);
      const requestId = savedText(fields['requestId']);
      return root === undefined || requestId === undefined ? undefined : { root, requestId };
    },
    send: (session) => send(engine, shown, session),
    async receive(message, session) {
      switch (message.kind) {
        case 'ready':
        case 'reload':
          return send(engine, shown, session);
        case 'approve':
          return act(engine, shown, session, 'galley.approveDeployment', 'Approving');
        case 'reject':
          return act(engine, shown, session, 'galley.rejectDeployment', 'Rejecting');
        case 'withdraw':
          return act(engine, shown, session, 'galley.withdrawDeployment', 'Withdrawing');
        case 'rollout':
          return act(engine, shown, session, 'galley.rollOutDeployment', 'Rolling out');
        case 'openDiff': {
          const review = shown.get(session.state.requestId);
          return review === undefined
            ? undefined
            : openCommitDiff(session.state.root, review.code, message.path);
        }
      }
    },
  };
}
