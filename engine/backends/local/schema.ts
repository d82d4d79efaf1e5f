import type { DatabaseSync } from 'node:sqlite';
import schema from './schema.sql';
import { defaultWorkspace } from './features';
import { appendToLocation } from './locations';

/**
 * Makes the tables of a new store, in the caller's transaction.
 * @param artifactRoot with it, the Default experiment is made too, as MLflow does
 */
export function createSchema(database: DatabaseSync, artifactRoot?: string): void {
  database.exec(schema);
  if (artifactRoot === undefined) return;
  const now = Date.now();
  database
    .prepare(
      `INSERT INTO experiments (experiment_id, name, artifact_location, lifecycle_stage, creation_time, last_update_time, workspace)
       VALUES (0, 'Default', ?, 'active', ?, ?, ?)`,
    )
    .run(appendToLocation(artifactRoot, '0'), now, now, defaultWorkspace);
}
