import { createHash } from 'node:crypto';
import { GalleyError } from '../../errors';
import type {
  DatasetInput,
  Experiment,
  ExperimentLifecycle,
  LoggedModelStore,
  MetricPoint,
  RunModels,
  TrackingStore,
} from '../../tracking/types';
import type { Connection } from './connection';
import { object, objects, text, toExperiment, toPoint, toRun, toRunModels } from './json';
import { loggedModelCalls } from './logged-models';
import { allRows, pageToken } from './pages';
import { batchBodies, keyValuesJson, queryRuns } from './runs';

/** Experiments that are looked at for a revision, and their newest runs. */
const recent = 50;
const historyPage = 25_000;

/** Tracking on an MLflow server. */
export function serverTracking(
  connection: Connection,
  close: () => Promise<void>,
): TrackingStore & ExperimentLifecycle & LoggedModelStore {
  const post = async (path: string, body: object) => connection.send('POST', path, body);

  const experiments: TrackingStore['experiments'] = async (options) => {
    const ask = async (token: string | undefined) =>
      connection.send(
        'POST',
        'experiments/search',
        {
          max_results: 1000,
          view_type: options?.includeDeleted === true ? 'ALL' : 'ACTIVE_ONLY',
          ...pageToken(token),
        },
        true,
      );
    return allRows(ask, (answer) => objects(answer, 'experiments').map(toExperiment));
  };
  const experiment = async (id: string): Promise<Experiment> =>
    toExperiment(object(await connection.get('experiments/get', { experiment_id: id }), 'experiment'));
  const getRun = async (id: string) =>
    object(await connection.get('runs/get', { run_id: id, run_uuid: id }), 'run');
  const run = async (id: string) => toRun(await getRun(id));

  return {
    experiments,
    experiment,
    experimentByName: async (name) => {
      try {
        const answer = await connection.get('experiments/get-by-name', { experiment_name: name });
        return toExperiment(object(answer, 'experiment'));
      } catch (error) {
        if (error instanceof GalleyError && error.code === 'not-found') return undefined;
        throw error;
      }
    },
    createExperiment: async (name, tags = {}, artifactLocation) => {
      const answer = await post('experiments/create', {
        name,
        tags: keyValuesJson(tags),
        ...(artifactLocation === undefined ? {} : { artifact_location: artifactLocation }),
      });
      return experiment(text(object(answer), 'experiment_id'));
    },
    setExperimentTag: async (id, key, value) => {
      await post('experiments/set-experiment-tag', { experiment_id: id, key, value });
    },
    deleteExperimentTag: async (id, key) => {
      await post('experiments/delete-experiment-tag', { experiment_id: id, key });
    },
    renameExperiment: async (id, name) => {
      await post('experiments/update', { experiment_id: id, new_name: name });
    },
    deleteExperiment: async (id) => {
      await post('experiments/delete', { experiment_id: id });
    },
    restoreExperiment: async (id) => {
      await post('experiments/restore', { experiment_id: id });
    },

    runs: (query) => queryRuns(connection, query),
    run,
    createRun: async ({ experimentId, name, startedAt, tags, user, id }) => {
      if (id !== undefined)
        throw new GalleyError('unsupported', 'An MLflow server chooses the id of a new run by itself.');
      const answer = await post('runs/create', {
        experiment_id: experimentId,
        start_time: startedAt,
        tags: keyValuesJson(tags),
        user_id: user ?? tags['mlflow.user'] ?? '',
        ...(name === undefined ? {} : { run_name: name }),
      });
      return toRun(object(answer, 'run'));
    },
    updateRun: async (id, { status, endedAt, name }) => {
      await post('runs/update', {
        run_id: id,
        run_uuid: id,
        // Servers set what a request leaves out to its default.
        status: status ?? (await run(id)).status,
        ...(endedAt === undefined ? {} : { end_time: endedAt }),
        ...(name === undefined ? {} : { run_name: name }),
      });
      return run(id);
    },
    deleteRun: async (id) => {
      await post('runs/delete', { run_id: id });
    },
    restoreRun: async (id) => {
      await post('runs/restore', { run_id: id });
    },
    log: async (id, batch) => {
      for (const body of batchBodies(id, batch)) await post('runs/log-batch', body);
    },
    logDatasets: async (id, datasets) => {
      await post('runs/log-inputs', { run_id: id, datasets: datasets.map(datasetJson) });
    },
    deleteTag: async (id, key) => {
      await post('runs/delete-tag', { run_id: id, key });
    },
    metricHistory: async (id, key): Promise<MetricPoint[]> => {
      const points = await allRows(
        (token) =>
          connection.get('metrics/get-history', {
            run_id: id,
            run_uuid: id,
            metric_key: key,
            max_results: historyPage,
            ...pageToken(token),
          }),
        (answer) => objects(answer, 'metrics').map(toPoint),
      );
      return points.sort((a, b) => a.step - b.step || a.timestamp - b.timestamp || a.value - b.value);
    },

    ...loggedModelCalls(connection),
    runModels: async (runIds) => {
      const found = new Map<string, RunModels>();
      for (const id of runIds) {
        const models = toRunModels(await getRun(id));
        if (models.inputs.length + models.outputs.length > 0) found.set(id, models);
      }
      return found;
    },

    /** From the experiments and their newest runs: what changes in older runs alone is not noticed. */
    revision: async () => {
      const known = await experiments({ includeDeleted: true });
      const experimentIds = known
        .toSorted((a, b) => b.updatedAt - a.updatedAt)
        .slice(0, recent)
        .map(({ id }) => id);
      const newest = await queryRuns(connection, { experimentIds, limit: recent, includeDeleted: true });
      return createHash('sha1')
        .update(JSON.stringify([known, newest]))
        .digest('base64');
    },
    close,
  };
}

function datasetJson(dataset: DatasetInput): object {
  return {
    tags: keyValuesJson(dataset.tags),
    dataset: {
      name: dataset.name,
      digest: dataset.digest,
      source_type: dataset.sourceType,
      source: dataset.source,
      ...(dataset.schema === undefined ? {} : { schema: dataset.schema }),
      ...(dataset.profile === undefined ? {} : { profile: dataset.profile }),
    },
  };
}
