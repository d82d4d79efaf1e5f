import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { GalleyError } from '../errors';

/** One file or folder of an artifact folder. */
export interface ArtifactFile {
  /** Relative to the artifact folder, with slashes. */
  path: string;
  isFolder: boolean;
  /** Bytes; of a file. */
  size?: number;
}

/**
 * A path below a folder, by its text alone.
 * @throws GalleyError `invalid` when it would lead out of the folder
 */
export function pathWithin(folder: string, relative: string): string {
  const joined = path.resolve(folder, relative);
  if (relative.includes('\0') || path.isAbsolute(relative) || !isBelow(folder, joined))
    throw new GalleyError('invalid', `“${relative}” leads out of the artifact folder.`, {
      subject: relative,
    });
  return joined;
}

/**
 * A path below a folder that exists and, links followed, is still in the folder.
 * @returns undefined when nothing is there
 * @throws GalleyError `invalid` when it would lead out of the folder
 */
export async function existingPathWithin(folder: string, relative: string): Promise<string | undefined> {
  const joined = pathWithin(folder, relative);
  let real: [string, string];
  try {
    real = await Promise.all([realpath(folder), realpath(joined)]);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  if (!isBelow(...real))
    throw new GalleyError('invalid', `“${relative}” leads out of the artifact folder.`, {
      subject: relative,
    });
  return real[1];
}

function isBelow(folder: string, place: string): boolean {
  const inside = path.relative(folder, place);
  return inside !== '..' && !inside.startsWith(`..${path.sep}`) && !path.isAbsolute(inside);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

/**
 * Lists one level of an artifact folder, in order of names. A folder that is not there is empty, as nothing was logged yet.
 * @param relative folder below `folder` with slashes; empty for itself
 */
export async function listArtifacts(folder: string, relative: string): Promise<ArtifactFile[]> {
  const place = await existingPathWithin(folder, relative);
  if (place === undefined || !(await stat(place)).isDirectory()) return [];
  const prefix = relative.replace(/\/+$/, '');
  const names = (await readdir(place)).sort();
  const files = await Promise.all(
    names.map(async (name): Promise<ArtifactFile[]> => {
      const file = prefix === '' ? name : `${prefix}/${name}`;
      try {
        const stats = await stat(path.join(place, name));
        return [
          stats.isDirectory()
            ? { path: file, isFolder: true }
            : { path: file, isFolder: false, size: stats.size },
        ];
      } catch (error) {
        // Deleted meanwhile, or a link to nowhere.
        if (isMissing(error)) return [];
        throw error;
      }
    }),
  );
  return files.flat();
}
