import { GalleyError } from '../../engine/errors';
import type { Binding, DeploymentRequest, DeploymentStatus } from '../../engine/deployment/types';
import type { Services } from '../services';
import type { Target } from '../target';
import { ago, facts } from '../facts';
import { approvalFacts, deploymentFacts } from '../views/deployments';
import { askRoot } from './projects';
import { choose, chooseUnlessOne } from './prompts';

/** The deployment that a command is about. */
export async function askDeployment(
  services: Services,
  target: Target | undefined,
  title: string,
  what: string,
  fits: (deployment: DeploymentStatus) => boolean,
): Promise<{ root: string; deployment: DeploymentStatus }> {
  const root = await askRoot(services, target, title);
  const all = await services.engine.request('deployments/list', { root });
  const named = all.filter(
    ({ name, spec }) =>
      (target?.deployment === undefined || name === target.deployment) &&
      (target?.spec === undefined || spec === target.spec),
  );
  const fitting = named.filter(fits);
  if (fitting.length === 0) {
    throw new GalleyError('not-found', `There is no deployment ${what}.`, {
      remedy: 'Look at the Deployments view.',
      action: { title: 'Show Deployments', command: 'galley.deployments.focus' },
    });
  }
  const choices = fitting.map((candidate) => ({
    label: candidate.name,
    description: deploymentFacts(candidate),
    value: candidate,
  }));
  const placeHolder = `Choose the deployment ${what}`;
  const deployment = await (target?.deployment === undefined
    ? choose(title, placeHolder, choices)
    : chooseUnlessOne(title, placeHolder, choices));
  return { root, deployment };
}

/** The deployment request that a command is about; those that wait for this person come first. */
export async function askRequest(
  services: Services,
  target: Target | undefined,
  title: string,
  what: string,
  fits: (request: DeploymentRequest) => boolean,
): Promise<{ root: string; request: DeploymentRequest; status: DeploymentStatus }> {
  const root = await askRoot(services, target, title);
  const all = (await services.engine.request('deployments/list', { root })).flatMap((status) =>
    status.requests.map((request) => ({ root, request, status })),
  );
  const given = all.find(({ request }) => request.id === target?.requestId);
  if (given !== undefined) return given;
  const fitting = all
    .filter(({ request }) => fits(request))
    .filter(({ status }) => target?.deployment === undefined || status.name === target.deployment)
    .sort((a, b) => Number(b.request.waitingForMe) - Number(a.request.waitingForMe));
  if (fitting.length === 0) {
    throw new GalleyError('not-found', `There is no deployment request ${what}.`, {
      remedy: 'Request one first.',
      action: { title: 'Deploy Model', command: 'galley.deployModel' },
    });
  }
  return choose(
    title,
    `Choose the request ${what}`,
    fitting.map((value) => ({
      label: bindingTitle(value.request.binding),
      description: facts(
        value.request.waitingForMe ? 'waiting for you' : value.request.status,
        approvalFacts(value.request),
        ago(value.request.requestedAt),
      ),
      detail: `${value.request.requestedBy.name}: ${value.request.comment || 'no comment'}`,
      value,
    })),
  );
}

/** `card-fraud v12 to production`. */
export function bindingTitle({ model, version, deployment }: Binding): string {
  return `${model} v${version} to ${deployment}`;
}

/** Exactly what an approval is for, a line each. */
export function bindingLines(binding: Binding): string {
  return [
    `Model: ${binding.model} v${binding.version}`,
    `Target: ${binding.target}`,
    `Digest: ${binding.digest.slice(0, 16)}`,
    `Commit: ${binding.commit.slice(0, 12)}`,
    `Policy: ${binding.policyDigest.slice(0, 16)}`,
  ].join('\n');
}
