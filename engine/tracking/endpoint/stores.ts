import type { ModelRegistry, RegistryEdits } from '../../registry/types';
import type {
  ExperimentLifecycle,
  LocalArtifacts,
  LoggedModelStore,
  TrackingCapabilities,
  TrackingStore,
} from '../types';
import { RestError } from './errors';
import type { Fields } from './fields';

/** What the routes answer from. */
export interface Stores {
  tracking: TrackingStore & Partial<TrackingCapabilities>;
  registry: ModelRegistry & Partial<RegistryEdits>;
  /** A run that only its run process ends. */
  ownedRunId?: string;
}

/** One call of MLflow's REST API. */
export interface Route {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `/api/2.0/mlflow/`; `{name}` is a path parameter and becomes a field. */
  path: string;
  answer(stores: Stores, fields: Fields): Promise<object>;
}

function lacking(what: string): RestError {
  return new RestError('NOT_IMPLEMENTED', `This tracking backend has no ${what}.`);
}

/** @throws RestError `NOT_IMPLEMENTED` when the store has none */
export function experimentLifecycle({ tracking }: Stores): ExperimentLifecycle {
  if (!('renameExperiment' in tracking)) throw lacking('changes of experiments');
  return tracking as ExperimentLifecycle;
}

/** @throws RestError `NOT_IMPLEMENTED` when the store has none */
export function loggedModelStore({ tracking }: Stores): LoggedModelStore {
  if (!hasLoggedModels(tracking)) throw lacking('logged models');
  return tracking;
}

/** Whether a store keeps MLflow 3's logged models. */
export function hasLoggedModels(tracking: Stores['tracking']): tracking is TrackingStore & LoggedModelStore {
  return 'createLoggedModel' in tracking;
}

/** @throws RestError `NOT_IMPLEMENTED` when artifacts are elsewhere */
export function localArtifacts({ tracking }: Stores): LocalArtifacts {
  if (!('localArtifactPath' in tracking)) throw lacking('artifacts on this machine');
  return tracking as LocalArtifacts;
}

/** @throws RestError `NOT_IMPLEMENTED` when the registry has none */
export function registryEdits({ registry }: Stores): RegistryEdits {
  if (!('describeModel' in registry)) throw lacking('edits of models');
  return registry as RegistryEdits;
}
