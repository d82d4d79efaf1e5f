import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { GalleyError } from '../../errors';
import { replaceJson } from '../../project-files/replace-file';
import { textOf } from '../../project-files/text-of';
import type { Alert } from '../types';
import { filesIn, monitorsFolder, type MonitorFiles } from './files';

/** Alerts that are kept of a monitor. */
const keptAlerts = 200;

/**
 * Alerts of a monitor, oldest first.
 * @throws GalleyError `corrupt` when the file is not what it should be
 */
export async function readAlerts(files: MonitorFiles): Promise<Alert[]> {
  const text = await textOf(files.alerts);
  if (text === undefined) return [];
  try {
    const alerts: unknown = JSON.parse(text);
    if (Array.isArray(alerts)) return alerts as Alert[];
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new GalleyError('corrupt', `${files.alerts} does not hold alerts.`, {
    remedy: 'Delete it; the next check opens an alert again if there is one.',
    subject: files.alerts,
  });
}

/** Replaces the alerts of a monitor. To be called under its lock. */
export async function writeAlerts(files: MonitorFiles, alerts: Alert[]): Promise<void> {
  await replaceJson(files.alerts, alerts.slice(-keptAlerts));
}

/** Puts an alert in the place of the one with its id. To be called under the monitor's lock. */
export async function replaceAlert(
  files: MonitorFiles,
  alert: Alert,
  alerts: readonly Alert[],
): Promise<void> {
  await writeAlerts(
    files,
    alerts.map((other) => (other.id === alert.id ? alert : other)),
  );
}

/** The alert that is open; at most one of a monitor is. */
export function openAlert(alerts: readonly Alert[]): Alert | undefined {
  return alerts.findLast((alert) => alert.resolvedAt === undefined);
}

async function folders(parent: string): Promise<string[]> {
  try {
    const entries = await readdir(parent, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => path.join(parent, entry.name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Files of the monitor that has the alert, also of one that is in no spec any more. */
export async function findAlert(root: string, id: string): Promise<MonitorFiles | undefined> {
  for (const spec of await folders(monitorsFolder(root))) {
    for (const folder of await folders(spec)) {
      const files = filesIn(folder);
      if ((await readAlerts(files)).some((alert) => alert.id === id)) return files;
    }
  }
  return undefined;
}
