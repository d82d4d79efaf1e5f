import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { artifactDigest } from '../registry/digest';

/** Digests of artifacts. */
export interface ArtifactDigests {
  /** Reads every byte: what a decision must rest on. */
  fresh(artifact: string): Promise<string>;
  /** Reads the bytes again only when names, sizes or times of the files changed: for lists that are shown often. */
  recent(artifact: string): Promise<string>;
}

/** Opens a memory of digests that lives as long as this process. */
export function createArtifactDigests(): ArtifactDigests {
  const known = new Map<string, { mark: string; digest: string }>();

  async function fresh(artifact: string): Promise<string> {
    const mark = await fileMark(artifact);
    const digest = await artifactDigest(artifact);
    known.set(artifact, { mark, digest });
    return digest;
  }

  return {
    fresh,
    async recent(artifact) {
      const entry = known.get(artifact);
      if (entry !== undefined && entry.mark === (await fileMark(artifact))) return entry.digest;
      return fresh(artifact);
    },
  };
}

async function fileMark(artifact: string): Promise<string> {
  const hash = createHash('sha256');
  await addMark(hash, artifact);
  return hash.digest('hex');
}

async function addMark(hash: ReturnType<typeof createHash>, file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  hash.update(`${file}\0${found === undefined ? '-' : `${found.size}:${found.mtimeMs}:${found.ctimeMs}`}\0`);
  if (found?.isDirectory() !== true) return;
  for (const name of (await readdir(file)).sort()) await addMark(hash, path.join(file, name));
}
