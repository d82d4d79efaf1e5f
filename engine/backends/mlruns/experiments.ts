import { mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { GalleyError } from '../../errors';
import { checkExperimentName } from '../../tracking/limits';
import type { Experiment, LifecycleStage } from '../../tracking/types';
import { changeMeta, changing, isThere, metaNumber, metaText, readMeta, textsIn } from './files';
import { experimentFolders, runFolders, type ExperimentFolder } from './layout';
import { lifecycleStage } from './runs';

/** Reads an experiment; one whose `meta.yaml` is damaged has its id for a name. */
export async function readExperiment({ id, folder, deleted }: ExperimentFolder): Promise<Experiment> {
  const [meta, tags] = await Promise.all([readMeta(folder), textsIn(path.join(folder, 'tags'))]);
  const createdAt = metaNumber(meta ?? {}, 'creation_time') ?? 0;
  return {
    id,
    name: metaText(meta ?? {}, 'name') ?? id,
    artifactLocation: metaText(meta ?? {}, 'artifact_location') ?? '',
    lifecycleStage: deleted ? 'deleted' : lifecycleStage(meta ?? {}),
    createdAt,
    updatedAt: metaNumber(meta ?? {}, 'last_update_time') ?? createdAt,
    tags,
  };
}

/** @throws GalleyError `not-found` */
export async function requireExperiment(root: string, id: string): Promise<ExperimentFolder> {
  const found = (await experimentFolders(root)).find((experiment) => experiment.id === id);
  if (found === undefined)
    throw new GalleyError('not-found', `There is no experiment with the id ${id} in ${root}.`, {
      subject: id,
    });
  return found;
}

/** @throws GalleyError `not-found`, `conflict` when the name is taken, `invalid` when it is deleted */
export async function renameExperiment(root: string, id: string, name: string): Promise<void> {
  checkExperimentName(name);
  const experiment = await requireExperiment(root, id);
  if (experiment.deleted)
    throw new GalleyError('invalid', `The experiment ${id} is deleted.`, {
      subject: id,
      remedy: 'Restore it first.',
    });
  const others = await Promise.all((await experimentFolders(root)).map(readExperiment));
  const taken = others.find((other) => other.name === name && other.id !== id);
  if (taken !== undefined)
    throw new GalleyError('conflict', `An experiment named “${name}” is there already.`, {
      subject: taken.id,
    });
  await changeMeta(experiment.folder, { name, last_update_time: Date.now() });
}

/** Deletes (moves to `.trash`) or restores an experiment with all its runs, as MLflow does. */
export async function setExperimentStage(root: string, id: string, stage: LifecycleStage): Promise<void> {
  const experiment = await requireExperiment(root, id);
  if (experiment.deleted === (stage === 'deleted')) return;
  const target = path.join(stage === 'deleted' ? path.join(root, '.trash') : root, id);
  if (await isThere(target))
    throw new GalleyError('conflict', `${target} is there already.`, { subject: target });
  const now = Date.now();
  for (const run of await runFolders(experiment.folder))
    await changeMeta(run, { lifecycle_stage: stage, deleted_time: stage === 'deleted' ? now : null });
  await changeMeta(experiment.folder, { lifecycle_stage: stage, last_update_time: now });
  await changing(target, async () => {
    await mkdir(path.dirname(target), { recursive: true });
    await rename(experiment.folder, target);
  });
}
