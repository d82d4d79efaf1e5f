import { errorData, GalleyError } from '../errors';
import { loadPipeline } from '../pipeline/load';
import type { MonitorSpec } from '../pipeline/spec';
import type { LoadedPipeline } from '../pipeline/types';
import type { CliLauncher } from '../processes/cli';
import { galleyFolder } from '../project-files/galley-folder';
import type { RunState, TrainingBackend } from '../training/types';
import { applyCheck } from './alert-life';
import { makeCheck } from './check';
import { computeDrift } from './drift/compute';
import { dataLocation } from './locations';
import { personHere } from './person';
import { loadedPipelines } from './pipelines';
import { retrainingRun } from './retraining';
import type { Monitors } from './service';
import { findAlert, openAlert, readAlerts, replaceAlert, writeAlerts } from './store/alerts';
import { filesIn, monitorFiles, monitorParts, type MonitorFiles } from './store/files';
import { appendCheck, readChecks } from './store/history';
import { withLock } from './store/lock';
import type { Alert, MonitorCheck, MonitorStatus } from './types';

export interface MonitorsOptions {
  /** Absolute folder of the project. */
  root: string;
  /** Starts retraining. */
  training: TrainingBackend;
  launcher?: CliLauncher;
  /** Called once for each alert that is opened, e.g. to put it on the ledger. */
  onAlert?: (alert: Alert, check: MonitorCheck) => Promise<void>;
  /** Called once for each alert that is acknowledged. */
  onAcknowledge?: (alert: Alert) => Promise<void>;
}

function monitorOf(pipeline: LoadedPipeline, name: string): MonitorSpec {
  const monitor = Object.hasOwn(pipeline.spec.monitors, name) ? pipeline.spec.monitors[name] : undefined;
  if (monitor !== undefined) return monitor;
  const known = Object.keys(pipeline.spec.monitors);
  throw new GalleyError('not-found', `${pipeline.file} has no monitor “${name}”.`, {
    remedy: known.length === 0 ? 'Add one below monitors.' : `Use one of ${known.join(', ')}.`,
    subject: pipeline.file,
  });
}

/** Where the spec says that data lies, for reading; a wrong reference is told by the check. */
function shownPath(pipeline: LoadedPipeline, reference: string): string {
  try {
    return dataLocation(pipeline, reference).path;
  } catch {
    return reference;
  }
}

/** The open alert; a damaged file spoils the status of this monitor only. */
async function alertOf(files: MonitorFiles): Promise<{ alert?: Alert; damage?: string }> {
  try {
    const alert = openAlert(await readAlerts(files));
    return alert === undefined ? {} : { alert };
  } catch (error) {
    return { damage: errorData(error).message };
  }
}

function lastCheck(
  monitor: string,
  last: MonitorCheck | undefined,
  damage: string | undefined,
): { last?: MonitorCheck } {
  if (damage !== undefined)
    return { last: { monitor, alert: false, at: Date.now(), ...last, failure: damage } };
  return last === undefined ? {} : { last };
}

async function statusOf(
  root: string,
  pipeline: LoadedPipeline,
  name: string,
  monitor: MonitorSpec,
): Promise<MonitorStatus> {
  const files = monitorFiles(root, pipeline.file, name);
  const checks = await readChecks(files);
  const last = checks.at(-1);
  const { alert, damage } = await alertOf(files);
  return {
    name,
    spec: pipeline.file,
    ...(monitor.deployment === undefined ? {} : { deployment: monitor.deployment }),
    reference: shownPath(pipeline, monitor.reference),
    current: shownPath(pipeline, monitor.current),
    ...(monitor.schedule === undefined ? {} : { schedule: monitor.schedule }),
    ...lastCheck(name, last, damage),
    ...(alert === undefined ? {} : { openAlert: alert }),
    timeline: checks.map((check) => ({
      at: check.at,
      ...(check.drift === undefined ? {} : { share: check.drift.share }),
      ...(check.performance === undefined ? {} : { performance: check.performance.value }),
      alert: check.alert,
    })),
  };
}

