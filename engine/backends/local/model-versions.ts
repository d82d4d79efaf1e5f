import { GalleyError } from '../../errors';
import type { ModelVersion, NewModelVersion } from '../../registry/types';
import { readLoggedModel } from './logged-models';
import { scheme } from './locations';
import {
  checkAlias,
  checkModelName,
  checkRegistryTag,
  createModel,
  deletedStage,
  findModel,
  inWorkspace,
  keyColumns,
  readModel,
  touchModel,
} from './registered-models';
import type { Sql } from './sql';

interface VersionRow {
  name: string;
  version: number;
  createdAt: number | null;
  updatedAt: number | null;
  description: string | null;
  source: string | null;
  runId: string | null;
  status: string | null;
}

const columns = `v.name, v.version, v.creation_time AS createdAt, v.last_updated_time AS updatedAt, v.description,
  v.source, v.run_id AS runId, v.status`;

function toVersion(sql: Sql, row: VersionRow): ModelVersion {
  return {
    name: row.name,
    version: String(row.version),
    createdAt: row.createdAt ?? 0,
    updatedAt: row.updatedAt ?? row.createdAt ?? 0,
    ...(row.description === null || row.description === '' ? {} : { description: row.description }),
    source: row.source ?? '',
    ...(row.runId === null || row.runId === '' ? {} : { runId: row.runId }),
    status:
      row.status === 'PENDING_REGISTRATION' || row.status === 'FAILED_REGISTRATION' ? row.status : 'READY',
    tags: Object.fromEntries(
      sql.arrays<[string, string]>(
        `SELECT t.key, ifnull(t.value, '') FROM model_version_tags t
         WHERE ${inWorkspace(sql, 't')} AND t.name = ? AND t.version = ?`,
        row.name,
        row.version,
      ),
    ),
    aliases: sql
      .arrays<[string]>(
        `SELECT a.alias FROM registered_model_aliases a
         WHERE ${inWorkspace(sql, 'a')} AND a.name = ? AND a.version = ? ORDER BY a.alias`,
        row.name,
        row.version,
      )
      .map(([alias]) => alias),
  };
}

/** Versions of a model, newest first. */
export function readVersions(sql: Sql, name: string): ModelVersion[] {
  readModel(sql, name);
  return sql
    .all<VersionRow>(
      `SELECT ${columns} FROM model_versions v
       WHERE ${inWorkspace(sql, 'v')} AND v.name = ? AND v.current_stage <> '${deletedStage}' ORDER BY v.version DESC`,
      name,
    )
    .map((row) => toVersion(sql, row));
}

/** @throws GalleyError `not-found`, `invalid` when `version` is no number */
export function readVersion(sql: Sql, name: string, version: string): ModelVersion {
  if (!/^\d{1,15}$/.test(version))
    throw new GalleyError('invalid', `“${version}” is no version: versions are whole numbers.`, {
      subject: name,
    });
  const row = sql.get<VersionRow>(
    `SELECT ${columns} FROM model_versions v
     WHERE ${inWorkspace(sql, 'v')} AND v.name = ? AND v.version = ? AND v.current_stage <> '${deletedStage}'`,
    name,
    Number(version),
  );
  if (row === undefined)
    throw new GalleyError('not-found', `The model “${name}” has no version ${version}.`, { subject: name });
  return toVersion(sql, row);
}

/** Where a version's artifact is: its own location when MLflow noted one, else its source. */
export function versionLocation(sql: Sql, name: string, version: string): string {
  const { source } = readVersion(sql, name, version);
  if (!sql.features.storageLocation) return source;
  const row = sql.get<{ location: string | null }>(
    `SELECT v.storage_location AS location FROM model_versions v
     WHERE ${inWorkspace(sql, 'v')} AND v.name = ? AND v.version = ?`,
    name,
    Number(version),
  );
  return row?.location || source;
}

/** Version that an alias points to, or undefined. */
export function aliasedVersion(sql: Sql, name: string, alias: string): string | undefined {
  if (/^latest$/i.test(alias)) return findModel(sql, name)?.latestVersion;
  return findModel(sql, name)?.aliases[alias];
}

/** Makes the next version, and the model when it is not there. Numbers of deleted versions are not used again. */
export function createVersion(sql: Sql, version: NewModelVersion): ModelVersion {
  checkModelName(version.name);
  if (version.source === '') throw new GalleyError('invalid', 'The model version has no source.');
  const tags = Object.entries(version.tags ?? {});
  for (const [key, value] of tags) checkRegistryTag(key, value);
  if (findModel(sql, version.name) === undefined) createModel(sql, version.name, undefined);
  const { location, runId } = origin(sql, version);
  const highest = sql.get<{ version: number | null }>(
    `SELECT MAX(v.version) AS version FROM model_versions v WHERE ${inWorkspace(sql, 'v')} AND v.name = ?`,
    version.name,
  );
  const number = (highest?.version ?? 0) + 1;
  const now = Date.now();
  touchModel(sql, version.name, now);
  sql.run(
    `INSERT INTO model_versions (name, version, creation_time, last_updated_time, description, current_stage, source,
       run_id, status ${sql.features.storageLocation ? ', storage_location' : ''})
     VALUES (?, ?, ?, ?, ?, 'None', ?, ?, 'READY' ${sql.features.storageLocation ? ', ?' : ''})`,
    version.name,
    number,
    now,
    now,
    version.description ?? null,
    version.source,
    runId ?? null,
    ...(sql.features.storageLocation ? [location] : []),
  );
  for (const [key, value] of tags) writeTag(sql, version.name, number, key, value);
  return readVersion(sql, version.name, String(number));
}

