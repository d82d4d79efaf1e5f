import { stat } from 'node:fs/promises';
import { GalleyError } from '../../errors';
import { filterTest, readRunField } from '../../tracking/filter';
import type { Experiment, Run, TrackingCapabilities, TrackingStore } from '../../tracking/types';
import { experimentFolders } from './layout';
import { openFileStore, runOrder, type FileStore } from './store';

/** Ids of the file store's experiments are told from those of `mlflow.db` by this. */
const prefix = 'mlruns-';
/** Milliseconds after which a folder that did not change is taken to be complete. */
const settled = 2000;

type Tracking = TrackingStore & TrackingCapabilities;

/**
 * Shows the experiments of an MLflow file store beside those of a project's own store. What is new always goes to the
 * project's own store; a run that both have (`mlflow migrate-filestore` copies them) is the own store's.
 * @param folder `mlruns`, absolute; it may come and go
 * @param known which of these run ids the own store has
 */
export function besideFileStore(
  own: Tracking,
  folder: string,
  known: (runIds: string[]) => Promise<Set<string>>,
): Tracking {
  const store = openFileStore(folder);
  let seen: { mtime: number; any: boolean } | undefined;

  /** The file store, when there is an experiment in it. */
  async function files(): Promise<FileStore | undefined> {
    const mtime = await stat(folder).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined,
    );
    if (mtime === undefined) return undefined;
    if (seen?.mtime !== mtime) {
      const any = (await experimentFolders(folder)).length > 0;
      seen = any || Date.now() - mtime > settled ? { mtime, any } : undefined;
      if (!any) return undefined;
    }
    return seen?.any === true ? store : undefined;
  }

  /** The file store, when the run is in it and not in the own store. */
  async function filesWith(runId: string): Promise<FileStore | undefined> {
    const found = await files();
    if (found === undefined || !(await found.has(runId)) || (await known([runId])).has(runId))
      return undefined;
    return found;
  }

  const filesId = (id: string) => (id.startsWith(prefix) ? id.slice(prefix.length) : undefined);
  const shownExperiment = (experiment: Experiment): Experiment => ({
    ...experiment,
    id: `${prefix}${experiment.id}`,
  });
  const shownRun = (run: Run): Run => ({ ...run, experimentId: `${prefix}${run.experimentId}` });

  /** Whether the own store has an experiment with all its runs already, as after a migration, or as of `Default`. */
  async function isCopied(found: FileStore, { id, name }: Experiment, ours: Experiment[]): Promise<boolean> {
    if (!ours.some((own) => own.id === id && own.name === name)) return false;
    const ids = await found.runIds(id);
    return (await known(ids)).size === ids.length;
  }

  const runs: Tracking['runs'] = async (query) => {
    const theirs = query.experimentIds.flatMap((id) => filesId(id) ?? []);
    const found = theirs.length > 0 ? await files() : undefined;
    if (found === undefined) return own.runs(query);
    const { filter, limit, offset = 0, order, ...rest } = query;
    // Filtered here: in the file store experiments have other ids.
    const all = await found.runs({ ...rest, experimentIds: theirs });
    const both = await known(all.runs.map(({ id }) => id));
    const passes = filterTest(filter, readRunField);
    const old = all.runs
      .filter(({ id }) => !both.has(id))
      .map(shownRun)
      .filter(passes);
    const ours = await own.runs({
      ...query,
      experimentIds: query.experimentIds.filter((id) => filesId(id) === undefined),
      offset: 0,
      ...(limit === undefined ? {} : { limit: offset + limit }),
    });
    const merged = [...ours.runs, ...old].sort(
      runOrder({ ...query, ...(order === undefined ? {} : { order }) }),
    );
    return {
      runs: merged.slice(offset, limit === undefined ? undefined : offset + limit),
      total: ours.total + old.length,
    };
  };

  return {
    ...own,
    experiments: async (options) => {
      const found = await files();
      const ours = await own.experiments(options);
      if (found === undefined) return ours;
      const theirs = await found.experiments(options);
      const copied = await Promise.all(theirs.map((experiment) => isCopied(found, experiment, ours)));
      const shown = theirs.filter((_, index) => copied[index] !== true).map(shownExperiment);
      return [...ours, ...shown].sort((a, b) => b.createdAt - a.createdAt);
    },
    experiment: async (id) => {
      const theirs = filesId(id);
      return theirs === undefined ? own.experiment(id) : shownExperiment(await store.experiment(theirs));
    },
    setExperimentTag: async (id, key, value) => {
      const theirs = filesId(id);
      return theirs === undefined
        ? own.setExperimentTag(id, key, value)
        : store.setExperimentTag(theirs, key, value);
    },
    deleteExperimentTag: async (id, key) => {
      const theirs = filesId(id);
      return theirs === undefined ? own.deleteExperimentTag(id, key) : store.deleteExperimentTag(theirs, key);
    },
    renameExperiment: async (id, name) => {
      const theirs = filesId(id);
      return theirs === undefined ? own.renameExperiment(id, name) : store.renameExperiment(theirs, name);
    },
    deleteExperiment: async (id) => {
      const theirs = filesId(id);
      return theirs === undefined ? own.deleteExperiment(id) : store.deleteExperiment(theirs);
    },
    restoreExperiment: async (id) => {
      const theirs = filesId(id);
      return theirs === undefined ? own.restoreExperiment(id) : store.restoreExperiment(theirs);
    },
    runs,
    run: async (id) => {
      const found = await filesWith(id);
      return found === undefined ? own.run(id) : shownRun(await found.run(id));
    },
    createRun: async (run) => {
      const theirs = filesId(run.experimentId);
      return theirs === undefined ? own.createRun(run) : store.createRun({ ...run, experimentId: theirs });
    },
    updateRun: async (id, update) => {
      const found = await filesWith(id);
      return found === undefined ? own.updateRun(id, update) : shownRun(await found.updateRun(id, update));
    },
    deleteRun: async (id) => ((await filesWith(id)) ?? own).deleteRun(id),
    restoreRun: async (id) => ((await filesWith(id)) ?? own).restoreRun(id),
    log: async (id, batch) => ((await filesWith(id)) ?? own).log(id, batch),
    logDatasets: async (id, datasets) => ((await filesWith(id)) ?? own).logDatasets(id, datasets),
    deleteTag: async (id, key) => ((await filesWith(id)) ?? own).deleteTag(id, key),
    metricHistory: async (id, key) => ((await filesWith(id)) ?? own).metricHistory(id, key),
    loggedModel: async (id, options) => {
      const found = await files();
      if (found === undefined) return own.loggedModel(id, options);
      const ours = await own.loggedModel(id, options).catch((error: unknown) => {
        if (error instanceof GalleyError && error.code === 'not-found') return undefined;
        throw error;
      });
      if (ours !== undefined) return ours;
      const theirs = await found.loggedModel(id, options);
      return { ...theirs, experimentId: `${prefix}${theirs.experimentId}` };
    },
    loggedModels: async (ids) => {
      const found = await files();
      const ours = await own.loggedModels(ids.filter((id) => filesId(id) === undefined));
      if (found === undefined) return ours;
      const theirs = await found.loggedModels(ids.flatMap((id) => filesId(id) ?? []));
      const shown = theirs.map((model) => ({ ...model, experimentId: `${prefix}${model.experimentId}` }));
      return [...ours, ...shown].sort((a, b) => b.createdAt - a.createdAt);
    },
    runModels: async (ids) => {
      const found = await files();
      const ours = await own.runModels(ids);
      if (found === undefined) return ours;
      const theirs = await found.runModels(ids.filter((id) => !ours.has(id)));
      return new Map([...theirs, ...ours]);
    },
    revision: async () => {
      const found = await files();
      return found === undefined ? own.revision() : `${await own.revision()}:${await found.revision()}`;
    },
  };
}
