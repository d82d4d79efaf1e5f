import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openLocalStore } from '../../../engine/backends';
import { createDeployments } from '../../../engine/deployment/deployments';
import type { ServingTarget, TargetRollout } from '../../../engine/deployment/serving/target';
import type { Deployments } from '../../../engine/deployment/service';
import type { ServingState } from '../../../engine/deployment/types';
import { GalleyError } from '../../../engine/errors';
import { createModelRegistration } from '../../../engine/registry/registration';
import type { ModelRegistry } from '../../../engine/registry/types';
import type { TrackingStore } from '../../../engine/tracking/types';
import { createLocalTraining } from '../../../engine/training/local';
import { git } from './repositories';

export const spec = `version: 1
name: fraud
stages:
  train:
    run: python train.py --model \${{ outputs.model }}
    outputs: {model: build/model}
    metrics: [auc]
    model: {name: fraud, from: outputs.model}
tests:
  good-enough: {metric: auc, minimum: 0.8}
deployments:
  staging:
    model: fraud
    target: local
    serve: {run: "python serve.py --port \${{ port }}", health: /health}
  production:
    model: fraud
    target: local
    after: staging
    serve: {run: "python serve.py --port \${{ port }}", health: /health}
    approvals: {required: 1, from: [li@example.com, sam@example.com], allow-requester: false}
`;

/** A target in memory: serving itself is another suite's. */
export interface MemoryTarget extends ServingTarget {
  rollouts: TargetRollout[];
  /** The next rollout fails like a model server that does not get healthy. */
  failNext: boolean;
}

function memoryTarget(): MemoryTarget {
  const states = new Map<string, ServingState>();
  const target: MemoryTarget = {
    rollouts: [],
    failNext: false,
    rollout: async (request) => {
      if (target.failNext) {
        target.failNext = false;
        throw new GalleyError('failed', 'The model server did not get healthy.');
      }
      target.rollouts.push(request);
      const { deployment, model, version } = request;
      const process = { pid: 1, started: '1' };
      const state: ServingState = {
        deployment,
        model,
        status: 'healthy',
        url: `http://127.0.0.1:1/${deployment}`,
        versions: [{ version, weight: 100, port: 1, process, healthy: true }],
        requests: 0,
        errors: 0,
      };
      states.set(deployment, state);
      return state;
    },
    state: async (deployment) => states.get(deployment),
    stop: async (deployment) => {
      const state = states.get(deployment);
      if (state !== undefined) states.set(deployment, { ...state, status: 'stopped', versions: [] });
    },
  };
  return target;
}

export interface TestProject {
  root: string;
  deployments: Deployments;
  registry: ModelRegistry;
  tracking: TrackingStore;
  target: MemoryTarget;
  /** A finished run with that auc, its model registered; answers the version. */
  train(auc: number): Promise<string>;
  /** The same registry, tracking and target seen from another clone: as with a shared MLflow server. */
  from(root: string): Deployments;
  close(): Promise<void>;
}

/** A project folder on the real local store, with a target in memory. */
export function openTestProject(root: string): TestProject {
  const { tracking, registry, close } = openLocalStore(root);
  const launcher = { command: process.execPath, args: ['never-started.js'] };
  const training = createLocalTraining({ root, tracking, launcher });
  const models = createModelRegistration({ root, tracking, registry, training });
  const target = memoryTarget();
  const from = (folder: string) =>
    createDeployments({
      root: folder,
      registry,
      tracking,
      models,
      target,
      monitorCheck: () => Promise.resolve(undefined),
    });

  async function train(auc: number): Promise<string> {
    const known = await tracking.experimentByName('fraud');
    const experiment = known ?? (await tracking.createExperiment('fraud'));
    const run = await tracking.createRun({
      experimentId: experiment.id,
      startedAt: Date.now(),
      tags: {
        'galley.spec': 'galley.yaml',
        'mlflow.source.git.commit': await git(root, 'rev-parse', 'HEAD'),
      },
    });
    await tracking.log(run.id, { metrics: [{ key: 'auc', value: auc, timestamp: Date.now(), step: 0 }] });
    const model = path.join(folderOf(run.artifactUri), 'model');
    await mkdir(model, { recursive: true });
    await writeFile(path.join(model, 'weights.txt'), `auc ${auc} of ${run.id}\n`);
    await tracking.updateRun(run.id, { status: 'FINISHED', endedAt: Date.now() });
    return (await models.register({ runId: run.id })).version.version;
  }

  return { root, deployments: from(root), registry, tracking, target, train, from, close };
}

function folderOf(artifactUri: string): string {
  return artifactUri.startsWith('file:') ? fileURLToPath(artifactUri) : artifactUri;
}
