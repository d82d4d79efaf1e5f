import type { TrackingStore } from '../tracking/types';
import { addBackend, readBackends } from './config';
import { localStatus } from './local/status';
import { mlflowStatus } from './mlflow/status';
import type { BackendConfig, Backends, BackendStatus } from './types';

export { openLocalStore } from './local/store';
export { openMlflowServer } from './mlflow/server';

type StatusOf = (backend: BackendConfig) => Promise<BackendStatus>;

/** The one list of backends: adding one is adding a folder and a line here. */
const kinds: Record<string, StatusOf> = {
  mlflow: mlflowStatus,
};

async function statusOf(backend: BackendConfig): Promise<BackendStatus> {
  const known = kinds[backend.kind];
  if (known !== undefined) return known(backend);
  return {
    name: backend.name,
    kind: backend.kind,
    address: backend.url ?? '',
    capabilities: [],
    state: 'unsupported',
    summary: `${backend.kind} comes with a later version`,
    remedy: 'It stays in .galley/backends.yaml and does no harm.',
  };
}

/** The backends of a project: the built-in `local` first, then those of `.galley/backends.yaml`. */
export function createBackends(root: string, tracking: TrackingStore): Backends {
  return {
    list: async () => Promise.all([localStatus(root, tracking), ...(await readBackends(root)).map(statusOf)]),
    add: async (backend) => {
      await addBackend(root, backend);
      return statusOf(backend);
    },
  };
}
