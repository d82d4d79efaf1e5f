import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { GalleyError } from '../errors';

/**
 * Digest of a model artifact, the thing an approval binds to: sha256 over its files in the order of their POSIX
 * paths (relative to the folder, by UTF-16 code unit), each as `<path>\0<size in bytes>\0<content>`. A single file
 * has the empty path. Names, sizes and contents count; times, modes and empty folders do not. Contents are streamed.
 * @param artifact absolute path of a file or folder
 * @returns 64 lower-case hex digits
 * @throws GalleyError `not-found` when there is nothing at the path; `invalid` when a symbolic link leaves the folder
 * or leads back into a folder above itself
 */
export async function artifactDigest(artifact: string): Promise<string> {
  const root = await realPath(artifact);
  const hash = createHash('sha256');
  if ((await stat(root)).isFile()) {
    await addFile(hash, '', root);
    return hash.digest('hex');
  }
  const files = await filesUnder(root, root, '', [root]);
  files.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const file of files) await addFile(hash, file.name, file.path);
  return hash.digest('hex');
}

/**
 * Environment for commands that use an artifact. Python writes `__pycache__` beside the code that it imports, and a
 * model that carries its code would have another digest after it was loaded. Leaving such files out of the digest
 * instead would leave out code that runs.
 */
export const leaveArtifactAlone: Record<string, string> = { PYTHONDONTWRITEBYTECODE: '1' };

interface ArtifactFile {
  /** Relative, with slashes. */
  name: string;
  path: string;
}

async function realPath(artifact: string): Promise<string> {
  try {
    return await realpath(artifact);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new GalleyError(
      'not-found',
      `There is no artifact at ${artifact}.`,
      { subject: artifact, remedy: 'Run the stage that makes it again.' },
      { cause: error },
    );
  }
}

async function filesUnder(
  root: string,
  folder: string,
  prefix: string,
  above: readonly string[],
): Promise<ArtifactFile[]> {
  const files: ArtifactFile[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const name = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    const real = entry.isSymbolicLink()
      ? await followInside(root, path.join(folder, entry.name), name)
      : path.join(folder, entry.name);
    const kind = entry.isSymbolicLink() ? await stat(real) : entry;
    if (kind.isFile()) files.push({ name, path: real });
    else if (kind.isDirectory()) {
      if (above.includes(real)) throw refused(root, name, 'leads back into a folder above itself');
      files.push(...(await filesUnder(root, real, name, [...above, real])));
    }
  }
  return files;
}

async function followInside(root: string, link: string, name: string): Promise<string> {
  let real: string;
  try {
    real = await realpath(link);
  } catch (error) {
    throw refused(root, name, 'leads nowhere', error);
  }
  const relative = path.relative(root, real);
  if (relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative)) {
    throw refused(root, name, 'leaves the folder');
  }
  return real;
}

function refused(root: string, name: string, why: string, cause?: unknown): GalleyError {
  return new GalleyError(
    'invalid',
    `The symbolic link ${name} in the artifact ${root} ${why}, so the artifact has no digest of its own.`,
    { subject: root, remedy: 'Copy the file into the artifact instead of linking to it.' },
    cause === undefined ? {} : { cause },
  );
}

async function addFile(hash: Hash, name: string, file: string): Promise<void> {
  const { size } = await stat(file);
  hash.update(`${name}\0${size}\0`);
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
}
