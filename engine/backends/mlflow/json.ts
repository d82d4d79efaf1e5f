import type { ModelVersion, RegisteredModel } from '../../registry/types';
import type {
  DatasetInput,
  Experiment,
  LoggedModel,
  LoggedModelMetric,
  MetricPoint,
  Run,
  RunModels,
  RunStatus,
} from '../../tracking/types';

/** Entities from the JSON of MLflow's REST API 2.0. What a server leaves out is empty, as protobuf has it. */

type Json = Readonly<Record<string, unknown>>;

export function object(value: unknown, name?: string): Json {
  const found = name === undefined ? value : object(value)[name];
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? (found as Json) : {};
}

export function objects(value: unknown, name: string): Json[] {
  const found = object(value)[name];
  return Array.isArray(found) ? found.map((each: unknown) => object(each)) : [];
}

export function optionalText(value: Json, name: string): string | undefined {
  const found = value[name];
  return typeof found === 'string' ? found : typeof found === 'number' ? String(found) : undefined;
}

export function text(value: Json, name: string): string {
  return optionalText(value, name) ?? '';
}

/** A number; protobuf writes 64-bit ones and the special doubles as texts. */
function optionalNumber(value: Json, name: string): number | undefined {
  const found = value[name];
  if (typeof found === 'number') return found;
  return typeof found === 'string' && found !== '' ? Number(found) : undefined;
}

function number(value: Json, name: string): number {
  return optionalNumber(value, name) ?? 0;
}

/** `[{key, value}]`; fromEntries, because a key may be called `__proto__`. */
function keyValues(value: Json, name: string): Record<string, string> {
  return Object.fromEntries(objects(value, name).map((entry) => [text(entry, 'key'), text(entry, 'value')]));
}

/** An optional text as a property; protobuf has no difference between empty and absent. */
function filled<Name extends string>(name: Name, value: string | undefined): Partial<Record<Name, string>> {
  return value ? ({ [name]: value } as Partial<Record<Name, string>>) : {};
}

export function toExperiment(value: Json): Experiment {
  const createdAt = number(value, 'creation_time');
  return {
    id: text(value, 'experiment_id'),
    name: text(value, 'name'),
    artifactLocation: text(value, 'artifact_location'),
    lifecycleStage: text(value, 'lifecycle_stage') === 'deleted' ? 'deleted' : 'active',
    createdAt,
    updatedAt: optionalNumber(value, 'last_update_time') ?? createdAt,
    tags: keyValues(value, 'tags'),
  };
}

export function toPoint(value: Json): MetricPoint {
  return {
    key: text(value, 'key'),
    value: number(value, 'value'),
    timestamp: number(value, 'timestamp'),
    step: number(value, 'step'),
  };
}

const statuses: readonly RunStatus[] = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'];

export function toRun(value: Json): Run {
  const info = object(value, 'info');
  const data = object(value, 'data');
  const endedAt = number(info, 'end_time');
  const tags = keyValues(data, 'tags');
  return {
    id: text(info, 'run_id') || text(info, 'run_uuid'),
    experimentId: text(info, 'experiment_id'),
    name: text(info, 'run_name') || (tags['mlflow.runName'] ?? ''),
    status: statuses.find((status) => status === info['status']) ?? 'RUNNING',
    startedAt: number(info, 'start_time'),
    ...(endedAt === 0 ? {} : { endedAt }),
    artifactUri: text(info, 'artifact_uri'),
    ...filled('user', optionalText(info, 'user_id')),
    lifecycleStage: text(info, 'lifecycle_stage') === 'deleted' ? 'deleted' : 'active',
    params: keyValues(data, 'params'),
    metrics: Object.fromEntries(
      objects(data, 'metrics').map((metric) => [text(metric, 'key'), toPoint(metric)]),
    ),
    tags,
    datasets: objects(object(value, 'inputs'), 'dataset_inputs')
      .map(toDataset)
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)),
  };
}

function toDataset(value: Json): DatasetInput {
  const dataset = object(value, 'dataset');
  return {
    name: text(dataset, 'name'),
    digest: text(dataset, 'digest'),
    sourceType: text(dataset, 'source_type'),
    source: text(dataset, 'source'),
    ...filled('schema', optionalText(dataset, 'schema')),
    ...filled('profile', optionalText(dataset, 'profile')),
    tags: keyValues(value, 'tags'),
  };
}

export function toRunModels(value: Json): RunModels {
  return {
    inputs: objects(object(value, 'inputs'), 'model_inputs').map((model) => text(model, 'model_id')),
    outputs: objects(object(value, 'outputs'), 'model_outputs').map((model) => ({
      modelId: text(model, 'model_id'),
      step: number(model, 'step'),
    })),
  };
}

export function toLoggedModel(value: Json): LoggedModel {
  const info = object(value, 'info');
  const data = object(value, 'data');
  const status = text(info, 'status');
  const createdAt = number(info, 'creation_timestamp_ms');
  return {
    id: text(info, 'model_id'),
    experimentId: text(info, 'experiment_id'),
    name: text(info, 'name'),
    artifactLocation: text(info, 'artifact_uri'),
    createdAt,
    updatedAt: optionalNumber(info, 'last_updated_timestamp_ms') ?? createdAt,
    status: status.endsWith('READY') ? 'READY' : status.endsWith('FAILED') ? 'FAILED' : 'PENDING',
    // A server answers with deleted ones only when it is asked for them by id, and does not tell.
    lifecycleStage: 'active',
    ...filled('statusMessage', optionalText(info, 'status_message')),
    ...filled('modelType', optionalText(info, 'model_type')),
    ...filled('sourceRunId', optionalText(info, 'source_run_id')),
    params: keyValues(data, 'params'),
    tags: keyValues(info, 'tags'),
    metrics: objects(data, 'metrics').map(toModelMetric),
  };
}

function toModelMetric(value: Json): LoggedModelMetric {
  return {
    ...toPoint(value),
    runId: text(value, 'run_id'),
    ...filled('datasetName', optionalText(value, 'dataset_name')),
    ...filled('datasetDigest', optionalText(value, 'dataset_digest')),
  };
}

export function toModelVersion(value: Json): ModelVersion {
  const status = text(value, 'status');
  const createdAt = number(value, 'creation_timestamp');
  return {
    name: text(value, 'name'),
    version: text(value, 'version'),
    createdAt,
    updatedAt: optionalNumber(value, 'last_updated_timestamp') ?? createdAt,
    ...filled('description', optionalText(value, 'description')),
    source: text(value, 'source'),
    ...filled('runId', optionalText(value, 'run_id')),
    status: status === 'PENDING_REGISTRATION' || status === 'FAILED_REGISTRATION' ? status : 'READY',
    tags: keyValues(value, 'tags'),
    aliases: Array.isArray(value['aliases']) ? value['aliases'].map(String) : [],
  };
}

/** @param versions of this model, newest first */
export function toRegisteredModel(value: Json, versions: readonly ModelVersion[]): RegisteredModel {
  const createdAt = number(value, 'creation_timestamp');
  const latest = versions[0]?.version;
  return {
    name: text(value, 'name'),
    ...filled('description', optionalText(value, 'description')),
    createdAt,
    updatedAt: optionalNumber(value, 'last_updated_timestamp') ?? createdAt,
    tags: keyValues(value, 'tags'),
    aliases: Object.fromEntries(
      objects(value, 'aliases').map((alias) => [text(alias, 'alias'), text(alias, 'version')]),
    ),
    ...(latest === undefined ? {} : { latestVersion: latest }),
    versionCount: versions.length,
  };
}
