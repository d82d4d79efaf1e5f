import { rm } from 'node:fs/promises';
import path from 'node:path';
import { GalleyError } from '../../errors';
import { filterTest, orderComparison, parseOrder, readRunField } from '../../tracking/filter';
import { checkedTag, checkExperimentTag, checkKey } from '../../tracking/limits';
import type {
  ExperimentLifecycle,
  LoggedModelStore,
  Run,
  RunPage,
  RunQuery,
  TrackingStore,
} from '../../tracking/types';
import { readExperiment, renameExperiment, requireExperiment, setExperimentStage } from './experiments';
import { changeMeta, changing, inTurns, isThere, replaceFile, textsIn } from './files';
import { experimentFolders, findModel, findRun, runFolders } from './layout';
import { metricHistory } from './metrics';
import { readModel, readModels } from './models';
import { storeRevision } from './revision';
import { readRun, readRunModels, statuses } from './runs';

/** What can be read of logged models. */
export type ModelReads = Pick<LoggedModelStore, 'loggedModel' | 'loggedModels' | 'runModels'>;

/** An MLflow file store: everything is read, tags, names and lifecycle stages are written; new runs are not. */
export type FileStore = TrackingStore &
  ExperimentLifecycle &
  ModelReads & {
    has(runId: string): Promise<boolean>;
    /** Ids of all runs of an experiment. */
    runIds(experimentId: string): Promise<string[]>;
  };

const manyRuns = 16;

function newHere(root: string, what: string): GalleyError {
  return new GalleyError(
    'unsupported',
    `${root} is an MLflow file store, and Galley logs no ${what} into it.`,
    {
      subject: root,
      remedy: 'New runs go to mlflow.db. `mlflow migrate-filestore` moves the old ones there.',
    },
  );
}

/**
 * Opens the folder of an MLflow file store (`mlruns`). Nothing of it is kept in memory.
 * @param root its absolute path; a folder that is not there reads as empty
 */
