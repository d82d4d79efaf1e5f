import { GalleyError } from '../../errors';
import { checkKey, checkLength } from '../../tracking/limits';
import type { RegisteredModel } from '../../registry/types';
import { defaultWorkspace } from './features';
import type { Sql } from './sql';

/** Length limits of MLflow's registry, in characters. */
const registryLimits = { name: 256, alias: 255, tagValue: 100_000 } as const;

/** Stage that MLflow gives a deleted version; the row stays, so that its number is never used again. */
export const deletedStage = 'Deleted_Internal';

/** Condition that leaves only rows of MLflow's default workspace. */
export function inWorkspace(sql: Sql, table: string): string {
  return sql.features.workspaces ? `${table}.workspace = '${defaultWorkspace}'` : 'TRUE';
}

/** Columns of a primary key of the registry's tables, as a conflict target. */
export function keyColumns(sql: Sql, ...columns: string[]): string {
  return [...(sql.features.workspaces ? ['workspace'] : []), ...columns].join(', ');
}

/** @throws GalleyError `invalid` for names that MLflow refuses */
export function checkModelName(name: string): void {
  if (name.trim() === '') throw new GalleyError('invalid', 'The model name is empty.');
  checkLength('The model name', name, registryLimits.name);
  if (/[/:]/.test(name)) throw new GalleyError('invalid', `The model name “${name}” may not contain / or :.`);
  if (name === '.' || name.startsWith('..'))
    throw new GalleyError('invalid', `The model name “${name}” would resolve to another name as a path.`);
}

/** @throws GalleyError `invalid` */
export function checkRegistryTag(key: string, value: string): void {
  checkKey('Tag', key);
  checkLength(`Tag “${key}”`, value, registryLimits.tagValue);
}

/** @throws GalleyError `invalid` for names that MLflow refuses or reserves */
export function checkAlias(alias: string): void {
  if (!/^[\p{L}\p{N}_-]+$/u.test(alias))
    throw new GalleyError(
      'invalid',
      `The alias “${alias}” may only contain letters, digits, underscores and dashes.`,
    );
  checkLength('The alias', alias, registryLimits.alias);
  if (/^latest$/i.test(alias) || /^v\d+$/i.test(alias))
    throw new GalleyError('invalid', `The alias “${alias}” is reserved.`, {
      remedy: 'Choose a word that says what the version is for, e.g. champion.',
    });
}

interface ModelRow {
  name: string;
  description: string | null;
  createdAt: number | null;
  updatedAt: number | null;
}

const columns = `m.name, m.description, m.creation_time AS createdAt, m.last_updated_time AS updatedAt`;

// MLflow keeps prompts in the same table.
const notPrompt = `NOT EXISTS (SELECT 1 FROM registered_model_tags p
  WHERE p.name = m.name AND p.key = 'mlflow.prompt.is_prompt' AND lower(p.value) = 'true')`;

function toModel(sql: Sql, row: ModelRow): RegisteredModel {
  const versions = sql.get<{ count: number; latest: number | null }>(
    `SELECT COUNT(*) AS count, MAX(version) AS latest FROM model_versions v
     WHERE ${inWorkspace(sql, 'v')} AND v.name = ? AND v.current_stage <> '${deletedStage}'`,
    row.name,
  );
  const latest = versions?.latest ?? null;
  return {
    name: row.name,
    ...(row.description === null || row.description === '' ? {} : { description: row.description }),
    createdAt: row.createdAt ?? 0,
    updatedAt: row.updatedAt ?? row.createdAt ?? 0,
    tags: Object.fromEntries(
      sql.arrays<[string, string]>(
        `SELECT t.key, ifnull(t.value, '') FROM registered_model_tags t WHERE ${inWorkspace(sql, 't')} AND t.name = ?`,
        row.name,
      ),
    ),
    aliases: Object.fromEntries(
      sql.arrays<[string, string]>(
        `SELECT a.alias, CAST(a.version AS TEXT) FROM registered_model_aliases a
         WHERE ${inWorkspace(sql, 'a')} AND a.name = ? ORDER BY a.alias`,
        row.name,
      ),
    ),
    ...(latest === null ? {} : { latestVersion: String(latest) }),
    versionCount: versions?.count ?? 0,
  };
}

