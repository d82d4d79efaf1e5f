import path from 'node:path';
import type { LoggedModel, LoggedModelStatus } from '../../tracking/types';
import { foldersIn, inTurns, metaNumber, metaText, readMeta, textsIn } from './files';
import type { ExperimentFolder } from './layout';
import { modelMetrics } from './metrics';
import { lifecycleStage } from './runs';

/** Numbers of LoggedModelStatus in service.proto, from 1 on. */
const statuses: readonly LoggedModelStatus[] = ['PENDING', 'READY', 'FAILED'];

/** Reads a logged model, or nothing when its folder has no `meta.yaml`. */
export async function readModel(
  folder: string,
  experiment: ExperimentFolder,
): Promise<LoggedModel | undefined> {
  const meta = await readMeta(folder);
  if (meta === undefined) return undefined;
  const [params, tags, metrics] = await Promise.all([
    textsIn(path.join(folder, 'params')),
    textsIn(path.join(folder, 'tags')),
    modelMetrics(folder),
  ]);
  const createdAt = metaNumber(meta, 'creation_timestamp') ?? 0;
  const statusMessage = metaText(meta, 'status_message');
  const modelType = metaText(meta, 'model_type');
  const sourceRunId = metaText(meta, 'source_run_id');
  return {
    id: metaText(meta, 'model_id') ?? path.basename(folder),
    experimentId: experiment.id,
    name: metaText(meta, 'name') ?? '',
    artifactLocation: metaText(meta, 'artifact_location') ?? '',
    createdAt,
    updatedAt: metaNumber(meta, 'last_updated_timestamp') ?? createdAt,
    status: statuses[(metaNumber(meta, 'status') ?? 1) - 1] ?? 'PENDING',
    lifecycleStage: lifecycleStage(meta),
    ...(statusMessage ? { statusMessage } : {}),
    ...(modelType ? { modelType } : {}),
    ...(sourceRunId ? { sourceRunId } : {}),
    params,
    tags,
    metrics,
  };
}

/** Active logged models of an experiment. */
export async function readModels(experiment: ExperimentFolder): Promise<LoggedModel[]> {
  const folder = path.join(experiment.folder, 'models');
  const names = await foldersIn(folder);
  const models = await inTurns(names, 8, (name) => readModel(path.join(folder, name), experiment));
  return models.filter((model) => model !== undefined).filter((model) => model.lifecycleStage === 'active');
}
