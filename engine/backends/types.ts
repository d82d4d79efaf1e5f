export type Capability = 'tracking' | 'registry' | 'training' | 'serving' | 'approval';

/** One entry of `.galley/backends.yaml`, or the built-in `local`. */
export interface BackendConfig {
  name: string;
  kind: string;
  url?: string;
}

export interface BackendStatus {
  name: string;
  kind: string;
  address: string;
  capabilities: Capability[];
  /** Whether this version of Galley can use it. */
  state: 'connected' | 'unreachable' | 'unauthorized' | 'unsupported';
  /** One short line for the tree, e.g. `mlflow.db · 12 runs`, or why it is not connected. */
  summary: string;
  remedy?: string;
}

/** The backends of a project. */
export interface Backends {
  /** The built-in `local` first. */
  list(): Promise<BackendStatus[]>;
  /** Adds to `.galley/backends.yaml`; rejects with `conflict` when the name is taken, `invalid` when it is none. */
  add(backend: BackendConfig): Promise<BackendStatus>;
}
