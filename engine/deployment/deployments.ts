import { approve, reject, withdraw } from './decisions';
import { verifyLedger } from './ledger/verification';
import { lookAround, openRoom, ownEvents, requestIn, type DeploymentParts } from './overview';
import { noRepository, inRepository, type Repository } from './repository';
import { requestDeployment } from './request';
import { reviewRequest } from './review';
import { rollback, rollout } from './rollout';
import type { Deployments } from './service';
import { allStatuses, statusOf } from './status';

export type { DeploymentParts } from './overview';

/** Deployments of one project folder, recorded in the git repository that the folder lies in. */
export function createDeployments(parts: DeploymentParts): Deployments {
  const room = openRoom(parts);
  const { ledger, target } = room;

  async function repository(): Promise<Repository> {
    const found = await ledger.repository();
    if (found === undefined) throw noRepository(parts.root);
    return found;
  }

  return {
    list: () => allStatuses(room),
    request: (request) => requestDeployment(room, request),
    find: async (requestId) => requestIn(await lookAround(room), requestId),
    review: (requestId) => reviewRequest(room, requestId),
    approve: (requestId, comment, expected) => approve(room, requestId, comment, expected),
    reject: (requestId, comment) => reject(room, requestId, comment),
    withdraw: (requestId, comment) => withdraw(room, requestId, comment),
    rollout: (requestId) => rollout(room, requestId),
    rollback: (spec, deployment, comment) => rollback(room, spec, deployment, comment),
    stop: async (spec, deployment) => {
      await statusOf(room, spec, deployment);
      await target.stop(deployment);
      return statusOf(room, spec, deployment);
    },
    events: async (deployment) => {
      const found = await ledger.repository();
      if (found === undefined) return [];
      const events = ownEvents(await ledger.events(), found);
      return deployment === undefined ? events : events.filter((event) => event.deployment === deployment);
    },
    refresh: () => ledger.refresh(),
    record: async ({ kind, spec, deployment, comment, detail }) => {
      const meaning =
        kind === 'alerted'
          ? `A monitor of ${deployment} raised an alert.`
          : 'Someone took note of the alert.';
      const file = spec ?? (await allStatuses(room)).find(({ name }) => name === deployment)?.spec;
      const where = inRepository(await repository(), file ?? 'galley.yaml');
      return (await ledger.append({ kind, meaning, deployment, spec: where, comment, detail })).event;
    },
    verify: async () => verifyLedger(await repository()),
  };
}
