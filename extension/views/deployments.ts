import type { DeploymentRequest, DeploymentStatus } from '../../engine/deployment/types';
import { fromErrorData, type ErrorData } from '../../engine/errors';
import type { Engine } from '../engine-client';
import { ago, counted, facts, moment } from '../facts';
import { tooltip } from '../markdown';
import type { Target } from '../target';
import { requestIcon, servingIcon } from './state-icons';
import { failureNode, icon, type LoadNodes, type TreeNode } from './tree';

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
  const unshared = request.unshared !== undefined && 'not pushed yet';
  if (request.status !== 'waiting') {
    const state = request.status.replace('-', ' ');
    return facts(state, unshared, request.requestedBy.name, ago(request.requestedAt));
  }
  const by = `requested by ${request.requestedBy.name}`;
  // A narrow side bar shows only the first fact.
  return request.waitingForMe
    ? facts('waiting for you', unshared, by, approvalFacts(request))
    : facts(unshared, approvalFacts(request), by, ago(request.requestedAt));
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
      ['Only on this machine', request.unshared],
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
export function deploymentFacts({ version, serving, unapproved }: DeploymentStatus): string {
  const foreign = unapproved !== undefined && 'unapproved change';
  if (version === undefined) return facts(foreign, 'nothing in service');
  return facts(
    foreign,
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

/** The row that says what is in service, or has the alias, without a rollout. */
function unapprovedNode(id: string, target: Target, unapproved: string): TreeNode {
  return {
    id: `${id}/unapproved`,
    label: 'Unapproved change',
    description: unapproved,
    tooltip: tooltip('Unapproved change', unapproved, []),
    icon: icon('warning', 'list.warningForeground'),
    contextValue: 'unapproved',
    target,
    command: { title: 'Show Models', command: 'galley.models.focus' },
  };
}

/** @param problem why nothing can be deployed here, unless it is said once for all deployments */
function deploymentNode(
  root: string,
  deployment: DeploymentStatus,
  problem: ErrorData | undefined,
): TreeNode {
  const { name, spec, model, serving, policy, unapproved } = deployment;
  const requests = deployment.requests.toSorted((a, b) => b.requestedAt - a.requestedAt);
  const open = requests.filter(isOpen);
  const settled = requests.filter((request) => !isOpen(request)).slice(0, settledShown);
  const id = `${root}/deployment/${spec}/${name}`;
  const target = { root, spec, deployment: name, model };
  const urgent = [
    ...(problem === undefined ? [] : [failureNode(id, root, fromErrorData(problem))]),
    ...(unapproved === undefined ? [] : [unapprovedNode(id, target, unapproved)]),
    ...open.map((request) => requestNode(root, request)),
  ];
  const children = [...urgent, ...settled.map((request) => requestNode(root, request))];
  return {
    // The editor remembers by id whether a node is open; something new to see to must open it once.
    id: `${id}${urgent.length > 0 ? '#open' : ''}`,
    label: name,
    description: deploymentFacts(deployment),
    tooltip: tooltip(name, unapproved ?? serving?.reason, [
      ['Model', model],
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
    target,
    ...(children.length === 0
      ? {}
      : { expanded: urgent.length > 0, children: () => Promise.resolve(children) }),
  };
}

/** The problem that all deployments have, so that it is said once: no repository, a remote that does not answer. */
function sharedProblem([first, ...others]: readonly DeploymentStatus[]): ErrorData | undefined {
  const problem = first?.problem;
  return others.every((other) => other.problem?.message === problem?.message) ? problem : undefined;
}

/** Deployments with what is in service, and their requests: open ones first. */
export function deploymentNodes(engine: Engine): LoadNodes {
  return async (root) => {
    const deployments = await engine.request('deployments/list', { root });
    const shared = sharedProblem(deployments);
    const nodes = deployments.map((deployment) =>
      deploymentNode(root, deployment, shared === undefined ? deployment.problem : undefined),
    );
    return shared === undefined ? nodes : [failureNode(root, root, fromErrorData(shared)), ...nodes];
  };
}
