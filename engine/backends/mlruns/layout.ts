import path from 'node:path';
import { foldersIn, isThere } from './files';

/** A folder of the store that is an experiment: it has a `meta.yaml`. Artifacts of other stores lie in such folders too. */
export interface ExperimentFolder {
  id: string;
  folder: string;
  /** Deleted experiments lie in `.trash`. */
  deleted: boolean;
}

const idPattern = /^[a-zA-Z0-9][\w-]{0,255}$/;
const reserved = ['tags', 'datasets', 'traces', 'models'];

async function experimentsIn(folder: string, deleted: boolean): Promise<ExperimentFolder[]> {
  const names = (await foldersIn(folder)).filter(
    (name) => idPattern.test(name) && (deleted || name !== 'models'),
  );
  const found = await Promise.all(
    names.map(async (id) => {
      const place = path.join(folder, id);
      return (await isThere(path.join(place, 'meta.yaml'))) ? [{ id, folder: place, deleted }] : [];
    }),
  );
  return found.flat();
}

/** All experiments of a store. */
export async function experimentFolders(root: string): Promise<ExperimentFolder[]> {
  const [active, deleted] = await Promise.all([
    experimentsIn(root, false),
    experimentsIn(path.join(root, '.trash'), true),
  ]);
  return [...active, ...deleted];
}

/** Folders of an experiment's runs. */
export async function runFolders(experiment: string): Promise<string[]> {
  const names = (await foldersIn(experiment)).filter(
    (name) => idPattern.test(name) && !reserved.includes(name),
  );
  const there = await Promise.all(names.map((name) => isThere(path.join(experiment, name, 'meta.yaml'))));
  return names.filter((_, index) => there[index]).map((name) => path.join(experiment, name));
}

/** The folder of a run and its experiment, or undefined. */
export async function findRun(
  root: string,
  runId: string,
): Promise<{ folder: string; experiment: ExperimentFolder } | undefined> {
  return find(root, runId, (experiment) => path.join(experiment, runId));
}

/** The folder of a logged model and its experiment, or undefined. */
export async function findModel(
  root: string,
  modelId: string,
): Promise<{ folder: string; experiment: ExperimentFolder } | undefined> {
  return find(root, modelId, (experiment) => path.join(experiment, 'models', modelId));
}

async function find(root: string, id: string, place: (experiment: string) => string) {
  if (!idPattern.test(id) || reserved.includes(id)) return undefined;
  for (const experiment of await experimentFolders(root)) {
    const folder = place(experiment.folder);
    if (await isThere(path.join(folder, 'meta.yaml'))) return { folder, experiment };
  }
  return undefined;
}
