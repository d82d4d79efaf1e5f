import type { LoggedModelStatus, LoggedModelStore } from '../../tracking/types';
import type { Connection } from './connection';
import { object, objects, toLoggedModel } from './json';
import { allRows, pageToken } from './pages';
import { keyValuesJson, pointJson } from './runs';

const statuses: Readonly<Record<LoggedModelStatus, string>> = {
  PENDING: 'LOGGED_MODEL_PENDING',
  READY: 'LOGGED_MODEL_READY',
  FAILED: 'LOGGED_MODEL_UPLOAD_FAILED',
};

/** Experiments that a server searches for logged models at once. */
const experimentsAtOnce = 10;

/** MLflow 3's logged models on a server; an older one answers `unsupported`. */
export function loggedModelCalls(connection: Connection): Omit<LoggedModelStore, 'runModels'> {
  const place = (id: string) => `logged-models/${encodeURIComponent(id)}`;
  const ofExperiments = (experimentIds: string[]) =>
    allRows(
      (token) =>
        connection.send(
          'POST',
          'logged-models/search',
          { experiment_ids: experimentIds, max_results: 100, ...pageToken(token) },
          true,
        ),
      (answer) => objects(answer, 'models').map(toLoggedModel),
    );

  return {
    createLoggedModel: async ({ experimentId, name, modelType, sourceRunId, params = {}, tags = {} }) => {
      const answer = await connection.send('POST', 'logged-models', {
        experiment_id: experimentId,
        params: keyValuesJson(params),
        tags: keyValuesJson(tags),
        ...(name === undefined ? {} : { name }),
        ...(modelType === undefined ? {} : { model_type: modelType }),
        ...(sourceRunId === undefined ? {} : { source_run_id: sourceRunId }),
      });
      return toLoggedModel(object(answer, 'model'));
    },
    loggedModel: async (id, options) => {
      const query = options?.includeDeleted === true ? { allow_deleted: 'true' } : {};
      return toLoggedModel(object(await connection.get(place(id), query), 'model'));
    },
    loggedModels: async (experimentIds) => {
      const models = [];
      for (let at = 0; at < experimentIds.length; at += experimentsAtOnce)
        models.push(...(await ofExperiments(experimentIds.slice(at, at + experimentsAtOnce))));
      return models.sort((a, b) => b.createdAt - a.createdAt);
    },
    finalizeLoggedModel: async (id, status) => {
      const answer = await connection.send('PATCH', place(id), { model_id: id, status: statuses[status] });
      return toLoggedModel(object(answer, 'model'));
    },
    deleteLoggedModel: async (id) => {
      await connection.send('DELETE', place(id), {});
    },
    setLoggedModelTags: async (id, tags) => {
      await connection.send('PATCH', `${place(id)}/tags`, { model_id: id, tags: keyValuesJson(tags) });
    },
    deleteLoggedModelTag: async (id, key) => {
      await connection.send('DELETE', `${place(id)}/tags/${encodeURIComponent(key)}`, {});
    },
    logLoggedModelParams: async (id, params) => {
      await connection.send('POST', `${place(id)}/params`, { model_id: id, params: keyValuesJson(params) });
    },
    logLoggedModelMetrics: async (runId, metrics) => {
      for (const metric of metrics)
        await connection.send('POST', 'runs/log-metric', {
          run_id: runId,
          run_uuid: runId,
          ...pointJson(metric),
          model_id: metric.modelId,
          ...(metric.datasetName === undefined ? {} : { dataset_name: metric.datasetName }),
          ...(metric.datasetDigest === undefined ? {} : { dataset_digest: metric.datasetDigest }),
        });
    },
    linkModels: async (runId, { inputs = [], outputs = [] }) => {
      if (inputs.length > 0)
        await connection.send('POST', 'runs/log-inputs', {
          run_id: runId,
          models: inputs.map((id) => ({ model_id: id })),
        });
      if (outputs.length > 0)
        await connection.send('POST', 'runs/outputs', {
          run_id: runId,
          models: outputs.map(({ modelId, step }) => ({ model_id: modelId, step })),
        });
    },
  };
}
