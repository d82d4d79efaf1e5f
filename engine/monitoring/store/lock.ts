import { setTimeout as pause } from 'node:timers/promises';
import { GalleyError } from '../../errors';

/** SQLite's result code for a database that somebody else has locked. */
const busy = 5;

/**
 * Takes a lock that ends with its holder: SQLite's write lock on an empty database, which the operating system takes
 * back from a process that is gone.
 * @param file made when there is none; its folder must exist
 * @returns how to let it go, or undefined when somebody else has it
 */
export function tryLock(file: string): (() => void) | undefined {
  // Loaded here, so that what only reads monitors starts without it.
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  const database = new DatabaseSync(file);
  try {
    database.exec('PRAGMA busy_timeout = 0; BEGIN IMMEDIATE');
    return () => database.close();
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === busy) return undefined;
    throw error;
  }
}

/**
 * Does something while nobody else, in this process or another, holds the lock.
 * @throws GalleyError `locked` when it is not free in time
 */
export async function withLock<T>(
  file: string,
  what: string,
  work: () => Promise<T>,
  seconds = 60,
): Promise<T> {
  const until = Date.now() + seconds * 1000;
  let release = tryLock(file);
  while (release === undefined) {
    if (Date.now() > until)
      throw new GalleyError('locked', `${what} is in use by another process.`, {
        remedy: 'Try again when it is done.',
        subject: what,
      });
    await pause(20);
    release = tryLock(file);
  }
  try {
    return await work();
  } finally {
    release();
  }
}
