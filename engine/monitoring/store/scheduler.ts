import { rm } from 'node:fs/promises';
import path from 'node:path';
import { GalleyError } from '../../errors';
import { identify, isAlive } from '../../processes/identity';
import { galleyFolder } from '../../project-files/galley-folder';
import { replaceJson } from '../../project-files/replace-file';
import { textOf } from '../../project-files/text-of';
import type { ProcessIdentity } from '../../training/types';
import { monitorsFolder } from './files';
import { tryLock } from './lock';

/** The monitor process of a project. */
export interface SchedulerState {
  process: ProcessIdentity;
  startedAt: number;
}

const stateFile = 'scheduler.json';
const retrainingsFile = 'retrainings.json';

async function read(root: string, file: string): Promise<unknown> {
  const text = await textOf(path.join(monitorsFolder(root), file));
  try {
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The monitor process that runs now, if any. */
export async function livingScheduler(root: string): Promise<SchedulerState | undefined> {
  const state = (await read(root, stateFile)) as SchedulerState | undefined;
  return state !== undefined && (await isAlive(state.process)) ? state : undefined;
}

/**
 * Makes this process the only monitor process of a project.
 * @returns how to give the place up
 * @throws GalleyError `conflict` when there is another one
 */
export async function becomeScheduler(root: string): Promise<() => Promise<void>> {
  const folder = await galleyFolder(root, 'monitors');
  const release = tryLock(path.join(folder, 'scheduler.lock.db'));
  if (release === undefined) {
    const other = await livingScheduler(root);
    throw new GalleyError(
      'conflict',
      `Monitors of ${root} are already run by ${other === undefined ? 'another process' : `process ${other.process.pid}`}.`,
      { remedy: 'Stop it first, or leave it to it.', subject: root },
    );
  }
  const state: SchedulerState = { process: await identify(process.pid), startedAt: Date.now() };
  await replaceJson(path.join(folder, stateFile), state);
  return async () => {
    await rm(path.join(folder, stateFile), { force: true });
    release();
  };
}

/** When each retraining policy was last started on its schedule, by `<spec>#<name>`. */
export async function readRetrainings(root: string): Promise<Record<string, number>> {
  return ((await read(root, retrainingsFile)) as Record<string, number> | undefined) ?? {};
}

export async function writeRetrainings(root: string, times: Record<string, number>): Promise<void> {
  const folder = await galleyFolder(root, 'monitors');
  await replaceJson(path.join(folder, retrainingsFile), times);
}
