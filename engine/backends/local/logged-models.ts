import { GalleyError } from '../../errors';
import { checkMetric } from '../../tracking/limits';
import { randomRunName } from '../../tracking/run-name';
import type {
  LifecycleStage,
  LoggedModel,
  LoggedModelMetric,
  LoggedModelMetricOf,
  LoggedModelStatus,
  MetricPoint,
  NewLoggedModel,
  RunModels,
} from '../../tracking/types';
import { newUuid } from './datasets';
import { readExperiment, requireActive } from './experiments';
import { appendToLocation } from './locations';
import { storedValue } from './metrics';
import { requireWritable } from './runs';
import { list, type Sql } from './sql';

/** MLflow keeps the status as a number (LoggedModelStatus of its service.proto). */
const statusNumbers: Record<LoggedModelStatus, number> = { PENDING: 1, READY: 2, FAILED: 3 };

interface ModelRow {
  id: string;
  experimentId: string;
  name: string;
  artifactLocation: string;
  createdAt: number;
  updatedAt: number;
  status: number;
  statusMessage: string | null;
  lifecycleStage: LifecycleStage | null;
  modelType: string | null;
  sourceRunId: string | null;
}

const columns = `model_id AS id, CAST(experiment_id AS TEXT) AS experimentId, name,
  artifact_location AS artifactLocation, creation_timestamp_ms AS createdAt, last_updated_timestamp_ms AS updatedAt,
  status, status_message AS statusMessage, lifecycle_stage AS lifecycleStage, model_type AS modelType,
  source_run_id AS sourceRunId`;

function requireTables(sql: Sql): void {
  if (!sql.features.loggedModels)
    throw new GalleyError('unsupported', 'This store was made by MLflow 2, which has no logged models.', {
      remedy: 'Make a copy of mlflow.db, then run `mlflow db upgrade sqlite:///mlflow.db` in its folder.',
    });
}

function toLoggedModel(sql: Sql, row: ModelRow): LoggedModel {
  const { status, statusMessage, lifecycleStage, modelType, sourceRunId, ...rest } = row;
  return {
    ...rest,
    status: status === 2 ? 'READY' : status === 3 ? 'FAILED' : 'PENDING',
    lifecycleStage: lifecycleStage ?? 'active',
    ...(statusMessage === null ? {} : { statusMessage }),
    ...(modelType === null ? {} : { modelType }),
    ...(sourceRunId === null ? {} : { sourceRunId }),
    params: texts(sql, 'SELECT param_key, param_value FROM logged_model_params WHERE model_id = ?', row.id),
    tags: texts(sql, 'SELECT tag_key, tag_value FROM logged_model_tags WHERE model_id = ?', row.id),
    metrics: readMetrics(sql, row.id),
  };
}

function texts(sql: Sql, statement: string, id: string): Record<string, string> {
  return Object.fromEntries(sql.arrays<[string, string]>(statement, id));
}

function readMetrics(sql: Sql, id: string): LoggedModelMetric[] {
  const rows = sql.arrays<[string, number | null, number, number, string, string | null, string | null]>(
    `SELECT metric_name, metric_value, CAST(metric_timestamp_ms AS REAL), CAST(metric_step AS REAL), run_id,
       dataset_name, dataset_digest
     FROM logged_model_metrics WHERE model_id = ? ORDER BY metric_name, metric_step, metric_timestamp_ms`,
    id,
  );
  return rows.map(([key, value, timestamp, step, runId, datasetName, datasetDigest]) => ({
    key,
    value: value ?? Number.NaN,
    timestamp,
    step,
    runId,
    ...(datasetName === null ? {} : { datasetName }),
    ...(datasetDigest === null ? {} : { datasetDigest }),
  }));
}

function requireModel(sql: Sql, id: string, includeDeleted = false): ModelRow {
  const row = sql.features.loggedModels
    ? sql.get<ModelRow>(`SELECT ${columns} FROM logged_models WHERE model_id = ?`, id)
    : undefined;
  if (row === undefined || (row.lifecycleStage === 'deleted' && !includeDeleted))
    throw new GalleyError('not-found', `There is no logged model with the id ${id}.`, { subject: id });
  return row;
}

