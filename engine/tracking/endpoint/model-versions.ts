import type { ModelVersion } from '../../registry/types';
import { optionalText, keyValues, text, texts } from './fields';
import { parseFilter, parseOrder, type Lookup, type Vocabulary } from './filter';
import { modelVersionJson } from './json';
import { pageOf } from './paging';
import { hasLoggedModels, registryEdits, type Route, type Stores } from './stores';

const vocabulary: Vocabulary = {
  attributes: {
    name: 'text',
    version_number: 'number',
    run_id: 'text',
    source_path: 'text',
    creation_timestamp: 'number',
    last_updated_timestamp: 'number',
  },
  subjects: ['attribute', 'tag'],
};

function lookup(version: ModelVersion): Lookup {
  const attributes: Record<string, number | string | undefined> = {
    name: version.name,
    version_number: Number(version.version),
    run_id: version.runId,
    source_path: version.source,
    creation_timestamp: version.createdAt,
    last_updated_timestamp: version.updatedAt,
  };
  return (subject, key) => (subject === 'tag' ? version.tags[key] : attributes[key]);
}

/** The tag in which MLflow keeps, on a logged model, the versions that were made from it. */
const versionsTag = 'mlflow.modelVersions';

async function noteOnLoggedModel(
  { tracking }: Stores,
  modelId: string,
  version: ModelVersion,
): Promise<void> {
  if (!hasLoggedModels(tracking)) return;
  const { tags } = await tracking.loggedModel(modelId);
  const before: unknown = JSON.parse(tags[versionsTag] ?? '[]');
  const versions = [
    ...(Array.isArray(before) ? (before as unknown[]) : []),
    { name: version.name, version: Number(version.version) },
  ];
  await tracking.setLoggedModelTags(modelId, { [versionsTag]: JSON.stringify(versions) });
}

/** Calls about model versions. */
export const modelVersionRoutes: Route[] = [
  {
    method: 'POST',
    path: 'model-versions/create',
    answer: async (stores, fields) => {
      const name = text(fields, 'name');
      // MLflow makes no model here, unlike our registry.
      await stores.registry.model(name);
      const modelId = optionalText(fields, 'model_id');
      const runId = optionalText(fields, 'run_id') || (await sourceRun(stores, modelId));
      const description = optionalText(fields, 'description');
      const version = await stores.registry.createVersion({
        name,
        source: text(fields, 'source'),
        ...(runId ? { runId } : {}),
        ...(description ? { description } : {}),
        tags: keyValues(fields, 'tags'),
      });
      if (modelId) await noteOnLoggedModel(stores, modelId, version);
      return { model_version: modelVersionJson(version) };
    },
  },
  {
    method: 'GET',
    path: 'model-versions/get',
    answer: async ({ registry }, fields) => ({
      model_version: modelVersionJson(await registry.version(text(fields, 'name'), text(fields, 'version'))),
    }),
  },
  {
    method: 'GET',
    path: 'model-versions/search',
    answer: async ({ registry }, fields) => {
      const matches = parseFilter(optionalText(fields, 'filter') ?? '', vocabulary);
      const clauses = [
        ...texts(fields, 'order_by'),
        'last_updated_timestamp DESC',
        'name ASC',
        'version_number DESC',
      ];
      const order = parseOrder(clauses, vocabulary);
      const versions = await Promise.all(
        (await registry.models()).map(({ name }) => registry.versions(name)),
      );
      const found = versions
        .flat()
        .map((version) => ({ version, lookup: lookup(version) }))
        .filter((entry) => matches(entry.lookup))
        .sort((a, b) => order(a.lookup, b.lookup));
      const { rows, next } = pageOf(fields, found, 10_000);
      return { model_versions: rows.map(({ version }) => modelVersionJson(version)), ...next };
    },
  },
  {
    method: 'GET',
    path: 'model-versions/get-download-uri',
    answer: async ({ registry }, fields) => ({
      artifact_uri: await registry.artifactPath(text(fields, 'name'), text(fields, 'version')),
    }),
  },
  {
    method: 'PATCH',
    path: 'model-versions/update',
    answer: async (stores, fields) => {
      const version = await registryEdits(stores).describeVersion(
        text(fields, 'name'),
        text(fields, 'version'),
        optionalText(fields, 'description') || undefined,
      );
      return { model_version: modelVersionJson(version) };
    },
  },
  {
    method: 'DELETE',
    path: 'model-versions/delete',
    answer: async (stores, fields) => {
      await registryEdits(stores).deleteVersion(text(fields, 'name'), text(fields, 'version'));
      return {};
    },
  },
  {
    method: 'POST',
    path: 'model-versions/set-tag',
    answer: async ({ registry }, fields) => {
      const value = optionalText(fields, 'value') ?? '';
      await registry.setVersionTag(text(fields, 'name'), text(fields, 'version'), text(fields, 'key'), value);
      return {};
    },
  },
  {
    method: 'DELETE',
    path: 'model-versions/delete-tag',
    answer: async ({ registry }, fields) => {
      await registry.deleteVersionTag(text(fields, 'name'), text(fields, 'version'), text(fields, 'key'));
      return {};
    },
  },
];

async function sourceRun({ tracking }: Stores, modelId: string | undefined): Promise<string | undefined> {
  if (!modelId || !hasLoggedModels(tracking)) return undefined;
  return (await tracking.loggedModel(modelId)).sourceRunId;
}
