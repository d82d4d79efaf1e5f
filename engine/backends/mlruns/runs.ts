import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { DatasetInput, LifecycleStage, Run, RunModels, RunStatus } from '../../tracking/types';
import { foldersIn, inTurns, metaNumber, metaText, readMeta, textsIn, type Meta } from './files';
import type { ExperimentFolder } from './layout';
import { lastMetrics } from './metrics';

/** Numbers of RunStatus in service.proto, from 1 on. */
export const statuses: readonly RunStatus[] = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'];

export function lifecycleStage(meta: Meta): LifecycleStage {
  return metaText(meta, 'lifecycle_stage') === 'deleted' ? 'deleted' : 'active';
}

/**
 * Reads a run with everything but metric histories. What is missing or damaged is left out; a run without a readable
 * start is taken to have begun when its `meta.yaml` was last written.
 * @returns undefined when the folder is no run of this experiment
 */
export async function readRun(folder: string, experiment: ExperimentFolder): Promise<Run | undefined> {
  const meta = await readMeta(folder);
  if (meta === undefined || (metaText(meta, 'experiment_id') ?? experiment.id) !== experiment.id)
    return undefined;
  const [params, tags, metrics, links] = await Promise.all([
    textsIn(path.join(folder, 'params')),
    textsIn(path.join(folder, 'tags')),
    lastMetrics(folder),
    readLinks(path.join(folder, 'inputs')),
  ]);
  const status = metaText(meta, 'status');
  const endedAt = metaNumber(meta, 'end_time');
  const user = metaText(meta, 'user_id') ?? tags['mlflow.user'];
  return {
    id: metaText(meta, 'run_id') ?? metaText(meta, 'run_uuid') ?? path.basename(folder),
    experimentId: experiment.id,
    name: metaText(meta, 'run_name') || tags['mlflow.runName'] || metaText(meta, 'name') || '',
    status: statuses[Number(status) - 1] ?? statuses.find((name) => name === status) ?? 'RUNNING',
    startedAt: metaNumber(meta, 'start_time') ?? (await writtenAt(folder)),
    ...(endedAt === undefined ? {} : { endedAt }),
    artifactUri: metaText(meta, 'artifact_uri') ?? '',
    ...(user ? { user } : {}),
    lifecycleStage: lifecycleStage(meta),
    params,
    metrics,
    tags,
    datasets: await readDatasets(experiment.folder, links),
  };
}

async function writtenAt(folder: string): Promise<number> {
  return Math.trunc((await stat(path.join(folder, 'meta.yaml'))).mtimeMs);
}

/** Folders of `inputs` or `outputs`, each with a `meta.yaml`. */
async function readLinks(folder: string): Promise<Meta[]> {
  const names = (await foldersIn(folder)).sort();
  const metas = await inTurns(names, 8, (name) => readMeta(path.join(folder, name)));
  return metas.filter((meta) => meta !== undefined);
}

async function readDatasets(experiment: string, links: Meta[]): Promise<DatasetInput[]> {
  const datasets = await inTurns(links, 8, async (link): Promise<DatasetInput[]> => {
    const id = metaText(link, 'source_id');
    if (metaText(link, 'source_type') !== 'DATASET' || id === undefined || !/^\w+$/.test(id)) return [];
    const meta = await readMeta(path.join(experiment, 'datasets', id));
    if (meta === undefined) return [];
    const schema = metaText(meta, 'schema');
    const profile = metaText(meta, 'profile');
    const tags = typeof link['tags'] === 'object' ? link['tags'] : {};
    return [
      {
        name: metaText(meta, 'name') ?? '',
        digest: metaText(meta, 'digest') ?? '',
        sourceType: metaText(meta, 'source_type') ?? '',
        source: metaText(meta, 'source') ?? '',
        ...(schema === undefined ? {} : { schema }),
        ...(profile === undefined ? {} : { profile }),
        tags,
      },
    ];
  });
  return datasets.flat().sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** Logged models that a run read and made. */
export async function readRunModels(folder: string): Promise<RunModels> {
  const [inputs, outputs] = await Promise.all([
    readLinks(path.join(folder, 'inputs')),
    readLinks(path.join(folder, 'outputs')),
  ]);
  return {
    inputs: inputs.flatMap((link) =>
      metaText(link, 'source_type') === 'MODEL' ? (metaText(link, 'source_id') ?? []) : [],
    ),
    outputs: outputs.flatMap((link) => {
      const modelId = metaText(link, 'destination_id');
      return modelId === undefined ? [] : [{ modelId, step: metaNumber(link, 'step') ?? 0 }];
    }),
  };
}
