/** Models, versions and aliases in MLflow's words; times are milliseconds since the Unix epoch, UTC. */
export interface RegisteredModel {
  name: string;
  description?: string;
  createdAt: number;
  updatedAt: number;
  tags: Record<string, string>;
  /** Alias to version number. */
  aliases: Record<string, string>;
  latestVersion?: string;
  versionCount: number;
}

export interface ModelVersion {
  name: string;
  /** A decimal number as a string, as in MLflow. */
  version: string;
  createdAt: number;
  updatedAt: number;
  description?: string;
  /** Where the artifact was when it was registered (`runs:/…`, `file:///…`, `models:/…`). */
  source: string;
  runId?: string;
  status: 'READY' | 'PENDING_REGISTRATION' | 'FAILED_REGISTRATION';
  tags: Record<string, string>;
  aliases: string[];
}

export interface NewModelVersion {
  name: string;
  source: string;
  runId?: string;
  description?: string;
  tags?: Record<string, string>;
}

/** Where model versions are kept. Rejects with a `GalleyError` like `TrackingStore`. */
export interface ModelRegistry {
  models(): Promise<RegisteredModel[]>;
  model(name: string): Promise<RegisteredModel>;
  createModel(name: string, description?: string): Promise<RegisteredModel>;
  /** Newest first. */
  versions(name: string): Promise<ModelVersion[]>;
  version(name: string, version: string): Promise<ModelVersion>;
  /** Creates the model too when it is not there. */
  createVersion(version: NewModelVersion): Promise<ModelVersion>;
  setVersionTag(name: string, version: string, key: string, value: string): Promise<void>;
  deleteVersionTag(name: string, version: string, key: string): Promise<void>;
  setAlias(name: string, alias: string, version: string): Promise<void>;
  deleteAlias(name: string, alias: string): Promise<void>;
  /** Local folder or file that holds the version's artifact. */
  artifactPath(name: string, version: string): Promise<string>;
}

/** Edits of models and versions beside the common part; a capability that a registry may have. */
export interface RegistryEdits {
  /** `undefined` leaves no description. */
  describeModel(name: string, description: string | undefined): Promise<RegisteredModel>;
  setModelTag(name: string, key: string, value: string): Promise<void>;
  deleteModelTag(name: string, key: string): Promise<void>;
  /** Deletes the model with all its versions. */
  deleteModel(name: string): Promise<void>;
  describeVersion(name: string, version: string, description: string | undefined): Promise<ModelVersion>;
  /** The number is never used again. */
  deleteVersion(name: string, version: string): Promise<void>;
}

/** Outcome of one test gate for one version. */
export interface TestResult {
  name: string;
  /** `error`: the test could not be evaluated (metric not logged, command not found). */
  status: 'passed' | 'failed' | 'error';
  /** One sentence with the measured value and the limit. */
  message: string;
  measured?: number;
  limit?: number;
  at: number;
}

/** Tags that Galley writes on a model version. */
export const versionTags = {
  digest: 'galley.digest',
  commit: 'galley.commit',
  /** Name of the pipeline. */
  pipeline: 'galley.pipeline',
  /** Spec file, relative to the project's folder. */
  spec: 'galley.spec',
  stage: 'galley.stage',
  /** JSON array of {@link TestResult}. */
  tests: 'galley.tests',
} as const;
