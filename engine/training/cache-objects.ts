import { constants } from 'node:fs';
import { chmod, copyFile, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import { hashFile } from './content-hash';

/** Files kept by the sha256 of their bytes. Safe for several processes at once: every object appears whole. */
export interface ObjectStore {
  /** Copies a file in; answers its hash. */
  add(file: string): Promise<string>;
  /**
   * Copies an object out to a path that does not exist yet.
   * @returns false when the object is missing or damaged (then it is removed)
   */
  get(hash: string, destination: string, executable: boolean): Promise<boolean>;
}

/** Shares blocks with the source where the file system can, so that neither sees the other's later changes. */
const copyMode = constants.COPYFILE_FICLONE;

/** @param folder absolute, e.g. `.galley/cache/objects`; made at first use */
export function objectStore(folder: string): ObjectStore {
  const place = (hash: string) => path.join(folder, hash.slice(0, 2), hash.slice(2));
  return {
    add: async (file) => {
      await mkdir(folder, { recursive: true });
      const temporary = path.join(folder, `${randomBytes(8).toString('hex')}.tmp`);
      try {
        await copyFile(file, temporary, copyMode);
        // The copy is hashed and not the source, which may be changing.
        const hash = await hashFile(temporary);
        const object = place(hash);
        await mkdir(path.dirname(object), { recursive: true });
        await chmod(temporary, 0o644);
        await rename(temporary, object);
        return hash;
      } finally {
        await rm(temporary, { force: true });
      }
    },
    get: async (hash, destination, executable) => {
      const object = place(hash);
      try {
        await mkdir(path.dirname(destination), { recursive: true });
        await copyFile(object, destination, copyMode);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
        throw error;
      }
      if ((await hashFile(destination)) !== hash) {
        await rm(object, { force: true });
        return false;
      }
      if (executable) await chmod(destination, 0o755);
      return true;
    },
  };
}
