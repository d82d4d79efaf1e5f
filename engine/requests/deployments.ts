import type { Handlers, MethodsOf } from './handlers';

export const deploymentHandlers: Handlers<MethodsOf<'deployments'>> = {
  'deployments/list': (project) => project.deployments.list(),
  'deployments/request': (project, { request }) => project.deployments.request(request),
  'deployments/review': (project, { requestId }) => project.deployments.review(requestId),
  'deployments/approve': (project, { requestId, comment, expected }) =>
    project.deployments.approve(requestId, comment, expected),
  'deployments/reject': (project, { requestId, comment }) => project.deployments.reject(requestId, comment),
  'deployments/withdraw': (project, { requestId, comment }) =>
    project.deployments.withdraw(requestId, comment),
  'deployments/rollout': (project, { requestId }) => project.deployments.rollout(requestId),
  'deployments/rollback': (project, { spec, deployment, comment }) =>
    project.deployments.rollback(spec, deployment, comment),
  'deployments/stop': (project, { spec, deployment }) => project.deployments.stop(spec, deployment),
};
