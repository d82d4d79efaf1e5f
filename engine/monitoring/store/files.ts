import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

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
export const monitorsFolder = ['.galley', 'monitors'] as const;

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
  return filesIn(path.join(root, '.galley', ...monitorParts(spec, monitor)));
}

/** A file's text; empty when there is no file. */
export async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** Replaces a file in one step: a reader sees the old text or the new one, never a part. */
export async function replaceText(file: string, text: string): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(temporary, text);
    for (let tries = 1; ; tries++) {
      try {
        await rename(temporary, file);
        return;
      } catch (error) {
        // Windows refuses to replace a file that somebody is reading at that moment.
        const { code } = error as NodeJS.ErrnoException;
        if (process.platform !== 'win32' || tries > 20 || (code !== 'EPERM' && code !== 'EACCES'))
          throw error;
        await pause(10 * tries);
      }
    }
  } finally {
    await rm(temporary, { force: true });
  }
}
