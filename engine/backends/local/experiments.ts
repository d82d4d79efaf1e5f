import path from 'node:path';
import { GalleyError } from '../../errors';
import { checkExperimentName, checkExperimentTag } from '../../tracking/limits';
import type { Experiment, LifecycleStage } from '../../tracking/types';
import { defaultWorkspace } from './features';
import { appendToLocation, defaultArtifactRoot, folderLocation, scheme } from './locations';
import type { Sql } from './sql';

interface ExperimentRow {
  id: string;
  name: string;
  artifactLocation: string | null;
  lifecycleStage: LifecycleStage;
  createdAt: number | null;
  updatedAt: number | null;
}

// Ids are cast: file stores that were imported have ids of 18 digits, more than a double holds.
const columns = `CAST(e.experiment_id AS TEXT) AS id, e.name, e.artifact_location AS artifactLocation,
  e.lifecycle_stage AS lifecycleStage, e.creation_time AS createdAt, e.last_update_time AS updatedAt`;

function inWorkspace(sql: Sql): string {
  return sql.features.workspaces ? `e.workspace = '${defaultWorkspace}'` : 'TRUE';
}

function toExperiment(sql: Sql, row: ExperimentRow): Experiment {
  const tags = sql.all<{ key: string; value: string | null }>(
    'SELECT key, value FROM experiment_tags WHERE experiment_id = CAST(? AS INTEGER)',
    row.id,
  );
  return {
    id: row.id,
    name: row.name,
    artifactLocation: row.artifactLocation ?? '',
    lifecycleStage: row.lifecycleStage,
    createdAt: row.createdAt ?? 0,
    updatedAt: row.updatedAt ?? row.createdAt ?? 0,
    tags: Object.fromEntries(tags.map(({ key, value }) => [key, value ?? ''])),
  };
}

/** All experiments, newest first. */
export function readExperiments(sql: Sql, includeDeleted: boolean): Experiment[] {
  return sql
    .all<ExperimentRow>(
      `SELECT ${columns} FROM experiments e
       WHERE ${inWorkspace(sql)} AND (e.lifecycle_stage = 'active' OR ?)
       ORDER BY e.creation_time DESC, e.experiment_id`,
      includeDeleted ? 1 : 0,
    )
    .map((row) => toExperiment(sql, row));
}

/** @throws GalleyError `not-found` */
export function readExperiment(sql: Sql, id: string): Experiment {
  const row = /^\d{1,19}$/.test(id)
    ? sql.get<ExperimentRow>(
        `SELECT ${columns} FROM experiments e WHERE ${inWorkspace(sql)} AND e.experiment_id = CAST(? AS INTEGER)`,
        id,
      )
    : undefined;
  if (row === undefined)
    throw new GalleyError('not-found', `There is no experiment with the id ${id}.`, { subject: id });
  return toExperiment(sql, row);
}

/** The experiment of that name, deleted or not. */
export function readExperimentByName(sql: Sql, name: string): Experiment | undefined {
  const row = sql.get<ExperimentRow>(
    `SELECT ${columns} FROM experiments e WHERE ${inWorkspace(sql)} AND e.name = ?`,
    name,
  );
  return row && toExperiment(sql, row);
}

/** @throws GalleyError `invalid` when the experiment is deleted */
export function requireActive(experiment: Experiment): void {
  if (experiment.lifecycleStage !== 'active')
    throw new GalleyError('invalid', `The experiment “${experiment.name}” is deleted.`, {
      subject: experiment.id,
      remedy: `Restore it with \`mlflow experiments restore -x ${experiment.id}\`, or use another name.`,
    });
}

/**
 * Makes an experiment; MLflow's own numbering gives the id.
 * @param root the store's folder: artifacts go below `mlruns` there unless `artifactLocation` is given
 * @throws GalleyError `conflict` when the name is taken
 */
export function createExperiment(
  sql: Sql,
  root: string,
  name: string,
  tags: Record<string, string>,
  artifactLocation: string | undefined,
): Experiment {
  checkExperimentName(name);
  for (const [key, value] of Object.entries(tags)) checkExperimentTag(key, value);
  const taken = readExperimentByName(sql, name);
  if (taken !== undefined)
    throw new GalleyError('conflict', `An experiment named “${name}” is there already.`, {
      subject: taken.id,
      ...(taken.lifecycleStage === 'deleted'
        ? { remedy: `It is deleted; \`mlflow experiments restore -x ${taken.id}\` brings it back.` }
        : {}),
    });
  const now = Date.now();
  const id = sql.insert(
    `INSERT INTO experiments (name, artifact_location, lifecycle_stage, creation_time, last_update_time)
     VALUES (?, NULL, 'active', ?, ?)`,
    name,
    now,
    now,
  );
  const location =
    artifactLocation === undefined
      ? appendToLocation(defaultArtifactRoot(root), id)
      : given(root, artifactLocation);
  sql.run(
    'UPDATE experiments SET artifact_location = ? WHERE experiment_id = CAST(? AS INTEGER)',
    location,
    id,
  );
  for (const [key, value] of Object.entries(tags)) writeTag(sql, id, key, value);
  return readExperiment(sql, id);
}

function given(root: string, location: string): string {
  if (scheme(location) === 'runs')
    throw new GalleyError('invalid', `An artifact location cannot be a run: ${location}.`);
  return scheme(location) === undefined ? folderLocation(path.resolve(root, location)) : location;
}

function writeTag(sql: Sql, id: string, key: string, value: string): void {
  sql.run(
    `INSERT INTO experiment_tags (key, value, experiment_id) VALUES (?, ?, CAST(? AS INTEGER))
     ON CONFLICT (key, experiment_id) DO UPDATE SET value = excluded.value`,
    key,
    value,
    id,
  );
}

export function setExperimentTag(sql: Sql, id: string, key: string, value: string): void {
  checkExperimentTag(key, value);
  requireActive(readExperiment(sql, id));
  writeTag(sql, id, key, value);
}

export function deleteExperimentTag(sql: Sql, id: string, key: string): void {
  requireActive(readExperiment(sql, id));
  const gone = sql.run(
    'DELETE FROM experiment_tags WHERE experiment_id = CAST(? AS INTEGER) AND key = ?',
    id,
    key,
  );
  if (gone === 0)
    throw new GalleyError('not-found', `The experiment ${id} has no tag “${key}”.`, { subject: id });
}

export function renameExperiment(sql: Sql, id: string, name: string): void {
  checkExperimentName(name);
  requireActive(readExperiment(sql, id));
  const taken = readExperimentByName(sql, name);
  if (taken !== undefined && taken.id !== id)
    throw new GalleyError('conflict', `An experiment named “${name}” is there already.`, {
      subject: taken.id,
    });
  sql.run(
    'UPDATE experiments SET name = ?, last_update_time = ? WHERE experiment_id = CAST(? AS INTEGER)',
    name,
    Date.now(),
    id,
  );
}

/** Deletes or restores an experiment with all its runs. */
export function setExperimentStage(sql: Sql, id: string, stage: LifecycleStage): void {
  readExperiment(sql, id);
  const now = Date.now();
  sql.run(
    'UPDATE experiments SET lifecycle_stage = ?, last_update_time = ? WHERE experiment_id = CAST(? AS INTEGER)',
    stage,
    now,
    id,
  );
  sql.run(
    'UPDATE runs SET lifecycle_stage = ?, deleted_time = ? WHERE experiment_id = CAST(? AS INTEGER)',
    stage,
    stage === 'deleted' ? now : null,
    id,
  );
}
