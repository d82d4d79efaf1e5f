import type { DatabaseSync } from 'node:sqlite';
import { GalleyError } from '../../errors';

/** What the schema of a store has, found by looking at its tables: MLflow 2.8 to 3.17 differ in these. */
export interface Features {
  /** 3.10: experiments, models and versions belong to a workspace, and primary keys start with it. */
  workspaces: boolean;
  /** 3.0: a run's output models carry a step. */
  inputSteps: boolean;
  /** 3.0 */
  loggedModels: boolean;
  /** 2.8: where a version's artifact is, when `source` is only a reference. */
  storageLocation: boolean;
}

/** The workspace that MLflow uses when none is named. */
export const defaultWorkspace = 'default';

/** Tables that every store since MLflow 2.8 has. */
const required = [
  'experiments',
  'experiment_tags',
  'runs',
  'tags',
  'params',
  'metrics',
  'latest_metrics',
  'datasets',
  'inputs',
  'input_tags',
  'registered_models',
  'registered_model_tags',
  'registered_model_aliases',
  'model_versions',
  'model_version_tags',
];

/**
 * Looks at the tables of an open database.
 * @returns undefined when it has no table at all, as a file that was only just created
 * @throws GalleyError `unsupported` when it is no MLflow store or one older than 2.8, `corrupt` when tables are missing
 */
export function detectFeatures(database: DatabaseSync, file: string): Features | undefined {
  const rows = database
    .prepare(
      `SELECT m.name AS "table", c.name AS "column"
       FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'`,
    )
    .all() as unknown as { table: string; column: string }[];
  if (rows.length === 0) return undefined;
  const columns = new Map<string, Set<string>>();
  for (const { table, column } of rows) {
    const known = columns.get(table);
    if (known === undefined) columns.set(table, new Set([column]));
    else known.add(column);
  }
  const missing = required.filter((table) => !columns.has(table));
  if (missing.length > 0) throw missingTables(missing, columns, file);
  const has = (table: string, column: string) => columns.get(table)?.has(column) ?? false;
  return {
    workspaces: has('experiments', 'workspace') && has('registered_models', 'workspace'),
    inputSteps: has('inputs', 'step'),
    loggedModels: columns.has('logged_models'),
    storageLocation: has('model_versions', 'storage_location'),
  };
}

function missingTables(missing: string[], columns: Map<string, Set<string>>, file: string): GalleyError {
  const names = missing.map((table) => `“${table}”`).join(', ');
  if (!columns.has('alembic_version') && !columns.has('experiments'))
    return new GalleyError('unsupported', `${file} is a SQLite database, but not an MLflow store.`, {
      subject: file,
      remedy: 'Move it away, or open the folder that holds the store.',
      detail: `missing tables: ${names}`,
    });
  // Registry aliases (2.3) and datasets (2.4) came last of the required ones.
  const onlyNew = missing.every((table) =>
    /^(registered_model_aliases|datasets|inputs|input_tags)$/.test(table),
  );
  if (onlyNew)
    return new GalleyError(
      'unsupported',
      `${file} was made by an MLflow older than 2.8: it lacks ${names}.`,
      {
        subject: file,
        remedy: 'Make a copy of it, then run `mlflow db upgrade sqlite:///mlflow.db` in its folder.',
      },
    );
  return new GalleyError('corrupt', `${file} lacks tables of an MLflow store: ${names}.`, {
    subject: file,
    remedy: 'Restore it from a copy, or move it away; a new one is made at the next run.',
  });
}
