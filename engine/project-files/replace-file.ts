import { randomBytes } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** What Windows answers when a file is replaced that somebody has open at that moment. */
const busy = new Set(['EPERM', 'EACCES', 'EBUSY']);

/** Renames a file over another one. On Windows it waits, up to two seconds, until nobody has that one open. */
export async function moveOver(from: string, to: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (process.platform !== 'win32' || tries > 20 || !busy.has(code)) throw error;
      await pause(10 * tries);
    }
  }
}

/**
 * Replaces a file in one step: a reader sees the old text or the new one, never a part, and a failure leaves the old
 * one and nothing beside it. Its folder must be there.
 */
export async function replaceFile(file: string, text: string): Promise<void> {
  const unfinished = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(unfinished, text);
    await moveOver(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

/** Replaces a JSON file as {@link replaceFile} does. */
export async function replaceJson(file: string, value: unknown): Promise<void> {
  await replaceFile(file, JSON.stringify(value));
}
