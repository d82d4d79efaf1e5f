import type { ModelVersion } from '../../registry/types';
import type { FieldReader, Vocabulary } from '../filter';
import { optionalText, keyValues, text, texts } from './fields';
import { own, searchOf } from './search';
import { modelVersionJson } from './json';
import { checkModelSource } from './model-sources';
import { pageOf } from './paging';
import { hasLoggedModels, registryEdits, type Route, type Stores } from './stores';

const vocabulary: Vocabulary = {
  attributes: {
    name: { type: 'text', list: true },
    version_number: { type: 'number' },
    run_id: { type: 'text', list: true },
    source_path: { type: 'text' },
    creation_timestamp: { type: 'number' },
    last_updated_timestamp: { type: 'number' },
  },
  entities: ['attribute', 'tag'],
};

const read: FieldReader<ModelVersion> = (version, { entity, key }) => {
  if (entity === 'tag') return own(version.tags, key);
  const attributes: Record<string, number | string | undefined> = {
    name: version.name,
    version_number: Number(version.version),
    run_id: version.runId,
    source_path: version.source,
    creation_timestamp: version.createdAt,
    last_updated_timestamp: version.updatedAt,
  };
  return attributes[key];
};

const lastOrder = ['last_updated_timestamp DESC', 'name ASC', 'version_number DESC'];

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
  // With the blanks that Python writes, so that the tag is the same whoever wrote it.
  const json = JSON.stringify(versions, null, 1).replace(/,\n */g, ', ').replace(/\n */g, '');
  await tracking.setLoggedModelTags(modelId, { [versionsTag]: json });
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
      const source = text(fields, 'source');
      await checkModelSource(stores, source, optionalText(fields, 'run_id'), modelId);
      const version = await stores.registry.createVersion({
        name,
        source,
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
      const filter = optionalText(fields, 'filter') ?? '';
      const search = searchOf(filter, texts(fields, 'order_by'), lastOrder, vocabulary, read);
      const versions = await Promise.all(
        (await registry.models()).map(({ name }) => registry.versions(name)),
      );
      const found = search(versions.flat());
      const { rows, next } = pageOf(fields, found, 10_000);
      return { model_versions: rows.map(modelVersionJson), ...next };
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
