import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { GalleyError } from '../errors';

/** What git keeps of `.galley`: the list of backends, which a team shares. */
const ignored = '*\n!backends.yaml\n!.gitignore\n';

/** Path of `.galley/<parts>` in a project; whether it is there or not. */
export function galleyPath(root: string, ...parts: string[]): string {
  return path.join(root, '.galley', ...parts);
}

/**
 * Makes `.galley/<parts>` and, at first use, the `.gitignore` that keeps all but the backends' list out of git. One
 * that people have changed stays as it is.
 * @returns the folder
 * @throws GalleyError `read-only` when the folder may not be written, `conflict` when a file is in its place
 */
export async function galleyFolder(root: string, ...parts: string[]): Promise<string> {
  const folder = galleyPath(root, ...parts);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(galleyPath(root, '.gitignore'), ignored, { flag: 'wx' }).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM')
      throw new GalleyError(
        'read-only',
        `The folder ${root} cannot be written.`,
        { remedy: 'Give yourself write access to it, or open a copy.', subject: root },
        { cause: error },
      );
    // mkdir answers EEXIST for a file at the folder's own place, ENOTDIR for one above it.
    if (code === 'ENOTDIR' || code === 'EEXIST')
      throw new GalleyError(
        'conflict',
        `A file is where the folder ${folder} should be.`,
        { remedy: 'Move it away.', subject: folder },
        { cause: error },
      );
    throw error;
  }
  return folder;
}
