import { statSync } from 'node:fs';
import { GalleyError } from '../../errors';
import { columnsOf } from '../../tracking/columns';
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

  function modified(): number | undefined {
    return statSync(folder, { throwIfNoEntry: false })?.mtimeMs;
  }

  /** The file store, when there is an experiment in it. */
  async function files(): Promise<FileStore | undefined> {
    const mtime = modified();
    if (mtime === undefined) return undefined;
    if (seen?.mtime !== mtime) {
      const any = (await experimentFolders(folder)).length > 0;
      seen = any || Date.now() - mtime > settled ? { mtime, any } : undefined;
      if (!any) return undefined;
    }
    return seen?.any === true ? store : undefined;
  }

  let routing = 0;
  let routed: Promise<unknown> = Promise.resolve();

  /** Writes go on in the order in which they were asked for, also while it is looked up where they belong. */
  function inOrder<T>(
    where: () => Promise<FileStore | undefined>,
    work: (store: FileStore | undefined) => Promise<T>,
  ) {
    const mtime = modified();
    const alone = mtime === undefined || (seen?.mtime === mtime && !seen.any);
    if (routing === 0 && alone) return work(undefined);
    routing++;
    const turn = routed.then(where);
    routed = turn.catch(() => undefined);
    return turn.then(
      async (found) => {
        routing--;
        return work(found);
      },
      (error: unknown) => {
        routing--;
        throw error;
      },
    );
  }

  const ofRun = <T>(id: string, work: (store: Tracking | FileStore) => Promise<T>) =>
    inOrder(
      () => filesWith(id),
      (found) => work(found ?? own),
    );
  const ofExperiment = <T>(id: string, work: (store: Tracking | FileStore, id: string) => Promise<T>) => {
    const theirs = filesId(id);
    return inOrder(
      async () => undefined,
      () => (theirs === undefined ? work(own, id) : work(store, theirs)),
    );
  };
  const ofOwn =
    <Given extends unknown[], T>(work: (...given: Given) => Promise<T>) =>
    (...given: Given) =>
      inOrder(
        async () => undefined,
        () => work(...given),
      );

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
    createExperiment: ofOwn(own.createExperiment),
    setExperimentTag: (id, key, value) =>
      ofExperiment(id, (to, place) => to.setExperimentTag(place, key, value)),
    deleteExperimentTag: (id, key) => ofExperiment(id, (to, place) => to.deleteExperimentTag(place, key)),
    renameExperiment: (id, name) => ofExperiment(id, (to, place) => to.renameExperiment(place, name)),
    deleteExperiment: (id) => ofExperiment(id, (to, place) => to.deleteExperiment(place)),
    restoreExperiment: (id) => ofExperiment(id, (to, place) => to.restoreExperiment(place)),
    runs,
    runColumns: async (query) => {
      const mixed = query.experimentIds.some((id) => filesId(id) !== undefined);
      return mixed ? columnsOf((await runs(query)).runs, query) : own.runColumns(query);
    },
    run: async (id) => {
      const found = await filesWith(id);
      return found === undefined ? own.run(id) : shownRun(await found.run(id));
    },
    createRun: (run) =>
      ofExperiment(run.experimentId, (to, experimentId) => to.createRun({ ...run, experimentId })),
    updateRun: (id, update) =>
      inOrder(
        () => filesWith(id),
        async (found) =>
          found === undefined ? own.updateRun(id, update) : shownRun(await found.updateRun(id, update)),
      ),
    deleteRun: (id) => ofRun(id, (to) => to.deleteRun(id)),
    restoreRun: (id) => ofRun(id, (to) => to.restoreRun(id)),
    log: (id, batch) => ofRun(id, (to) => to.log(id, batch)),
    logDatasets: (id, datasets) => ofRun(id, (to) => to.logDatasets(id, datasets)),
    deleteTag: (id, key) => ofRun(id, (to) => to.deleteTag(id, key)),
    createLoggedModel: ofOwn(own.createLoggedModel),
    finalizeLoggedModel: ofOwn(own.finalizeLoggedModel),
    deleteLoggedModel: ofOwn(own.deleteLoggedModel),
    setLoggedModelTags: ofOwn(own.setLoggedModelTags),
    deleteLoggedModelTag: ofOwn(own.deleteLoggedModelTag),
    logLoggedModelParams: ofOwn(own.logLoggedModelParams),
    logLoggedModelMetrics: ofOwn(own.logLoggedModelMetrics),
    linkModels: ofOwn(own.linkModels),
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
