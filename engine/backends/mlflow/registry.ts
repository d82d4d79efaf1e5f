import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { GalleyError } from '../../errors';
import type { ModelRegistry, ModelVersion, RegistryEdits } from '../../registry/types';
import type { Connection } from './connection';
import { object, objects, text, toModelVersion, toRegisteredModel } from './json';
import { allRows, pageToken } from './pages';
import { keyValuesJson } from './runs';

function newestFirst(versions: ModelVersion[]): ModelVersion[] {
  return versions.sort((a, b) => Number(b.version) - Number(a.version));
}

/** The tag of what MLflow keeps as a model and is a prompt. */
const promptTag = 'mlflow.prompt.is_prompt';

/** The model registry of an MLflow server. */
export function serverRegistry(connection: Connection): ModelRegistry & RegistryEdits {
  const search = (filter: string) =>
    allRows(
      (token) =>
        connection.get('model-versions/search', {
          max_results: 1000,
          filter: filter || undefined,
          ...pageToken(token),
        }),
      (answer) => objects(answer, 'model_versions').map(toModelVersion),
    );
  // MLflow has no way to write both kinds of quotes in one value; models cannot have such names in practice.
  const versions = async (name: string) =>
    newestFirst(await search(name.includes("'") ? `name = "${name}"` : `name = '${name}'`));
  const version = async (name: string, number: string) =>
    toModelVersion(
      object(await connection.get('model-versions/get', { name, version: number }), 'model_version'),
    );
  const model: ModelRegistry['model'] = async (name) => {
    const answer = await connection.get('registered-models/get', { name });
    // A server's search does not tell aliases in old releases; the model does.
    return toRegisteredModel(object(answer, 'registered_model'), await versions(name));
  };
  const withAliases = async (name: string, found: ModelVersion[]): Promise<ModelVersion[]> => {
    const answer = object(await connection.get('registered-models/get', { name }), 'registered_model');
    const { aliases } = toRegisteredModel(answer, []);
    return found.map((each) => ({
      ...each,
      aliases: Object.entries(aliases)
        .filter(([, number]) => number === each.version)
        .map(([alias]) => alias)
        .sort(),
    }));
  };

  return {
    models: async () => {
      const rows = await allRows(
        (token) => connection.get('registered-models/search', { max_results: 1000, ...pageToken(token) }),
        (answer) => objects(answer, 'registered_models'),
      );
      const all = new Map<string, ModelVersion[]>();
      for (const found of await search('')) {
        const ofModel = all.get(found.name);
        if (ofModel === undefined) all.set(found.name, [found]);
        else ofModel.push(found);
      }
      return rows
        .map((row) => toRegisteredModel(row, newestFirst(all.get(text(row, 'name')) ?? [])))
        .filter(({ tags }) => tags[promptTag] !== 'true');
    },
    model,
    createModel: async (name, description) => {
      await connection.send('POST', 'registered-models/create', {
        name,
        ...(description === undefined ? {} : { description }),
      });
      return model(name);
    },
    versions: async (name) => withAliases(name, await versions(name)),
    version: async (name, number) => {
      const [found] = await withAliases(name, [await version(name, number)]);
      return found ?? version(name, number);
    },
    createVersion: async ({ name, source, runId, description, tags = {} }) => {
      try {
        await connection.send('POST', 'registered-models/create', { name });
      } catch (error) {
        if (!(error instanceof GalleyError) || error.code !== 'conflict') throw error;
      }
      const answer = await connection.send('POST', 'model-versions/create', {
        name,
        source,
        tags: keyValuesJson(tags),
        ...(runId === undefined ? {} : { run_id: runId }),
        ...(description === undefined ? {} : { description }),
      });
      return toModelVersion(object(answer, 'model_version'));
    },
    setVersionTag: async (name, number, key, value) => {
      await connection.send('POST', 'model-versions/set-tag', { name, version: number, key, value });
    },
    deleteVersionTag: async (name, number, key) => {
      await connection.send('DELETE', 'model-versions/delete-tag', { name, version: number, key });
    },
    setAlias: async (name, alias, number) => {
      await connection.send('POST', 'registered-models/alias', { name, alias, version: number });
    },
    deleteAlias: async (name, alias) => {
      await connection.send('DELETE', 'registered-models/alias', { name, alias });
    },
    artifactPath: async (name, number) => {
      const answer = await connection.get('model-versions/get-download-uri', { name, version: number });
      return localPath(text(object(answer), 'artifact_uri'), `models:/${name}/${number}`);
    },
    describeModel: async (name, description) => {
      await connection.send('PATCH', 'registered-models/update', { name, description: description ?? '' });
      return model(name);
    },
    setModelTag: async (name, key, value) => {
      await connection.send('POST', 'registered-models/set-tag', { name, key, value });
    },
    deleteModelTag: async (name, key) => {
      await connection.send('DELETE', 'registered-models/delete-tag', { name, key });
    },
    deleteModel: async (name) => {
      await connection.send('DELETE', 'registered-models/delete', { name });
    },
    describeVersion: async (name, number, description) => {
      const body = { name, version: number, description: description ?? '' };
      const answer = await connection.send('PATCH', 'model-versions/update', body);
      return toModelVersion(object(answer, 'model_version'));
    },
    deleteVersion: async (name, number) => {
      await connection.send('DELETE', 'model-versions/delete', { name, version: number });
    },
  };
}

/** Artifacts of a server on this machine are read where they are; others are not fetched. */
function localPath(uri: string, model: string): string {
  const place = uri.startsWith('file:')
    ? fileURLToPath(uri)
    : /^[a-z][a-z0-9+.-]+:/i.test(uri)
      ? undefined
      : uri;
  if (place !== undefined && existsSync(place)) return place;
  throw new GalleyError('unsupported', `The artifact of ${model} is at ${uri}, not on this machine.`, {
    subject: uri,
    remedy: `Download it with \`mlflow artifacts download -u ${model}\`, and register the local folder.`,
  });
}