/** Monitors of all specs of a project; what they find is kept below `.galley/monitors`. */
export function createMonitors({ root, training, onAlert, onAcknowledge }: MonitorsOptions): Monitors {
  async function retraining(
    pipeline: LoadedPipeline,
    monitor: string,
  ): Promise<NonNullable<Alert['retraining']>> {
    try {
      return { runId: (await training.start(retrainingRun(pipeline, { monitor }))).runId };
    } catch (error) {
      return { failure: errorData(error).message };
    }
  }

  /**
   * Keeps a check and lets its alert react, all under the monitor's lock, so that of several checks at once exactly one
   * opens the alert and starts retraining.
   */
  async function settle(
    pipeline: LoadedPipeline,
    monitor: MonitorSpec,
    check: MonitorCheck,
  ): Promise<MonitorCheck> {
    const files = filesIn(await galleyFolder(root, ...monitorParts(pipeline.file, check.monitor)));
    return withLock(files.lock, `Monitor ${check.monitor}`, async () => {
      const { alerts, open, opened } = applyCheck(await readAlerts(files), check);
      const notes: string[] = [];
      await writeAlerts(files, alerts);
      if (opened && open !== undefined && onAlert !== undefined)
        await onAlert(open, check).catch((error: unknown) => {
          notes.push(`The alert could not be passed on: ${errorData(error).message}`);
        });
      const started = open?.retraining !== undefined && 'runId' in open.retraining;
      if (check.alert && open !== undefined && monitor.onAlert.includes('retrain') && !started) {
        const reaction = await retraining(pipeline, check.monitor);
        if ('failure' in reaction) notes.push(`Retraining could not be started: ${reaction.failure}`);
        await replaceAlert(files, { ...open, retraining: reaction }, alerts);
      }
      const kept = notes.length === 0 ? check : { ...check, notes };
      await appendCheck(files, kept);
      return kept;
    });
  }

  /**
   * Marks an alert as acknowledged, under its monitor's lock, so that of two people at once one does it.
   * @throws GalleyError `conflict` when somebody has done it already
   */
  function markAcknowledged(files: MonitorFiles, alertId: string, comment: string): Promise<Alert> {
    return withLock(files.lock, 'The monitor', async () => {
      const by = await personHere(root);
      const alerts = await readAlerts(files);
      const alert = alerts.find(({ id }) => id === alertId);
      if (alert === undefined) throw new GalleyError('not-found', `There is no alert ${alertId} any more.`);
      if (alert.acknowledged !== undefined)
        throw new GalleyError('conflict', `${alert.acknowledged.by} has acknowledged this alert already.`, {
          remedy: 'Nothing is left to do.',
          subject: alertId,
        });
      const acknowledged = { ...alert, acknowledged: { at: Date.now(), by, comment } };
      await replaceAlert(files, acknowledged, alerts);
      return acknowledged;
    });
  }

  /** Passes an acknowledged alert on; one that cannot be is acknowledged all the same, and says so. */
  async function passOn(files: MonitorFiles, alert: Alert): Promise<Alert> {
    try {
      await onAcknowledge?.(alert);
      return alert;
    } catch (error) {
      const unrecorded = errorData(error).message;
      const { acknowledged } = alert;
      if (acknowledged === undefined) return alert;
      const noted: Alert = { ...alert, acknowledged: { ...acknowledged, unrecorded } };
      await withLock(files.lock, 'The monitor', async () => {
        const alerts = await readAlerts(files);
        const now = alerts.find(({ id }) => id === alert.id);
        if (now !== undefined)
          await replaceAlert(files, { ...now, acknowledged: { ...acknowledged, unrecorded } }, alerts);
      });
      return noted;
    }
  }

  return {
    list: async () => {
      const pipelines = await loadedPipelines(root);
      const statuses = pipelines.flatMap((pipeline) =>
        Object.entries(pipeline.spec.monitors).map(([name, monitor]) =>
          statusOf(root, pipeline, name, monitor),
        ),
      );
      return Promise.all(statuses);
    },

    check: async (spec, name) => {
      const pipeline = await loadPipeline(root, spec);
      const monitor = monitorOf(pipeline, name);
      return settle(pipeline, monitor, await makeCheck(pipeline, name, monitor));
    },

    history: async (spec, name) => {
      const pipeline = await loadPipeline(root, spec);
      monitorOf(pipeline, name);
      return readChecks(monitorFiles(root, pipeline.file, name));
    },

    acknowledge: async (alertId, comment) => {
      const files = await findAlert(root, alertId);
      if (files === undefined)
        throw new GalleyError('not-found', `There is no alert ${alertId}.`, {
          remedy: 'galley monitor status shows the open ones.',
          subject: alertId,
        });
      return passOn(files, await markAcknowledged(files, alertId, comment));
    },

    retrain: async ({ spec, ...request }): Promise<RunState> =>
      training.start(retrainingRun(await loadPipeline(root, spec), request)),

    drift: ({ reference, current, ...query }) =>
      computeDrift({
        ...query,
        reference: { folder: root, path: reference },
        current: { folder: root, path: current },
      }),
  };
}
