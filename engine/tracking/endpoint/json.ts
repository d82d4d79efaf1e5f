import type { ModelVersion, RegisteredModel } from '../../registry/types';
import type {
  DatasetInput,
  Experiment,
  LoggedModel,
  LoggedModelMetric,
  LoggedModelStatus,
  MetricPoint,
  Run,
  RunModels,
} from '../types';

/** Entities in the JSON of MLflow's REST API 2.0 (service.proto, model_registry.proto). */

/** A double as protobuf's JSON writes it: the special ones have names. */
function doubleJson(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

function tagsJson(tags: Record<string, string>): { key: string; value: string }[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

export function experimentJson(experiment: Experiment): object {
  return {
    experiment_id: experiment.id,
    name: experiment.name,
    artifact_location: experiment.artifactLocation,
    lifecycle_stage: experiment.lifecycleStage,
    creation_time: experiment.createdAt,
    last_update_time: experiment.updatedAt,
    tags: tagsJson(experiment.tags),
  };
}

export function runInfoJson(run: Run): object {
  return {
    run_id: run.id,
    run_uuid: run.id,
    run_name: run.name,
    experiment_id: run.experimentId,
    user_id: run.user ?? run.tags['mlflow.user'] ?? '',
    status: run.status,
    start_time: run.startedAt,
    ...(run.endedAt === undefined ? {} : { end_time: run.endedAt }),
    artifact_uri: run.artifactUri,
    lifecycle_stage: run.lifecycleStage,
  };
}

export function metricJson({ key, value, timestamp, step }: MetricPoint): object {
  return { key, value: doubleJson(value), timestamp, step };
}

function datasetJson(dataset: DatasetInput): object {
  return {
    tags: tagsJson(dataset.tags),
    dataset: {
      name: dataset.name,
      digest: dataset.digest,
      source_type: dataset.sourceType,
      source: dataset.source,
      ...(dataset.schema === undefined ? {} : { schema: dataset.schema }),
      ...(dataset.profile === undefined ? {} : { profile: dataset.profile }),
    },
  };
}

export function runJson(run: Run, models: RunModels | undefined): object {
  return {
    info: runInfoJson(run),
    data: {
      metrics: Object.values(run.metrics).map(metricJson),
      params: tagsJson(run.params),
      tags: tagsJson(run.tags),
    },
    inputs: {
      dataset_inputs: run.datasets.map(datasetJson),
      model_inputs: (models?.inputs ?? []).map((id) => ({ model_id: id })),
    },
    outputs: {
      model_outputs: (models?.outputs ?? []).map(({ modelId, step }) => ({ model_id: modelId, step })),
    },
  };
}

/** Names and numbers of LoggedModelStatus in service.proto. */
export const loggedModelStatuses = {
  LOGGED_MODEL_PENDING: 1,
  LOGGED_MODEL_READY: 2,
  LOGGED_MODEL_UPLOAD_FAILED: 3,
} as const;

const statusNames: Record<LoggedModelStatus, keyof typeof loggedModelStatuses> = {
  PENDING: 'LOGGED_MODEL_PENDING',
  READY: 'LOGGED_MODEL_READY',
  FAILED: 'LOGGED_MODEL_UPLOAD_FAILED',
};

export function loggedModelStatus(name: keyof typeof loggedModelStatuses): LoggedModelStatus {
  return name === 'LOGGED_MODEL_PENDING' ? 'PENDING' : name === 'LOGGED_MODEL_READY' ? 'READY' : 'FAILED';
}

function modelMetricJson(modelId: string, metric: LoggedModelMetric): object {
  return {
    ...metricJson(metric),
    model_id: modelId,
    run_id: metric.runId,
    ...(metric.datasetName === undefined ? {} : { dataset_name: metric.datasetName }),
    ...(metric.datasetDigest === undefined ? {} : { dataset_digest: metric.datasetDigest }),
  };
}

export function loggedModelJson(model: LoggedModel): object {
  return {
    info: {
      model_id: model.id,
      experiment_id: model.experimentId,
      name: model.name,
      creation_timestamp_ms: model.createdAt,
      last_updated_timestamp_ms: model.updatedAt,
      artifact_uri: model.artifactLocation,
      status: statusNames[model.status],
      ...(model.modelType === undefined ? {} : { model_type: model.modelType }),
      ...(model.sourceRunId === undefined ? {} : { source_run_id: model.sourceRunId }),
      ...(model.statusMessage === undefined ? {} : { status_message: model.statusMessage }),
      tags: tagsJson(model.tags),
    },
    data: {
      params: tagsJson(model.params),
      metrics: model.metrics.map((metric) => modelMetricJson(model.id, metric)),
    },
  };
}

export function modelVersionJson(version: ModelVersion): object {
  const modelId = /^models:\/+(m-[0-9a-f]+)$/.exec(version.source)?.[1];
  return {
    name: version.name,
    version: version.version,
    creation_timestamp: version.createdAt,
    last_updated_timestamp: version.updatedAt,
    current_stage: 'None',
    description: version.description ?? '',
    source: version.source,
    run_id: version.runId ?? '',
    status: version.status,
    tags: tagsJson(version.tags),
    aliases: version.aliases,
    ...(modelId === undefined ? {} : { model_id: modelId }),
  };
}

/** @param latest its newest version */
export function registeredModelJson(model: RegisteredModel, latest: ModelVersion | undefined): object {
  return {
    name: model.name,
    creation_timestamp: model.createdAt,
    last_updated_timestamp: model.updatedAt,
    description: model.description ?? '',
    latest_versions: latest === undefined ? [] : [modelVersionJson(latest)],
    tags: tagsJson(model.tags),
    aliases: Object.entries(model.aliases).map(([alias, version]) => ({ alias, version })),
  };
}
