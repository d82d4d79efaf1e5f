import { listArtifacts } from '../artifact-files';
import type { LoggedModel } from '../types';
import type { FieldReader, Vocabulary } from '../filter';
import { filesJson } from './artifacts';
import { RestError } from './errors';
import { keyValues, objects, optionalEnum, optionalText, text, texts } from './fields';
import { own, searchOf } from './search';
import { loggedModelJson, loggedModelStatus, loggedModelStatuses } from './json';
import { pageOf } from './paging';
import { localArtifacts, loggedModelStore, type Route } from './stores';

const vocabulary: Vocabulary = {
  attributes: {
    name: { type: 'text', list: true },
    model_id: { type: 'text', list: true },
    model_type: { type: 'text', list: true },
    status: { type: 'text', list: true },
    source_run_id: { type: 'text', list: true },
    creation_timestamp: { type: 'number' },
    creation_time: { type: 'number' },
    last_updated_time: { type: 'number' },
    last_updated_timestamp: { type: 'number' },
  },
  entities: ['attribute', 'metric', 'param', 'tag'],
};

const read: FieldReader<LoggedModel> = (model, { entity, key }) => {
  const attributes: Record<string, number | string | undefined> = {
    name: model.name,
    model_id: model.id,
    model_type: model.modelType,
    status: model.status,
    source_run_id: model.sourceRunId,
    creation_timestamp: model.createdAt,
    creation_time: model.createdAt,
    last_updated_time: model.updatedAt,
    last_updated_timestamp: model.updatedAt,
  };
  if (entity === 'metric') return model.metrics.filter((metric) => metric.key === key).at(-1)?.value;
  if (entity === 'param') return own(model.params, key);
  return entity === 'tag' ? own(model.tags, key) : attributes[key];
};

const lastOrder = ['creation_timestamp DESC', 'model_id ASC'];

/** Calls about MLflow 3's logged models. */
export const loggedModelRoutes: Route[] = [
  {
    method: 'POST',
    path: 'logged-models',
    answer: async (stores, fields) => {
      const name = optionalText(fields, 'name');
      const modelType = optionalText(fields, 'model_type');
      const sourceRunId = optionalText(fields, 'source_run_id');
      const model = await loggedModelStore(stores).createLoggedModel({
        experimentId: text(fields, 'experiment_id'),
        ...(name ? { name } : {}),
        ...(modelType ? { modelType } : {}),
        ...(sourceRunId ? { sourceRunId } : {}),
        params: keyValues(fields, 'params'),
        tags: keyValues(fields, 'tags'),
      });
      return { model: loggedModelJson(model) };
    },
  },
  {
    method: 'POST',
    path: 'logged-models/search',
    answer: async (stores, fields) => {
      if (objects(fields, 'datasets').length > 0)
        throw new RestError('INVALID_PARAMETER_VALUE', "Parameter 'datasets' is not supported.");
      const order = objects(fields, 'order_by').map(
        (clause) => `${text(clause, 'field_name')} ${clause['ascending'] === false ? 'DESC' : 'ASC'}`,
      );
      const search = searchOf(optionalText(fields, 'filter') ?? '', order, lastOrder, vocabulary, read);
      const found = search(await loggedModelStore(stores).loggedModels(texts(fields, 'experiment_ids')));
      const { rows, next } = pageOf(fields, found, 100);
      return { models: rows.map(loggedModelJson), ...next };
    },
  },
  {
    method: 'GET',
    path: 'logged-models/{model_id}',
    answer: async (stores, fields) => ({
      model: loggedModelJson(
        await loggedModelStore(stores).loggedModel(text(fields, 'model_id'), {
          includeDeleted: optionalText(fields, 'allow_deleted') === 'true',
        }),
      ),
    }),
  },
  {
    method: 'PATCH',
    path: 'logged-models/{model_id}',
    answer: async (stores, fields) => {
      const status = optionalEnum(fields, 'status', loggedModelStatuses);
      if (status === undefined)
        throw new RestError('INVALID_PARAMETER_VALUE', "Missing value for required parameter 'status'.");
      const id = text(fields, 'model_id');
      const model = await loggedModelStore(stores).finalizeLoggedModel(id, loggedModelStatus(status));
      return { model: loggedModelJson(model) };
    },
  },
  {
    method: 'DELETE',
    path: 'logged-models/{model_id}',
    answer: async (stores, fields) => {
      await loggedModelStore(stores).deleteLoggedModel(text(fields, 'model_id'));
      return {};
    },
  },
  {
    method: 'PATCH',
    path: 'logged-models/{model_id}/tags',
    answer: async (stores, fields) => {
      const id = text(fields, 'model_id');
      const store = loggedModelStore(stores);
      await store.setLoggedModelTags(id, keyValues(fields, 'tags'));
      return { model: loggedModelJson(await store.loggedModel(id)) };
    },
  },
  {
    method: 'DELETE',
    path: 'logged-models/{model_id}/tags/{tag_key}',
    answer: async (stores, fields) => {
      await loggedModelStore(stores).deleteLoggedModelTag(text(fields, 'model_id'), text(fields, 'tag_key'));
      return {};
    },
  },
  {
    method: 'POST',
    path: 'logged-models/{model_id}/params',
    answer: async (stores, fields) => {
      await loggedModelStore(stores).logLoggedModelParams(
        text(fields, 'model_id'),
        keyValues(fields, 'params'),
      );
      return {};
    },
  },
  {
    method: 'GET',
    path: 'logged-models/{model_id}/artifacts/directories',
    answer: async (stores, fields) => {
      const model = await loggedModelStore(stores).loggedModel(text(fields, 'model_id'));
      const folder = localArtifacts(stores).localArtifactPath(model.artifactLocation);
      const files = await listArtifacts(folder, optionalText(fields, 'artifact_directory_path') ?? '');
      return { root_uri: model.artifactLocation, files: filesJson(files) };
    },
  },
];
