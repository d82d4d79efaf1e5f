import { randomUUID } from 'node:crypto';
import { GalleyError } from '../../errors';
import { checkedParam, checkedTag } from '../../tracking/limits';
import { randomRunName } from '../../tracking/run-name';
import type {
  LifecycleStage,
  NewRun,
  Run,
  RunPage,
  RunQuery,
  RunStatus,
  RunUpdate,
} from '../../tracking/types';
import { readDatasets } from './datasets';
import { readExperiment, requireActive } from './experiments';
import { appendToLocation } from './locations';
import { readLatestMetrics } from './metrics';
import { filterSql, orderSql, type Fragment } from './run-filter';
import { list, type Sql } from './sql';

/** The tag that holds a run's name beside the `name` column. */
export const runNameTag = 'mlflow.runName';

interface RunRow {
  id: string;
  experimentId: string;
  name: string | null;
  status: RunStatus;
  startedAt: number | null;
  endedAt: number | null;
  artifactUri: string | null;
  user: string | null;
  lifecycleStage: LifecycleStage;
}

const columns = `run_uuid AS id, CAST(experiment_id AS TEXT) AS experimentId, name, status,
  start_time AS startedAt, end_time AS endedAt, artifact_uri AS artifactUri, user_id AS user, lifecycle_stage AS lifecycleStage`;

/** A page of runs with everything but metric histories. */
export function readRuns(sql: Sql, query: RunQuery): RunPage {
  const { text, values } = chosenRuns(query);
  const order = orderSql(query.order ?? [], query.oldestFirst === true);
  const count = sql.get<{ total: number }>(`SELECT COUNT(*) AS total ${text}`, ...values);
  const rows =
    query.limit === 0
      ? []
      : sql.all<RunRow>(
          `SELECT ${columns} ${text} ORDER BY ${order.text} LIMIT ? OFFSET ?`,
          ...values,
          ...order.values,
          query.limit ?? -1,
          query.offset ?? 0,
        );
  return { runs: toRuns(sql, rows), total: count?.total ?? 0 };
}

/** FROM and WHERE of the runs, as `r`, that a query is about. */
export function chosenRuns(query: Pick<RunQuery, 'experimentIds' | 'includeDeleted' | 'filter'>): Fragment {
  const filter = filterSql(query.filter);
  return {
    text: `FROM runs r WHERE r.experiment_id IN (SELECT CAST(value AS INTEGER) FROM json_each(?))
      AND (r.lifecycle_stage = 'active' OR ?) AND ${filter.text}`,
    values: [list(query.experimentIds), query.includeDeleted === true ? 1 : 0, ...filter.values],
  };
}

/** @throws GalleyError `not-found` */
export function readRun(sql: Sql, id: string): Run {
  const row = sql.get<RunRow>(`SELECT ${columns} FROM runs WHERE run_uuid = ?`, id);
  const [run] = toRuns(sql, row === undefined ? [] : [row]);
  if (run === undefined)
    throw new GalleyError('not-found', `There is no run with the id ${id}.`, { subject: id });
  return run;
}

function toRuns(sql: Sql, rows: RunRow[]): Run[] {
  if (rows.length === 0) return [];
  const ids = list(rows.map(({ id }) => id));
  const params = readTexts(sql, 'params', ids);
  const tags = readTexts(sql, 'tags', ids);
  const metrics = readLatestMetrics(sql, ids);
  const datasets = readDatasets(sql, ids);
  return rows.map((row) => ({
    id: row.id,
    experimentId: row.experimentId,
    name: row.name ?? '',
    status: row.status,
    startedAt: row.startedAt ?? 0,
    ...(row.endedAt === null ? {} : { endedAt: row.endedAt }),
    artifactUri: row.artifactUri ?? '',
    ...(row.user ? { user: row.user } : {}),
    lifecycleStage: row.lifecycleStage,
    params: params.get(row.id) ?? {},
    metrics: metrics.get(row.id) ?? {},
    tags: tags.get(row.id) ?? {},
    datasets: datasets.get(row.id) ?? [],
  }));
}

function readTexts(sql: Sql, table: 'params' | 'tags', ids: string): Map<string, Record<string, string>> {
  // One JSON object a run is several times faster than one row a value.
  const rows = sql.arrays<[string, string]>(
    `SELECT run_uuid, json_group_object(key, ifnull(value, '')) FROM ${table}
     WHERE run_uuid IN (SELECT value FROM json_each(?)) GROUP BY run_uuid`,
    ids,
  );
  return new Map(rows.map(([id, json]) => [id, JSON.parse(json) as Record<string, string>]));
}

/** Which of these runs there are. */
export function knownRuns(sql: Sql, ids: string[]): Set<string> {
  const rows = sql.arrays<[string]>(
    'SELECT run_uuid FROM runs WHERE run_uuid IN (SELECT value FROM json_each(?))',
    list(ids),
  );
  return new Set(rows.map(([id]) => id));
}

/** @throws GalleyError `not-found` */
export function requireRun(sql: Sql, id: string): { experimentId: string; stage: LifecycleStage } {
  const row = sql.get<{ experimentId: string; stage: LifecycleStage }>(
    'SELECT CAST(experiment_id AS TEXT) AS experimentId, lifecycle_stage AS stage FROM runs WHERE run_uuid = ?',
    id,
  );
  if (row === undefined)
    throw new GalleyError('not-found', `There is no run with the id ${id}.`, { subject: id });
  return row;
}

