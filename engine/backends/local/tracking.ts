import type { TrackingCapabilities, TrackingStore } from '../../tracking/types';
import { readRunColumns } from './columns';
import type { LocalDatabase } from './database';
import { logDatasets } from './datasets';
import * as experiments from './experiments';
import { locationPath } from './locations';
import * as loggedModels from './logged-models';
import { logMetrics, readMetricHistory } from './metrics';
import * as runs from './runs';

/** Tracking on the local database. */
export function localTracking(
  database: LocalDatabase,
  root: string,
  close: () => Promise<void>,
): TrackingStore & TrackingCapabilities {
  return {
    experiments: (options) =>
      database.read((sql) => experiments.readExperiments(sql, options?.includeDeleted === true)),
    experiment: (id) => database.read((sql) => experiments.readExperiment(sql, id)),
    experimentByName: (name) => database.read((sql) => experiments.readExperimentByName(sql, name)),
    createExperiment: (name, tags, artifactLocation) =>
      database.write((sql) => experiments.createExperiment(sql, root, name, tags ?? {}, artifactLocation)),
    setExperimentTag: (id, key, value) =>
      database.write((sql) => experiments.setExperimentTag(sql, id, key, value)),
    deleteExperimentTag: (id, key) => database.write((sql) => experiments.deleteExperimentTag(sql, id, key)),
    renameExperiment: (id, name) => database.write((sql) => experiments.renameExperiment(sql, id, name)),
    deleteExperiment: (id) => database.write((sql) => experiments.setExperimentStage(sql, id, 'deleted')),
    restoreExperiment: (id) => database.write((sql) => experiments.setExperimentStage(sql, id, 'active')),

    runs: (query) => database.read((sql) => runs.readRuns(sql, query)),
    runColumns: (query) => database.read((sql) => readRunColumns(sql, query)),
    run: (id) => database.read((sql) => runs.readRun(sql, id)),
    createRun: (run) => database.write((sql) => runs.createRun(sql, run)),
    updateRun: (id, update) => database.write((sql) => runs.updateRun(sql, id, update)),
    deleteRun: (id) => database.write((sql) => runs.setRunStage(sql, id, 'deleted')),
    restoreRun: (id) => database.write((sql) => runs.setRunStage(sql, id, 'active')),
    log: (id, { params, metrics, tags }) =>
      database.write((sql) => {
        runs.requireWritable(sql, id);
        if (params !== undefined) runs.logParams(sql, id, params);
        if (metrics !== undefined) logMetrics(sql, id, metrics);
        if (tags !== undefined) runs.setTags(sql, id, tags);
      }),
    logDatasets: (id, datasets) =>
      database.write((sql) => {
        const { experimentId } = runs.requireWritable(sql, id);
        logDatasets(sql, id, experimentId, datasets);
      }),
    deleteTag: (id, key) => database.write((sql) => runs.deleteTag(sql, id, key)),
    metricHistory: (id, key) =>
      database.read((sql) => {
        runs.requireRun(sql, id);
        return readMetricHistory(sql, id, key);
      }),

    createLoggedModel: (model) => database.write((sql) => loggedModels.createLoggedModel(sql, model)),
    loggedModel: (id, options) =>
      database.read((sql) => loggedModels.readLoggedModel(sql, id, options?.includeDeleted)),
    loggedModels: (experimentIds) =>
      database.read((sql) => loggedModels.readLoggedModels(sql, experimentIds)),
    finalizeLoggedModel: (id, status) =>
      database.write((sql) => loggedModels.finalizeLoggedModel(sql, id, status)),
    deleteLoggedModel: (id) => database.write((sql) => loggedModels.deleteLoggedModel(sql, id)),
    setLoggedModelTags: (id, tags) => database.write((sql) => loggedModels.setLoggedModelTags(sql, id, tags)),
    deleteLoggedModelTag: (id, key) =>
      database.write((sql) => loggedModels.deleteLoggedModelTag(sql, id, key)),
    logLoggedModelParams: (id, params) =>
      database.write((sql) => loggedModels.logLoggedModelParams(sql, id, params)),
    logLoggedModelMetrics: (runId, metrics) =>
      database.write((sql) => loggedModels.logLoggedModelMetrics(sql, runId, metrics)),
    linkModels: (runId, models) => database.write((sql) => loggedModels.linkModels(sql, runId, models)),
    runModels: (runIds) => database.read((sql) => loggedModels.readRunModels(sql, runIds)),

    localArtifactPath: (uri) => locationPath(root, uri),
    revision: async () => database.revision(),
    close,
  };
}