/** @throws GalleyError `not-found` */
export function readLoggedModel(sql: Sql, id: string, includeDeleted = false): LoggedModel {
  return toLoggedModel(sql, requireModel(sql, id, includeDeleted));
}

/** Active models of experiments, newest first. */
export function readLoggedModels(sql: Sql, experimentIds: string[]): LoggedModel[] {
  if (!sql.features.loggedModels) return [];
  return sql
    .all<ModelRow>(
      `SELECT ${columns} FROM logged_models
       WHERE experiment_id IN (SELECT CAST(value AS INTEGER) FROM json_each(?))
         AND ifnull(lifecycle_stage, 'active') = 'active'
       ORDER BY creation_timestamp_ms DESC, model_id`,
      list(experimentIds),
    )
    .map((row) => toLoggedModel(sql, row));
}

/** Artifact location of the newest model that a run logged under a name; MLflow 3 resolves `runs:/<run>/<name>` to it. */
export function loggedModelLocation(sql: Sql, runId: string, name: string): string | undefined {
  if (!sql.features.loggedModels) return undefined;
  return sql.get<{ location: string }>(
    `SELECT artifact_location AS location FROM logged_models
     WHERE source_run_id = ? AND name = ? AND ifnull(lifecycle_stage, 'active') = 'active'
     ORDER BY creation_timestamp_ms DESC LIMIT 1`,
    runId,
    name,
  )?.location;
}

