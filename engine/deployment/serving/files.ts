import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { GalleyError } from '../../errors';

/** Files of one deployment on the local target. Each has one writer. */
export interface ServingFiles {
  /** `.galley/serving/<deployment>` */
  folder: string;
  /** {@link ServingState}; by the serve process, and by whoever finds that process gone. */
  state: string;
  /** {@link Desired}: what the serve process shall do; by the target. */
  desired: string;
  /** {@link ServingRecord}: what is in service, for the next serve process; by the serve process. */
  record: string;
  /** Identity of the serve process that lives. */
  owner: string;
  /** What the model servers print, and what the serve process does with them. */
  log: string;
  /** Output of the serve process itself; empty unless it breaks. */
  processLog: string;
  /** Folder of the request log. */
  requests: string;
}

/**
 * @param root the project's folder
 * @throws GalleyError `invalid` when the name cannot be a folder's
 */
export function servingFiles(root: string, deployment: string): ServingFiles {
  if (!/^[\p{L}\p{N}_][\p{L}\p{N}_.-]{0,100}$/u.test(deployment))
    throw new GalleyError(
      'invalid',
      `“${deployment}” cannot be the name of a deployment on the local target.`,
      {
        subject: deployment,
        remedy: 'Use letters, digits, hyphens, underscores and dots.',
      },
    );
  const folder = path.join(root, '.galley', 'serving', deployment);
  return {
    folder,
    state: path.join(folder, 'state.json'),
    desired: path.join(folder, 'desired.json'),
    record: path.join(folder, 'record.json'),
    owner: path.join(folder, 'owner.json'),
    log: path.join(folder, 'serve.log'),
    processLog: path.join(folder, 'process.log'),
    requests: path.join(root, 'serving', deployment, 'requests'),
  };
}

/** The value in a JSON file; undefined when there is no file. */
export async function readJson(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new GalleyError(
      'corrupt',
      `The file ${file} is not JSON.`,
      { subject: file, remedy: 'Stop the deployment and roll it out again.' },
      { cause: error },
    );
  }
}

/** Replaces a JSON file in one step, so that a reader sees the old value or the new one, never a part. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  const temporary = `${file}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    await writeFile(temporary, `${JSON.stringify(value, undefined, 2)}\n`);
    await replace(temporary, file, 5);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function replace(from: string, to: string, tries: number): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    // Windows refuses to replace a file that somebody has open at that moment.
    const busy = ['EPERM', 'EACCES', 'EBUSY'].includes((error as NodeJS.ErrnoException).code ?? '');
    if (!busy || process.platform !== 'win32' || tries <= 1) throw error;
    await pause(20);
    await replace(from, to, tries - 1);
  }
}
