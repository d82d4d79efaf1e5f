import type { ModelRegistry, RegisteredModel } from '../../registry/types';
import type { FieldReader, Vocabulary } from '../filter';
import { created, RestError } from './errors';
import { keyValues, optionalText, text, texts } from './fields';
import { own, searchOf } from './search';
import { modelVersionJson, registeredModelJson } from './json';
import { pageOf } from './paging';
import { registryEdits, type Route } from './stores';

const vocabulary: Vocabulary = {
  attributes: {
    name: { type: 'text', list: true },
    timestamp: { type: 'number' },
    creation_timestamp: { type: 'number' },
    last_updated_timestamp: { type: 'number' },
  },
  entities: ['attribute', 'tag'],
};

const read: FieldReader<RegisteredModel> = (model, { entity, key }) => {
  // Clients add this to each search; in MLflow it also holds for a model without the tag, unlike any other tag.
  if (entity === 'tag')
    return own(model.tags, key) ?? (key === 'mlflow.prompt.is_prompt' ? 'false' : undefined);
  const attributes: Record<string, number | string> = {
    name: model.name,
    timestamp: model.updatedAt,
    creation_timestamp: model.createdAt,
    last_updated_timestamp: model.updatedAt,
  };
  return attributes[key];
};

async function modelJson(registry: ModelRegistry, model: RegisteredModel): Promise<object> {
  const { name, latestVersion } = model;
  return registeredModelJson(
    model,
    latestVersion === undefined ? undefined : await registry.version(name, latestVersion),
  );
}

const latestVersions: Route['answer'] = async ({ registry }, fields) => {
  const name = text(fields, 'name');
  const { latestVersion } = await registry.model(name);
  // Galley gives no stages: the newest version is the newest of stage "None".
  const wanted = texts(fields, 'stages').map((stage) => stage.toLowerCase());
  if (latestVersion === undefined || (wanted.length > 0 && !wanted.includes('none')))
    return { model_versions: [] };
  return { model_versions: [modelVersionJson(await registry.version(name, latestVersion))] };
};

/** Calls about registered models and their aliases. */
export const registeredModelRoutes: Route[] = [
  {
    method: 'POST',
    path: 'registered-models/create',
    answer: async (stores, fields) => {
      const name = text(fields, 'name');
      const tags = Object.entries(keyValues(fields, 'tags'));
      const edits = tags.length > 0 ? registryEdits(stores) : undefined;
      await created(() =>
        stores.registry.createModel(name, optionalText(fields, 'description') || undefined),
      );
      for (const [key, value] of tags) await edits?.setModelTag(name, key, value);
      return { registered_model: registeredModelJson(await stores.registry.model(name), undefined) };
    },
  },
  {
    method: 'GET',
    path: 'registered-models/get',
    answer: async ({ registry }, fields) => ({
      registered_model: await modelJson(registry, await registry.model(text(fields, 'name'))),
    }),
  },
  {
    method: 'GET',
    path: 'registered-models/search',
    answer: async ({ registry }, fields) => {
      const filter = optionalText(fields, 'filter') ?? '';
      const search = searchOf(filter, texts(fields, 'order_by'), ['name ASC'], vocabulary, read);
      const found = search(await registry.models());
      const { rows, next } = pageOf(fields, found, 100);
      return {
        registered_models: await Promise.all(rows.map((model) => modelJson(registry, model))),
        ...next,
      };
    },
  },
  { method: 'GET', path: 'registered-models/get-latest-versions', answer: latestVersions },
  { method: 'POST', path: 'registered-models/get-latest-versions', answer: latestVersions },
  {
    method: 'PATCH',
    path: 'registered-models/update',
    answer: async (stores, fields) => {
      const model = await registryEdits(stores).describeModel(
        text(fields, 'name'),
        optionalText(fields, 'description') || undefined,
      );
      return { registered_model: await modelJson(stores.registry, model) };
    },
  },
  {
    method: 'DELETE',
    path: 'registered-models/delete',
    answer: async (stores, fields) => {
      await registryEdits(stores).deleteModel(text(fields, 'name'));
      return {};
    },
  },
  {
    method: 'POST',
    path: 'registered-models/set-tag',
    answer: async (stores, fields) => {
      const value = optionalText(fields, 'value') ?? '';
      await registryEdits(stores).setModelTag(text(fields, 'name'), text(fields, 'key'), value);
      return {};
    },
  },
  {
    method: 'DELETE',
    path: 'registered-models/delete-tag',
    answer: async (stores, fields) => {
      await registryEdits(stores).deleteModelTag(text(fields, 'name'), text(fields, 'key'));
      return {};
    },
  },
  {
    method: 'POST',
    path: 'registered-models/alias',
    answer: async ({ registry }, fields) => {
      await registry.setAlias(text(fields, 'name'), text(fields, 'alias'), text(fields, 'version'));
      return {};
    },
  },
  {
    method: 'DELETE',
    path: 'registered-models/alias',
    answer: async ({ registry }, fields) => {
      await registry.deleteAlias(text(fields, 'name'), text(fields, 'alias'));
      return {};
    },
  },
  {
    method: 'GET',
    path: 'registered-models/alias',
    answer: async ({ registry }, fields) => {
      const name = text(fields, 'name');
      const alias = text(fields, 'alias');
      const model = await registry.model(name);
      const version = alias.toLowerCase() === 'latest' ? model.latestVersion : model.aliases[alias];
      if (version === undefined)
        throw new RestError('INVALID_PARAMETER_VALUE', `Registered model alias ${alias} not found.`);
      return { model_version: modelVersionJson(await registry.version(name, version)) };
    },
  },
];