/** A source that names another model, resolved as MLflow does when it registers. */
function origin(
  sql: Sql,
  { source, runId }: NewModelVersion,
): { location: string; runId: string | undefined } {
  if (scheme(source) !== 'models') return { location: source, runId };
  const reference = parseModelUri(source);
  if ('modelId' in reference) {
    const model = readLoggedModel(sql, reference.modelId);
    return { location: model.artifactLocation, runId: runId ?? model.sourceRunId };
  }
  return { location: versionLocation(sql, reference.name, resolveVersion(sql, reference)), runId };
}

type ModelReference =
  { modelId: string } | { name: string; version: string } | { name: string; alias: string };

/**
 * Parses `models:/<name>/<version>`, `models:/<name>@<alias>` and `models:/m-…`.
 * @throws GalleyError `invalid`
 */
export function parseModelUri(uri: string): ModelReference {
  const rest = uri.replace(/^models:\/*/i, '');
  const [, name, version] = /^([^/@]+)\/([^/@]+)$/.exec(rest) ?? [];
  if (name !== undefined && version !== undefined)
    return /^\d+$/.test(version) ? { name, version } : { name, alias: version };
  const [, aliased, alias] = /^([^/@]+)@([^/@]+)$/.exec(rest) ?? [];
  if (aliased !== undefined && alias !== undefined) return { name: aliased, alias };
  if (/^m-[0-9a-f]+$/.test(rest)) return { modelId: rest };
  throw new GalleyError(
    'invalid',
    `${uri} names no model: models:/<name>/<version> is what it should look like.`,
    {
      subject: uri,
    },
  );
}

/** @throws GalleyError `not-found` when the alias points nowhere */
export function resolveVersion(
  sql: Sql,
  reference: { name: string; version: string } | { name: string; alias: string },
): string {
  if ('version' in reference) return reference.version;
  const version = aliasedVersion(sql, reference.name, reference.alias);
  if (version === undefined)
    throw new GalleyError('not-found', `The model “${reference.name}” has no alias “${reference.alias}”.`, {
      subject: reference.name,
    });
  return version;
}

function writeTag(sql: Sql, name: string, version: number, key: string, value: string): void {
  sql.run(
    `INSERT INTO model_version_tags (key, value, name, version) VALUES (?, ?, ?, ?)
     ON CONFLICT (${keyColumns(sql, 'key', 'name', 'version')}) DO UPDATE SET value = excluded.value`,
    key,
    value,
    name,
    version,
  );
}

export function setVersionTag(sql: Sql, name: string, version: string, key: string, value: string): void {
  checkRegistryTag(key, value);
  readVersion(sql, name, version);
  writeTag(sql, name, Number(version), key, value);
}

export function deleteVersionTag(sql: Sql, name: string, version: string, key: string): void {
  readVersion(sql, name, version);
  sql.run(
    `DELETE FROM model_version_tags AS t WHERE ${inWorkspace(sql, 't')} AND t.name = ? AND t.version = ? AND t.key = ?`,
    name,
    Number(version),
    key,
  );
}

export function describeVersion(
  sql: Sql,
  name: string,
  version: string,
  description: string | undefined,
): ModelVersion {
  readVersion(sql, name, version);
  sql.run(
    `UPDATE model_versions AS v SET description = ?, last_updated_time = ?
     WHERE ${inWorkspace(sql, 'v')} AND v.name = ? AND v.version = ?`,
    description ?? null,
    Date.now(),
    name,
    Number(version),
  );
  return readVersion(sql, name, version);
}

/** Marks a version deleted and forgets where it came from, as MLflow does. */
export function deleteVersion(sql: Sql, name: string, version: string): void {
  readVersion(sql, name, version);
  const now = Date.now();
  sql.run(
    `DELETE FROM registered_model_aliases AS a WHERE ${inWorkspace(sql, 'a')} AND a.name = ? AND a.version = ?`,
    name,
    Number(version),
  );
  sql.run(
    `UPDATE model_versions AS v SET current_stage = '${deletedStage}', last_updated_time = ?, description = NULL,
       user_id = NULL, source = 'REDACTED-SOURCE-PATH', run_id = 'REDACTED-RUN-ID', run_link = 'REDACTED-RUN-LINK',
       status_message = NULL
     WHERE ${inWorkspace(sql, 'v')} AND v.name = ? AND v.version = ?`,
    now,
    name,
    Number(version),
  );
  touchModel(sql, name, now);
}

/** Points an alias at a version; it leaves the version that had it. */
export function setAlias(sql: Sql, name: string, alias: string, version: string): void {
  checkAlias(alias);
  readVersion(sql, name, version);
  sql.run(
    `INSERT INTO registered_model_aliases (alias, version, name) VALUES (?, ?, ?)
     ON CONFLICT (${keyColumns(sql, 'name', 'alias')}) DO UPDATE SET version = excluded.version`,
    alias,
    Number(version),
    name,
  );
}
