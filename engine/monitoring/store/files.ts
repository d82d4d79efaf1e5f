import path from 'node:path';
import { galleyPath } from '../../project-files/galley-folder';

/** Files of one monitor below `.galley/monitors/<spec>/<monitor>`, each name made safe for a path. */
export interface MonitorFiles {
  folder: string;
  /** A `MonitorCheck` a line, oldest first. */
  checks: string;
  /** An array of `Alert`, oldest first. */
  alerts: string;
  lock: string;
}

/** Folder of everything that monitors keep. */
export function monitorsFolder(root: string): string {
  return galleyPath(root, 'monitors');
}

/** A name as one path segment; different names give different segments. */
function segment(name: string): string {
  // `.` and `..` are the only names that encoding leaves dangerous.
  return encodeURIComponent(name)
    .replace(/^\.+$/, (dots) => dots.replaceAll('.', '%2E'))
    .replaceAll('*', '%2A');
}

/** Parts of the folder of a monitor below `.galley`. */
export function monitorParts(spec: string, monitor: string): [string, string, string] {
  return ['monitors', segment(spec), segment(monitor)];
}

/** The files in a monitor's folder. */
export function filesIn(folder: string): MonitorFiles {
  return {
    folder,
    checks: path.join(folder, 'checks.jsonl'),
    alerts: path.join(folder, 'alerts.json'),
    lock: path.join(folder, 'lock.db'),
  };
}

export function monitorFiles(root: string, spec: string, monitor: string): MonitorFiles {
  return filesIn(galleyPath(root, ...monitorParts(spec, monitor)));
}
