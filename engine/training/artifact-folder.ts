import { constants } from 'node:fs';
import { cp, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { GalleyError } from '../errors';

/**
 * Local folder of a run's artifacts.
 * @param root the project's folder; an MLflow server started there keeps proxied artifacts in its `mlartifacts`
 * @throws GalleyError `unsupported` when they are kept elsewhere
 */
export function artifactFolder(root: string, artifactUri: string): string {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(artifactUri)?.[1]?.toLowerCase();
  if (scheme === undefined) return path.resolve(root, artifactUri);
  if (scheme === 'file' && /^file:\//i.test(artifactUri)) return fileURLToPath(artifactUri);
  if (scheme === 'mlflow-artifacts') {
    const relative = decodeURIComponent(artifactUri.replace(/^mlflow-artifacts:(\/\/[^/]*)?\/?/i, ''));
    return path.join(root, 'mlartifacts', relative);
  }
  throw new GalleyError('unsupported', `Artifacts of this experiment are kept at ${artifactUri}.`, {
    remedy: 'Give the pipeline another name, so that it gets an experiment of its own on this machine.',
    subject: artifactUri,
  });
}

/** Marks of all files below a folder by relative path with `/`; a file that changes gets another mark. */
export type ArtifactMarks = Map<string, string>;

export async function artifactMarks(folder: string): Promise<ArtifactMarks> {
  const marks: ArtifactMarks = new Map();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    },
  );
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const found = await stat(file, { bigint: true });
    marks.set(path.relative(folder, file).split(path.sep).join('/'), `${found.size}:${found.mtimeNs}`);
  }
  return marks;
}

/** Files that are new or other than before. */
export function changedArtifacts(before: ArtifactMarks, after: ArtifactMarks): string[] {
  return [...after].flatMap(([file, mark]) => (before.get(file) === mark ? [] : [file])).sort();
}

/** Copies a file or folder into place as a whole; what was there goes. */
export async function copyWhole(source: string, destination: string): Promise<void> {
  const temporary = `${destination}.galley-copy-${process.pid}`;
  try {
    await mkdir(path.dirname(destination), { recursive: true });
    // Links are followed: an artifact must stay what it is when the work tree moves on.
    await cp(source, temporary, { recursive: true, dereference: true, mode: constants.COPYFILE_FICLONE });
    await rm(destination, { recursive: true, force: true });
    await rename(temporary, destination);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
