import { randomUUID } from 'node:crypto';
import { checkDataset } from '../../tracking/limits';
import type { DatasetInput } from '../../tracking/types';
import type { Sql } from './sql';

interface DatasetRow {
  runId: string;
  inputId: string;
  name: string;
  digest: string;
  sourceType: string;
  source: string;
  schema: string | null;
  profile: string | null;
}

/** A key of the kind that MLflow gives datasets and inputs. */
export function newUuid(): string {
  return randomUUID().replaceAll('-', '');
}

/** Links datasets to a run that the caller has checked. The same dataset (name and digest) is linked once; its first tags stay. */
export function logDatasets(sql: Sql, runId: string, experimentId: string, datasets: DatasetInput[]): void {
  for (const dataset of datasets) {
    checkDataset(dataset);
    const datasetId = datasetKey(sql, experimentId, dataset);
    const inputId = newUuid();
    const linked = sql.run(
      `INSERT INTO inputs (input_uuid, source_type, source_id, destination_type, destination_id)
       VALUES (?, 'DATASET', ?, 'RUN', ?) ON CONFLICT DO NOTHING`,
      inputId,
      datasetId,
      runId,
    );
    if (linked === 0) continue;
    for (const [name, value] of Object.entries(dataset.tags))
      sql.run('INSERT INTO input_tags (input_uuid, name, value) VALUES (?, ?, ?)', inputId, name, value);
  }
}

function datasetKey(sql: Sql, experimentId: string, dataset: DatasetInput): string {
  const known = sql.get<{ id: string }>(
    'SELECT dataset_uuid AS id FROM datasets WHERE experiment_id = CAST(? AS INTEGER) AND name = ? AND digest = ?',
    experimentId,
    dataset.name,
    dataset.digest,
  );
  if (known !== undefined) return known.id;
  const id = newUuid();
  sql.run(
    `INSERT INTO datasets (dataset_uuid, experiment_id, name, digest, dataset_source_type, dataset_source,
       dataset_schema, dataset_profile)
     VALUES (?, CAST(? AS INTEGER), ?, ?, ?, ?, ?, ?)`,
    id,
    experimentId,
    dataset.name,
    dataset.digest,
    dataset.sourceType,
    dataset.source,
    dataset.schema ?? null,
    dataset.profile ?? null,
  );
  return id;
}

/**
 * Datasets of runs.
 * @param ids a JSON list of run ids
 */
export function readDatasets(sql: Sql, ids: string): Map<string, DatasetInput[]> {
  const rows = sql.all<DatasetRow>(
    `SELECT i.destination_id AS runId, i.input_uuid AS inputId, d.name, d.digest, d.dataset_source_type AS sourceType,
       d.dataset_source AS source, d.dataset_schema AS schema, d.dataset_profile AS profile
     FROM json_each(?) runs
     JOIN inputs i ON i.destination_type = 'RUN' AND i.destination_id = runs.value AND i.source_type = 'DATASET'
     JOIN datasets d ON d.dataset_uuid = i.source_id
     ORDER BY d.name, d.digest`,
    ids,
  );
  const datasets = new Map<string, DatasetInput[]>();
  for (const { runId, inputId, schema, profile, ...row } of rows) {
    const tags = sql.all<{ name: string; value: string }>(
      'SELECT name, value FROM input_tags WHERE input_uuid = ?',
      inputId,
    );
    const dataset: DatasetInput = {
      ...row,
      ...(schema === null ? {} : { schema }),
      ...(profile === null ? {} : { profile }),
      tags: Object.fromEntries(tags.map(({ name, value }) => [name, value])),
    };
    const ofRun = datasets.get(runId);
    if (ofRun === undefined) datasets.set(runId, [dataset]);
    else ofRun.push(dataset);
  }
  return datasets;
}