export function openFileStore(root: string): FileStore {
  const refuse = (what: string) => async () => Promise.reject(newHere(root, what));

  async function requireRun(id: string) {
    const found = await findRun(root, id);
    const run = found && (await readRun(found.folder, found.experiment));
    if (found === undefined || run === undefined)
      throw new GalleyError('not-found', `There is no run with the id ${id} in ${root}.`, { subject: id });
    return { ...found, run };
  }

  /** @throws GalleyError `not-found`, `invalid` when it is deleted */
  async function requireWritable(id: string) {
    const found = await requireRun(id);
    if (found.run.lifecycleStage !== 'active')
      throw new GalleyError('invalid', `The run ${id} is deleted.`, {
        subject: id,
        remedy: 'Restore it first.',
      });
    return found;
  }

  async function setTags(id: string, tags: Record<string, string>): Promise<void> {
    const { folder } = await requireWritable(id);
    const checked = Object.entries(tags).map(([key, value]) => [key, checkedTag(key, value)] as const);
    for (const [key, value] of checked) {
      await replaceFile(path.join(folder, 'tags', key), value, folder);
      if (key === 'mlflow.runName' && value !== '') await changeMeta(folder, { run_name: value });
    }
  }

  async function requireActive(id: string) {
    const experiment = await requireExperiment(root, id);
    if (experiment.deleted)
      throw new GalleyError('invalid', `The experiment ${id} is deleted.`, {
        subject: id,
        remedy: 'Restore it first.',
      });
    return experiment;
  }

  return {
    runIds: async (experimentId) => {
      const folders = await runFolders((await requireExperiment(root, experimentId)).folder);
      return folders.map((folder) => path.basename(folder));
    },
    has: async (runId) => (await findRun(root, runId)) !== undefined,

    experiments: async (options) => {
      const folders = (await experimentFolders(root)).filter(
        ({ deleted }) => !deleted || options?.includeDeleted,
      );
      const experiments = await Promise.all(folders.map(readExperiment));
      return experiments.sort((a, b) => b.createdAt - a.createdAt);
    },
    experiment: async (id) => readExperiment(await requireExperiment(root, id)),
    experimentByName: async (name) => {
      const experiments = await Promise.all((await experimentFolders(root)).map(readExperiment));
      return experiments.find((experiment) => experiment.name === name);
    },
    createExperiment: refuse('experiments'),
    renameExperiment: (id, name) => renameExperiment(root, id, name),
    deleteExperiment: (id) => setExperimentStage(root, id, 'deleted'),
    restoreExperiment: (id) => setExperimentStage(root, id, 'active'),
    setExperimentTag: async (id, key, value) => {
      checkExperimentTag(key, value);
      const { folder } = await requireActive(id);
      await replaceFile(path.join(folder, 'tags', key), value, folder);
    },
    deleteExperimentTag: async (id, key) => {
      checkKey('Tag', key);
      const { folder } = await requireActive(id);
      const file = path.join(folder, 'tags', key);
      if (!(await isThere(file)))
        throw new GalleyError('not-found', `The experiment ${id} has no tag “${key}”.`, { subject: id });
      await changing(file, () => rm(file));
    },

    runs: (query) => queryRuns(root, query),
    run: async (id) => (await requireRun(id)).run,
    createRun: refuse('runs'),
    updateRun: async (id, update) => {
      const { folder } = await requireWritable(id);
      if (update.name) await setTags(id, { 'mlflow.runName': update.name });
      await changeMeta(folder, {
        ...(update.status === undefined ? {} : { status: statuses.indexOf(update.status) + 1 }),
        ...(update.endedAt === undefined ? {} : { end_time: update.endedAt }),
      });
      return (await requireRun(id)).run;
    },
    deleteRun: async (id) =>
      changeMeta((await requireRun(id)).folder, { lifecycle_stage: 'deleted', deleted_time: Date.now() }),
    restoreRun: async (id) =>
      changeMeta((await requireRun(id)).folder, { lifecycle_stage: 'active', deleted_time: null }),
    log: async (id, { metrics, params, tags }) => {
      if ((metrics ?? []).length > 0) throw newHere(root, 'metrics');
      if (Object.keys(params ?? {}).length > 0) throw newHere(root, 'params');
      await setTags(id, tags ?? {});
    },
    logDatasets: refuse('datasets'),
    deleteTag: async (id, key) => {
      const { folder } = await requireWritable(id);
      if (!Object.hasOwn(await textsIn(path.join(folder, 'tags')), key))
        throw new GalleyError('not-found', `The run ${id} has no tag “${key}”.`, { subject: id });
      const file = path.join(folder, 'tags', key);
      await changing(file, () => rm(file));
    },
    metricHistory: async (id, key) => metricHistory((await requireRun(id)).folder, key),

    loggedModel: async (id, options) => {
      const found = await findModel(root, id);
      const model = found && (await readModel(found.folder, found.experiment));
      if (model === undefined || (model.lifecycleStage === 'deleted' && options?.includeDeleted !== true))
        throw new GalleyError('not-found', `There is no logged model ${id} in ${root}.`, { subject: id });
      return model;
    },
    loggedModels: async (experimentIds) => {
      const folders = (await experimentFolders(root)).filter(({ id }) => experimentIds.includes(id));
      const models = (await Promise.all(folders.map(readModels))).flat();
      return models.sort((a, b) => b.createdAt - a.createdAt);
    },
    runModels: async (runIds) => {
      const models = await inTurns(runIds, manyRuns, async (id) => {
        const found = await findRun(root, id);
        return found === undefined ? [] : [[id, await readRunModels(found.folder)] as const];
      });
      return new Map(models.flat());
    },

    revision: () => storeRevision(root),
    close: async () => undefined,
  };
}

async function queryRuns(root: string, query: RunQuery): Promise<RunPage> {
  const experiments = (await experimentFolders(root)).filter(({ id }) => query.experimentIds.includes(id));
  const passes = filterTest(query.filter, readRunField);
  const found: Run[] = [];
  for (const experiment of experiments) {
    const folders = await runFolders(experiment.folder);
    for (const run of await inTurns(folders, manyRuns, (folder) => readRun(folder, experiment)))
      if (
        run !== undefined &&
        (run.lifecycleStage === 'active' || query.includeDeleted === true) &&
        passes(run)
      )
        found.push(run);
  }
  found.sort(runOrder(query));
  const offset = query.offset ?? 0;
  return { runs: found.slice(offset, offset + (query.limit ?? found.length)), total: found.length };
}

/** The order that a query asks for, of runs that are in memory. */
export function runOrder({ order = [], oldestFirst }: RunQuery): (a: Run, b: Run) => number {
  const byStart = order.some(({ field }) => field.key === 'start_time');
  const last = [...(byStart ? [] : [`start_time ${oldestFirst === true ? 'ASC' : 'DESC'}`]), 'run_id ASC'];
  return orderComparison([...order, ...parseOrder(last)], readRunField);
}
