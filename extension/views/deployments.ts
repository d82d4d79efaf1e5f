import type { DeploymentRequest, DeploymentStatus } from '../../engine/deployment/types';
import type { Engine } from '../engine-client';
import { ago, counted, facts, moment } from '../facts';
import { tooltip } from '../markdown';
import { requestIcon, servingIcon } from './state-icons';
import type { LoadNodes, TreeNode } from './tree';

const settledShown = 5;

/** Whether something can still be done with a request. */
export function isOpen({ status }: DeploymentRequest): boolean {
  return status === 'waiting' || status === 'approved';
}

/** `1 of 2 approvals`, or nothing when none is needed. */
export function approvalFacts(request: DeploymentRequest): string | undefined {
  if (request.policy === undefined || request.policy.required === 0) return undefined;
  const counting = request.approvals.filter(({ counts }) => counts).length;
  return `${counting} of ${counted(request.policy.required, 'approval')}`;
}

function requestFacts(request: DeploymentRequest): string {
  if (request.status !== 'waiting') {
    return facts(request.status.replace('-', ' '), request.requestedBy.name, ago(request.requestedAt));
  }
  const by = `requested by ${request.requestedBy.name}`;
  // A narrow side bar shows only the first fact.
  return request.waitingForMe
    ? facts('waiting for you', by, approvalFacts(request))
    : facts(by, approvalFacts(request), ago(request.requestedAt));
}

function requestContext({ status, waitingForMe }: DeploymentRequest): string {
  if (status === 'waiting') return waitingForMe ? 'request.waiting.mine' : 'request.waiting';
  return status === 'approved' ? 'request.approved' : 'request.settled';
}

function requestNode(root: string, request: DeploymentRequest): TreeNode {
  const { binding } = request;
  const target = { root, requestId: request.id };
  return {
    id: `${root}/request/${request.id}`,
    label: `v${binding.version}`,
    description: requestFacts(request),
    tooltip: tooltip(`${binding.model} v${binding.version} to ${binding.deployment}`, request.comment, [
      ['State', request.reason],
      [
        'Requested by',
        `${request.requestedBy.name} <${request.requestedBy.email}>, ${request.requestedBy.assurance}`,
      ],
      ['Requested', moment(request.requestedAt)],
      ...request.approvals.map(({ who, comment, counts, why }): [string, string] => [
        counts ? 'Approved by' : 'Approval that does not count',
        [`${who.name} <${who.email}>, ${who.assurance}`, comment, why].filter(Boolean).join(': '),
      ]),
      ['Rejected by', request.rejection === undefined ? undefined : request.rejection.who.name],
      ['Digest', binding.digest.slice(0, 12)],
      ['Commit', binding.commit.slice(0, 7)],
    ]),
    icon: requestIcon(request.status, request.waitingForMe),
    contextValue: requestContext(request),
    target,
    command: { title: 'Review Deployment', command: 'galley.reviewDeployment', arguments: [target] },
  };
}

/** A deployment's state in at most three facts. */
export function deploymentFacts({ version, serving }: DeploymentStatus): string {
  if (version === undefined) return 'nothing in service';
  return facts(
    `v${version}`,
    serving?.status ?? 'not running',
    serving === undefined || serving.requests === 0 ? undefined : counted(serving.requests, 'request'),
  );
}

function deploymentContext({ version, previousVersion, serving }: DeploymentStatus): string {
  const states = ['deployment'];
  if (serving !== undefined && serving.status !== 'stopped') states.push('serving');
  if (version !== undefined && previousVersion !== undefined) states.push('revertible');
  return states.join('.');
}

function deploymentNode(root: string, deployment: DeploymentStatus): TreeNode {
  const { serving, policy } = deployment;
  const requests = deployment.requests.toSorted((a, b) => b.requestedAt - a.requestedAt);
  const open = requests.filter(isOpen);
  const settled = requests.filter((request) => !isOpen(request)).slice(0, settledShown);
  const shown = [...open, ...settled];
  return {
    // The editor remembers by id whether a node is open; a new request must open it once.
    id: `${root}/deployment/${deployment.spec}/${deployment.name}${open.length > 0 ? '#open' : ''}`,
    label: deployment.name,
    description: deploymentFacts(deployment),
    tooltip: tooltip(deployment.name, serving?.reason, [
      ['Model', deployment.model],
      ['Target', deployment.target],
      ['Address', serving?.url],
      ['Before', deployment.previousVersion === undefined ? undefined : `v${deployment.previousVersion}`],
      [
        'Approvals',
        policy === undefined ? 'none needed' : `${policy.required} of ${policy.from.join(', ') || 'anyone'}`,
      ],
      ['Errors', serving === undefined || serving.errors === 0 ? undefined : String(serving.errors)],
    ]),
    icon: servingIcon(serving),
    contextValue: deploymentContext(deployment),
    target: {
      root,
      spec: deployment.spec,
      deployment: deployment.name,
      model: deployment.model,
    },
    ...(shown.length === 0
      ? {}
      : {
          expanded: open.length > 0,
          children: () => Promise.resolve(shown.map((request) => requestNode(root, request))),
        }),
  };
}

/** Deployments with what is in service, and their requests: open ones first. */
export function deploymentNodes(engine: Engine): LoadNodes {
  return async (root) =>
    (await engine.request('deployments/list', { root })).map((deployment) =>
      deploymentNode(root, deployment),
    );
}