/** All models in order of their names. */
export function readModels(sql: Sql): RegisteredModel[] {
  return sql
    .all<ModelRow>(
      `SELECT ${columns} FROM registered_models m WHERE ${inWorkspace(sql, 'm')} AND ${notPrompt} ORDER BY m.name`,
    )
    .map((row) => toModel(sql, row));
}

/** The model of that name, or undefined. */
export function findModel(sql: Sql, name: string): RegisteredModel | undefined {
  const row = sql.get<ModelRow>(
    `SELECT ${columns} FROM registered_models m WHERE ${inWorkspace(sql, 'm')} AND m.name = ?`,
    name,
  );
  return row && toModel(sql, row);
}

/** @throws GalleyError `not-found` */
export function readModel(sql: Sql, name: string): RegisteredModel {
  const model = findModel(sql, name);
  if (model === undefined)
    throw new GalleyError('not-found', `There is no registered model named “${name}”.`, { subject: name });
  return model;
}

/** @throws GalleyError `conflict` when the name is taken */
export function createModel(sql: Sql, name: string, description: string | undefined): RegisteredModel {
  checkModelName(name);
  if (findModel(sql, name) !== undefined)
    throw new GalleyError('conflict', `A registered model named “${name}” is there already.`, {
      subject: name,
    });
  const now = Date.now();
  sql.run(
    'INSERT INTO registered_models (name, creation_time, last_updated_time, description) VALUES (?, ?, ?, ?)',
    name,
    now,
    now,
    description ?? null,
  );
  return readModel(sql, name);
}

/** Marks the model as changed just now. */
export function touchModel(sql: Sql, name: string, now: number): void {
  sql.run(
    `UPDATE registered_models AS m SET last_updated_time = ? WHERE ${inWorkspace(sql, 'm')} AND m.name = ?`,
    now,
    name,
  );
}

export function describeModel(sql: Sql, name: string, description: string | undefined): RegisteredModel {
  readModel(sql, name);
  sql.run(
    `UPDATE registered_models AS m SET description = ?, last_updated_time = ?
     WHERE ${inWorkspace(sql, 'm')} AND m.name = ?`,
    description ?? null,
    Date.now(),
    name,
  );
  return readModel(sql, name);
}

export function setModelTag(sql: Sql, name: string, key: string, value: string): void {
  checkRegistryTag(key, value);
  readModel(sql, name);
  sql.run(
    `INSERT INTO registered_model_tags (key, value, name) VALUES (?, ?, ?)
     ON CONFLICT (${keyColumns(sql, 'key', 'name')}) DO UPDATE SET value = excluded.value`,
    key,
    value,
    name,
  );
}

export function deleteModelTag(sql: Sql, name: string, key: string): void {
  readModel(sql, name);
  sql.run(
    `DELETE FROM registered_model_tags AS t WHERE ${inWorkspace(sql, 't')} AND t.name = ? AND t.key = ?`,
    name,
    key,
  );
}

/** Deletes a model with its versions, tags and aliases. */
export function deleteModel(sql: Sql, name: string): void {
  readModel(sql, name);
  for (const table of [
    'registered_model_aliases',
    'model_version_tags',
    'model_versions',
    'registered_model_tags',
    'registered_models',
  ])
    sql.run(`DELETE FROM ${table} AS t WHERE ${inWorkspace(sql, 't')} AND t.name = ?`, name);
}

/** @throws GalleyError `not-found` for the model; an alias that is not there is no error, as in MLflow */
export function deleteAlias(sql: Sql, name: string, alias: string): void {
  readModel(sql, name);
  sql.run(
    `DELETE FROM registered_model_aliases AS a WHERE ${inWorkspace(sql, 'a')} AND a.name = ? AND a.alias = ?`,
    name,
    alias,
  );
}
