import { realpathSync } from 'node:fs';
import path from 'node:path';
import type { ModelRegistry, RegistryEdits } from '../../registry/types';
import type { TrackingCapabilities, TrackingStore } from '../../tracking/types';
import { LocalDatabase } from './database';
import { besideFileStore } from '../mlruns/beside';
import { defaultArtifactRoot } from './locations';
import { localRegistry } from './registry';
import { knownRuns } from './runs';
import { localTracking } from './tracking';

/** The store of one project folder: `mlflow.db` and `mlruns/`, MLflow's own. */
export interface LocalStore {
  tracking: TrackingStore & TrackingCapabilities;
  registry: ModelRegistry & RegistryEdits;
  close(): Promise<void>;
}

/**
 * Opens the store of a folder. Nothing is made on disk before the first write; a folder without `mlflow.db` reads as
 * empty, and experiments of a file store in `mlruns` show beside its own. For one process: it must not be used where blocking for some milliseconds harms (the extension host).
 */
export function openLocalStore(root: string): LocalStore {
  const folder = realFolder(root);
  const database = new LocalDatabase(path.join(folder, 'mlflow.db'), defaultArtifactRoot(folder));
  const close = async () => database.close();
  return {
    tracking: besideFileStore(localTracking(database, folder, close), path.join(folder, 'mlruns'), (ids) =>
      database.read((sql) => knownRuns(sql, ids)),
    ),
    registry: localRegistry(database, folder),
    close,
  };
}

/** Artifact locations are written into the store, so they must not depend on a symbolic link that may move. */
function realFolder(root: string): string {
  try {
    return realpathSync(root);
  } catch {
    return path.resolve(root);
  }
}
