import { createBackends, openLocalStore } from './backends';
import { alertEvent } from './deployment/alert-event';
import { createDeployments } from './deployment/deployments';
import { createLocalTarget } from './deployment/serving/target';
import { createMonitors } from './monitoring/monitors';
import type { CliLauncher } from './processes/cli';
import { createModelRegistration } from './registry/registration';
import { createLocalTraining } from './training/local';
import type { Backends } from './backends/types';
import type { Deployments } from './deployment/service';
import type { Monitors } from './monitoring/service';
import type { ModelRegistration } from './registry/service';
import type { ModelRegistry } from './registry/types';
import type { TrackingStore } from './tracking/types';
import type { TrainingBackend } from './training/types';

/** Everything of one project folder, wired. The CLI and the engine server both open it. */
export interface Project {
  /** Absolute, real path. */
  root: string;
  tracking: TrackingStore;
  registry: ModelRegistry;
  models: ModelRegistration;
  training: TrainingBackend;
  deployments: Deployments;
  monitors: Monitors;
  backends: Backends;
  close(): Promise<void>;
}

/**
 * Opens a project on its local backend. Nothing is made on disk before the first write.
 * @param root the folder that holds the spec files
 * @param launcher how this process starts `galley` for runs, serving and monitors that outlive it
 */
export async function openProject(root: string, launcher: CliLauncher): Promise<Project> {
  const { tracking, registry, close } = openLocalStore(root);
  const training = createLocalTraining({ root, tracking, launcher });
  const models = createModelRegistration({ root, tracking, registry, training });
  const monitors = createMonitors({
    root,
    training,
    launcher,
    onAlert: async (alert) => {
      const event = alertEvent('alerted', alert);
      if (event !== undefined) await deployments.record(event);
    },
    onAcknowledge: async (alert) => {
      const event = alertEvent('acknowledged', alert);
      if (event !== undefined) await deployments.record(event);
    },
  });
  const deployments: Deployments = createDeployments({
    root,
    registry,
    tracking,
    models,
    target: createLocalTarget({ root, launcher }),
    monitorCheck: async (deployment) =>
      (await monitors.list())
        .filter((monitor) => monitor.deployment === deployment)
        .flatMap((monitor) => monitor.last ?? [])
        .sort((a, b) => b.at - a.at)[0],
  });
  return {
    root,
    tracking,
    registry,
    models,
    training,
    deployments,
    monitors,
    backends: createBackends(root, tracking),
    close,
  };
}
