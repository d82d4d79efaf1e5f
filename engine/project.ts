import type { BackendConfig, BackendStatus } from './backends/types';
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
  backends: { list(): Promise<BackendStatus[]>; add(backend: BackendConfig): Promise<BackendStatus> };
  close(): Promise<void>;
}
