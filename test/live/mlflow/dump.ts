import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ModelRegistry } from '../../../engine/registry/types';
import type { LoggedModelStore, TrackingStore } from '../../../engine/tracking/types';
import { runPython } from '../python';

/** The bits of a double: NaN, -0 and the last digit count too. */
function bits(value: number): string {
  const bytes = Buffer.alloc(8);
  // Python's NaN.
  if (Number.isNaN(value)) bytes.writeBigUInt64BE(0x7ff8000000000000n);
  else bytes.writeDoubleBE(value);
  return bytes.toString('hex');
}

function sorted<T>(rows: T[]): T[] {
  const keyed = rows.map((row) => [JSON.stringify(row), row] as const);
  return keyed.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

/** What a dump is made of. */
export interface Readable {
  tracking: TrackingStore & Pick<LoggedModelStore, 'loggedModels' | 'runModels'>;
  registry?: ModelRegistry;
}

/** What a store reads, in the form of dump.py. */
export async function dumpOurs({ tracking, registry }: Readable): Promise<unknown> {
  const experiments = await tracking.experiments({ includeDeleted: true });
  const experimentIds = experiments.map(({ id }) => id);
  const { runs } = await tracking.runs({ experimentIds, includeDeleted: true });
  const outputs = await tracking.runModels(runs.map(({ id }) => id));
  const models = (await registry?.models()) ?? [];
  const versions = (
    await Promise.all(models.map(async ({ name }) => (await registry?.versions(name)) ?? []))
  ).flat();
  const history = async (id: string, key: string) =>
    (await tracking.metricHistory(id, key)).map(({ step, timestamp, value }) => [
      step,
      timestamp,
      bits(value),
    ]);
  return {
    experiments: Object.fromEntries(experiments.map(({ id, ...rest }) => [id, rest])),
    runs: Object.fromEntries(
      await Promise.all(
        runs.map(async (run) => [
          run.id,
          {
            experimentId: run.experimentId,
            name: run.name,
            status: run.status,
            startedAt: run.startedAt,
            endedAt: run.endedAt ?? null,
            artifactUri: run.artifactUri,
            lifecycleStage: run.lifecycleStage,
            params: run.params,
            tags: run.tags,
            metrics: Object.fromEntries(
              Object.entries(run.metrics).map(([key, { value, step, timestamp }]) => [
                key,
                { value: bits(value), step, timestamp },
              ]),
            ),
            history: Object.fromEntries(
              await Promise.all(
                Object.keys(run.metrics).map(
                  async (key) => [key, sorted(await history(run.id, key))] as const,
                ),
              ),
            ),
            datasets: run.datasets.map((dataset) => ({
              ...dataset,
              schema: dataset.schema ?? null,
              profile: dataset.profile ?? null,
            })),
            outputs: (outputs.get(run.id)?.outputs ?? []).map(({ modelId, step }) => [modelId, step]),
          },
        ]),
      ),
    ),
    loggedModels: Object.fromEntries(
      (await tracking.loggedModels(experimentIds)).map((model) => [
        model.id,
        {
          name: model.name,
          experimentId: model.experimentId,
          artifactLocation: model.artifactLocation,
          status: model.status,
          modelType: model.modelType ?? null,
          sourceRunId: model.sourceRunId ?? null,
          params: model.params,
          tags: model.tags,
          metrics: sorted(model.metrics.map(({ key, step, value }) => [key, step, bits(value)])),
        },
      ]),
    ),
    models: Object.fromEntries(
      models.map(({ name, description, createdAt, updatedAt, tags, aliases }) => [
        name,
        { description: description ?? null, createdAt, updatedAt, tags, aliases },
      ]),
    ),
    versions: Object.fromEntries(
      versions.map(({ name, version, description, runId, ...rest }) => [
        `${name}/${version}`,
        { ...rest, description: description ?? null, runId: runId ?? null },
      ]),
    ),
  };
}

interface Dump {
  runs: Record<string, { history: Record<string, unknown[]> }>;
}

/** What MLflow itself reads in the folder's store. */
export async function dumpTheirs(
  python: string,
  folder: string,
  out: string,
  uri = 'sqlite:///mlflow.db',
): Promise<unknown> {
  const file = path.join(out, 'dump.json');
  await runPython(python, 'test/live/mlflow/dump.py', [uri, file], {
    cwd: folder,
    env: { MLFLOW_ALLOW_FILE_STORE: 'true' },
  });
  const dump = JSON.parse(await readFile(file, 'utf8')) as Dump;
  for (const run of Object.values(dump.runs))
    for (const [key, points] of Object.entries(run.history)) run.history[key] = sorted(points);
  return dump;
}
