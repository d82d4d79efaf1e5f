import type { ModelRegistry, RegistryEdits } from '../../registry/types';
import type { ExperimentLifecycle, LoggedModelStore, TrackingStore } from '../../tracking/types';
import { connect, type MlflowServerOptions } from './connection';
import { serverRegistry } from './registry';
import { serverTracking } from './tracking';

/** An MLflow server's stores. */
export interface MlflowServer {
  tracking: TrackingStore & ExperimentLifecycle & LoggedModelStore;
  registry: ModelRegistry & RegistryEdits;
  close(): Promise<void>;
}

/**
 * Opens an MLflow server (or Databricks) over its REST API. Nothing is asked before the first call.
 * @throws GalleyError `invalid` when the address is none
 */
export function openMlflowServer(options: MlflowServerOptions): MlflowServer {
  const connection = connect(options);
  const close = async () => connection.close();
  return { tracking: serverTracking(connection, close), registry: serverRegistry(connection), close };
}
