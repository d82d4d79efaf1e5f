import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { identify, isAlive } from '../../processes/identity';
import type { ProcessIdentity } from '../../training/types';
import type { ServingFiles } from './files';

/** The serve process of a deployment that lives, if any. */
export async function livingOwner(files: ServingFiles): Promise<ProcessIdentity | undefined> {
  const owner = await readOwner(files);
  return owner !== undefined && (await isAlive(owner)) ? owner : undefined;
}

/**
 * Makes this process the only serve process of a deployment.
 * @returns this process's identity and how to give the place up; undefined when another one has it
 */
export async function becomeOwner(
  files: ServingFiles,
): Promise<{ identity: ProcessIdentity; leave(): Promise<void> } | undefined> {
  const identity = await identify(process.pid);
  const text = JSON.stringify(identity);
  for (;;) {
    try {
      await writeFile(files.owner, text, { flag: 'wx' });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if ((await livingOwner(files)) !== undefined) return undefined;
      await rm(files.owner, { force: true });
    }
  }
  // Two that found the same dead owner may both have cleared the place; the later one has it.
  await pause(50);
  if ((await readFile(files.owner, 'utf8').catch(() => '')) !== text) return undefined;
  return { identity, leave: () => rm(files.owner, { force: true }) };
}

async function readOwner(files: ServingFiles): Promise<ProcessIdentity | undefined> {
  try {
    return JSON.parse(await readFile(files.owner, 'utf8')) as ProcessIdentity;
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    // Just being written, or cut short by a full disk: nobody's either way.
    if (missing || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