/** @throws GalleyError `not-found`, `invalid` when it is deleted */
export function requireWritable(sql: Sql, id: string): { experimentId: string } {
  const row = requireRun(sql, id);
  if (row.stage !== 'active')
    throw new GalleyError('invalid', `The run ${id} is deleted.`, {
      subject: id,
      remedy: 'Restore it first.',
    });
  return row;
}

/** @throws GalleyError `conflict` when a run of that id exists, `invalid` for a bad id or a deleted experiment */
export function createRun(sql: Sql, run: NewRun): Run {
  const id = run.id ?? randomUUID().replaceAll('-', '');
  if (!/^[0-9a-f]{32}$/.test(id))
    throw new GalleyError('invalid', `“${id}” is no run id: it must be 32 lower-case hex digits.`);
  if (sql.get('SELECT 1 FROM runs WHERE run_uuid = ?', id) !== undefined)
    throw new GalleyError('conflict', `A run with the id ${id} is there already.`, { subject: id });
  const experiment = readExperiment(sql, run.experimentId);
  requireActive(experiment);
  const tagged = run.tags[runNameTag];
  if (run.name && tagged && run.name !== tagged)
    throw new GalleyError(
      'invalid',
      `The run has two names: “${run.name}” and, as the tag ${runNameTag}, “${tagged}”.`,
    );
  const name = run.name || tagged || randomRunName();
  sql.run(
    `INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time,
       end_time, source_version, lifecycle_stage, artifact_uri, experiment_id, deleted_time)
     VALUES (?, ?, 'UNKNOWN', '', '', ?, 'RUNNING', ?, NULL, '', 'active', ?, CAST(? AS INTEGER), NULL)`,
    id,
    name,
    run.user ?? run.tags['mlflow.user'] ?? '',
    run.startedAt,
    appendToLocation(experiment.artifactLocation, id, 'artifacts'),
    experiment.id,
  );
  for (const [key, value] of Object.entries({ ...run.tags, [runNameTag]: name }))
    writeTag(sql, id, key, checkedTag(key, value));
  return readRun(sql, id);
}

/** @throws GalleyError `not-found`, `invalid` when deleted */
export function updateRun(sql: Sql, id: string, update: RunUpdate): Run {
  requireWritable(sql, id);
  if (update.status !== undefined)
    sql.run('UPDATE runs SET status = ? WHERE run_uuid = ?', update.status, id);
  if (update.endedAt !== undefined)
    sql.run('UPDATE runs SET end_time = ? WHERE run_uuid = ?', update.endedAt, id);
  if (update.name !== undefined && update.name !== '') renameRun(sql, id, update.name);
  return readRun(sql, id);
}

function renameRun(sql: Sql, id: string, name: string): void {
  const value = checkedTag(runNameTag, name);
  sql.run('UPDATE runs SET name = ? WHERE run_uuid = ?', value, id);
  writeTag(sql, id, runNameTag, value);
}

/** Deletes (marks) or restores a run. */
export function setRunStage(sql: Sql, id: string, stage: LifecycleStage): void {
  const changed = sql.run(
    'UPDATE runs SET lifecycle_stage = ?, deleted_time = ? WHERE run_uuid = ?',
    stage,
    stage === 'deleted' ? Date.now() : null,
    id,
  );
  if (changed === 0)
    throw new GalleyError('not-found', `There is no run with the id ${id}.`, { subject: id });
}

function writeTag(sql: Sql, id: string, key: string, value: string): void {
  sql.run(
    `INSERT INTO tags (key, value, run_uuid) VALUES (?, ?, ?)
     ON CONFLICT (key, run_uuid) DO UPDATE SET value = excluded.value`,
    key,
    value,
    id,
  );
}

/** Sets tags of a run that the caller has checked; the name tag renames the run. */
export function setTags(sql: Sql, id: string, tags: Record<string, string>): void {
  for (const [key, value] of Object.entries(tags)) {
    const checked = checkedTag(key, value);
    if (key === runNameTag && value !== '') renameRun(sql, id, value);
    else writeTag(sql, id, key, checked);
  }
}

/** @throws GalleyError `not-found` when there is no such tag */
export function deleteTag(sql: Sql, id: string, key: string): void {
  requireWritable(sql, id);
  if (sql.run('DELETE FROM tags WHERE run_uuid = ? AND key = ?', id, key) === 0)
    throw new GalleyError('not-found', `The run ${id} has no tag “${key}”.`, { subject: id });
}

/**
 * Logs params of a run that the caller has checked.
 * @throws GalleyError `conflict` when one was logged with another value; nothing of the batch is kept then
 */
export function logParams(sql: Sql, id: string, params: Record<string, string>): void {
  for (const [key, value] of Object.entries(params)) {
    const checked = checkedParam(key, value);
    const inserted = sql.run(
      'INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?) ON CONFLICT (key, run_uuid) DO NOTHING',
      key,
      checked,
      id,
    );
    if (inserted === 1) continue;
    const old = sql.get<{ value: string }>(
      'SELECT value FROM params WHERE key = ? AND run_uuid = ?',
      key,
      id,
    );
    if (old?.value !== checked)
      throw new GalleyError(
        'conflict',
        `Changing param values is not allowed: “${key}” was logged as “${old?.value ?? ''}” for run ${id}, and now as “${checked}”.`,
        { subject: id, remedy: 'Log it under another key, or start a new (nested) run.' },
      );
  }
}