export function createLoggedModel(sql: Sql, model: NewLoggedModel): LoggedModel {
  requireTables(sql);
  const name = model.name || randomRunName();
  if (/[/:.%"']/.test(name))
    throw new GalleyError('invalid', `The model name “${name}” may not contain any of / : . % " '.`);
  const experiment = readExperiment(sql, model.experimentId);
  requireActive(experiment);
  const id = `m-${newUuid()}`;
  const now = Date.now();
  sql.run(
    `INSERT INTO logged_models (model_id, experiment_id, name, artifact_location, creation_timestamp_ms,
       last_updated_timestamp_ms, status, lifecycle_stage, model_type, source_run_id)
     VALUES (?, CAST(? AS INTEGER), ?, ?, ?, ?, ?, 'active', ?, ?)`,
    id,
    experiment.id,
    name,
    appendToLocation(experiment.artifactLocation, 'models', id, 'artifacts'),
    now,
    now,
    statusNumbers.PENDING,
    model.modelType ?? null,
    model.sourceRunId ?? null,
  );
  logLoggedModelParams(sql, id, model.params ?? {});
  setLoggedModelTags(sql, id, model.tags ?? {});
  return readLoggedModel(sql, id);
}

export function finalizeLoggedModel(sql: Sql, id: string, status: LoggedModelStatus): LoggedModel {
  requireModel(sql, id);
  sql.run(
    'UPDATE logged_models SET status = ?, last_updated_timestamp_ms = ? WHERE model_id = ?',
    statusNumbers[status],
    Date.now(),
    id,
  );
  return readLoggedModel(sql, id);
}

export function deleteLoggedModel(sql: Sql, id: string): void {
  requireModel(sql, id);
  sql.run(
    `UPDATE logged_models SET lifecycle_stage = 'deleted', last_updated_timestamp_ms = ? WHERE model_id = ?`,
    Date.now(),
    id,
  );
}

export function setLoggedModelTags(sql: Sql, id: string, tags: Record<string, string>): void {
  const { experimentId } = requireModel(sql, id);
  for (const [key, value] of Object.entries(tags))
    sql.run(
      `INSERT INTO logged_model_tags (model_id, experiment_id, tag_key, tag_value) VALUES (?, CAST(? AS INTEGER), ?, ?)
       ON CONFLICT (model_id, tag_key) DO UPDATE SET tag_value = excluded.tag_value`,
      id,
      experimentId,
      key,
      value,
    );
}

export function deleteLoggedModelTag(sql: Sql, id: string, key: string): void {
  requireModel(sql, id);
  if (sql.run('DELETE FROM logged_model_tags WHERE model_id = ? AND tag_key = ?', id, key) === 0)
    throw new GalleyError('not-found', `The logged model ${id} has no tag “${key}”.`, { subject: id });
}

export function logLoggedModelParams(sql: Sql, id: string, params: Record<string, string>): void {
  const { experimentId } = requireModel(sql, id);
  for (const [key, value] of Object.entries(params)) {
    const inserted = sql.run(
      `INSERT INTO logged_model_params (model_id, experiment_id, param_key, param_value)
       VALUES (?, CAST(? AS INTEGER), ?, ?) ON CONFLICT (model_id, param_key) DO NOTHING`,
      id,
      experimentId,
      key,
      value,
    );
    if (inserted === 0)
      throw new GalleyError('conflict', `The logged model ${id} has the param “${key}” already.`, {
        subject: id,
      });
  }
}

/** Adds metrics of logged models, logged by a run; one logged twice counts once. */
export function logLoggedModelMetrics(
  sql: Sql,
  runId: string,
  metrics: (MetricPoint & LoggedModelMetricOf)[],
): void {
  if (metrics.length === 0) return;
  requireTables(sql);
  const { experimentId } = requireWritable(sql, runId);
  for (const metric of metrics) {
    checkMetric(metric);
    requireModel(sql, metric.modelId);
    sql.run(
      `INSERT INTO logged_model_metrics (model_id, metric_name, metric_timestamp_ms, metric_step, metric_value,
         experiment_id, run_id, dataset_name, dataset_digest)
       VALUES (?, ?, ?, ?, ?, CAST(? AS INTEGER), ?, ?, ?) ON CONFLICT DO NOTHING`,
      metric.modelId,
      metric.key,
      metric.timestamp,
      metric.step,
      storedValue(metric.value).value,
      experimentId,
      runId,
      metric.datasetName ?? null,
      metric.datasetDigest ?? null,
    );
  }
}

/** Records which logged models a run read and made. */
export function linkModels(sql: Sql, runId: string, models: Partial<RunModels>): void {
  requireWritable(sql, runId);
  for (const modelId of models.inputs ?? [])
    sql.run(
      `INSERT INTO inputs (input_uuid, source_type, source_id, destination_type, destination_id)
       VALUES (?, 'RUN_INPUT', ?, 'MODEL_INPUT', ?) ON CONFLICT DO NOTHING`,
      newUuid(),
      runId,
      modelId,
    );
  for (const { modelId, step } of models.outputs ?? []) {
    requireTables(sql);
    sql.run(
      `INSERT INTO inputs (input_uuid, source_type, source_id, destination_type, destination_id, step)
       VALUES (?, 'RUN_OUTPUT', ?, 'MODEL_OUTPUT', ?, ?) ON CONFLICT DO NOTHING`,
      newUuid(),
      runId,
      modelId,
      step,
    );
  }
}

/** Logged models of runs; a run without any is not in the map. */
export function readRunModels(sql: Sql, runIds: string[]): Map<string, RunModels> {
  const rows = sql.arrays<[string, string, string, number]>(
    `SELECT i.source_id, i.source_type, i.destination_id, ${sql.features.inputSteps ? 'CAST(i.step AS REAL)' : '0'}
     FROM json_each(?) runs
     JOIN inputs i ON i.source_id = runs.value AND i.source_type IN ('RUN_INPUT', 'RUN_OUTPUT')
     ORDER BY i.rowid`,
    list(runIds),
  );
  const models = new Map<string, RunModels>();
  for (const [runId, type, modelId, step] of rows) {
    let ofRun = models.get(runId);
    if (ofRun === undefined) models.set(runId, (ofRun = { inputs: [], outputs: [] }));
    if (type === 'RUN_INPUT') ofRun.inputs.push(modelId);
    else ofRun.outputs.push({ modelId, step });
  }
  return models;
}
