import { createHash } from 'node:crypto';
import { createReadStream, type BigIntStats } from 'node:fs';
import { mkdir, readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { GalleyError } from '../errors';
import { replaceJson } from '../project-files/replace-file';

/** One file of an input or output: path relative to it (`''` for a file itself), sha256 of its bytes. */
export interface HashedFile {
  path: string;
  hash: string;
  size: number;
  executable: boolean;
}

/** Content of a file or folder. */
export interface HashedTree {
  kind: 'file' | 'folder';
  files: HashedFile[];
  /** sha256 over kind, paths and contents; not over times or owners. */
  hash: string;
}

/** Hashes files, remembering those that have not changed since. */
export interface ContentHasher {
  file(file: string): Promise<string>;
  /** Undefined when there is nothing at that path. */
  tree(place: string): Promise<HashedTree | undefined>;
  /** Keeps what is remembered for the next run. */
  save(): Promise<void>;
}

/** Written by tools beside the content and never part of it. */
const ignoredNames = new Set(['__pycache__', '.git', '.galley', '.ipynb_checkpoints', '.DS_Store']);

/** A file changed within this time may change again without a new modification time (its clock is coarse). */
const racyMs = 2000;
const mostRemembered = 200_000;

type Remembered = [size: string, modified: string, changed: string, inode: string, hash: string];

async function readIndex(file: string): Promise<Map<string, Remembered>> {
  try {
    const entries: unknown = JSON.parse(await readFile(file, 'utf8'));
    return new Map(Array.isArray(entries) ? (entries as [string, Remembered][]) : []);
  } catch {
    // Missing or damaged: everything is hashed again.
    return new Map();
  }
}

/** sha256 of a file's bytes, read as a stream. */
export async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function statOrUndefined(place: string): Promise<BigIntStats | undefined> {
  try {
    return await stat(place, { bigint: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/**
 * @param indexFile where hashes are remembered by (path, size, times of modification and change, inode)
 */
export async function openHasher(indexFile: string): Promise<ContentHasher> {
  const index = await readIndex(indexFile);
  let changed = false;

  async function hashWith(file: string, found: BigIntStats): Promise<string> {
    const mark = [found.size, found.mtimeNs, found.ctimeNs, found.ino].map(String) as [
      string,
      string,
      string,
      string,
    ];
    const known = index.get(file);
    if (known !== undefined && mark.every((part, at) => known[at] === part)) return known[4];
    const startedAt = Date.now();
    const hash = await hashFile(file);
    if (startedAt - Math.max(Number(found.mtimeMs), Number(found.ctimeMs)) > racyMs) {
      index.delete(file);
      index.set(file, [...mark, hash]);
      changed = true;
    }
    return hash;
  }

  async function walk(
    folder: string,
    prefix: string,
    above: readonly string[],
    files: HashedFile[],
  ): Promise<void> {
    const entries = (await readdir(folder)).filter((name) => !ignoredNames.has(name)).sort();
    for (const name of entries) {
      const place = path.join(folder, name);
      const found = await statOrUndefined(place);
      const relative = prefix === '' ? name : `${prefix}/${name}`;
      if (found?.isDirectory() === true) {
        const mark = `${found.dev}:${found.ino}`;
        // A link to a folder above would never end.
        if (!above.includes(mark)) await walk(place, relative, [...above, mark], files);
      } else if (found?.isFile() === true) files.push(await hashed(place, relative, found));
    }
  }

  async function hashed(file: string, relative: string, found: BigIntStats): Promise<HashedFile> {
    return {
      path: relative,
      hash: await hashWith(file, found),
      size: Number(found.size),
      executable: process.platform !== 'win32' && (found.mode & 0o100n) !== 0n,
    };
  }

  return {
    file: async (file) => {
      const found = await stat(file, { bigint: true });
      return hashWith(file, found);
    },
    tree: async (place) => {
      const found = await statOrUndefined(place);
      if (found === undefined) return undefined;
      const files: HashedFile[] = [];
      if (found.isDirectory()) await walk(place, '', [`${found.dev}:${found.ino}`], files);
      else files.push(await hashed(place, '', found));
      const kind = found.isDirectory() ? 'folder' : 'file';
      return { kind, files, hash: treeHash(kind, files) };
    },
    save: async () => {
      if (!changed) return;
      const entries = [...index].slice(-mostRemembered);
      await mkdir(path.dirname(indexFile), { recursive: true });
      await replaceJson(indexFile, entries);
      changed = false;
    },
  };
}

/** The hash that a {@link HashedTree} has. */
export function treeHash(kind: HashedTree['kind'], files: readonly HashedFile[]): string {
  const hash = createHash('sha256').update(kind);
  for (const file of files) hash.update(`\0${file.path}\0${file.executable ? 'x' : '-'}${file.hash}`);
  return hash.digest('hex');
}

/**
 * Content hash of one input of a stage: a file, a folder, or a glob.
 * @param folder absolute; what `input` is relative to
 * @throws GalleyError `not-found` naming the input, when nothing is there
 */
export async function hashInput(
  hasher: ContentHasher,
  folder: string,
  input: string,
  stage: string,
): Promise<string> {
  // A path that is there is that path, also when it has characters of a glob.
  const tree = await hasher.tree(path.resolve(folder, input));
  if (tree !== undefined) return tree.hash;
  if (isDynamicPattern(input)) {
    const matches = (await glob(input.replaceAll('\\', '/'), { cwd: folder, dot: false })).sort();
    if (matches.length > 0) {
      const hash = createHash('sha256').update('glob');
      for (const match of matches)
        hash.update(`\0${match}\0${await hasher.file(path.resolve(folder, match))}`);
      return hash.digest('hex');
    }
  }
  throw new GalleyError('not-found', `Stage ${stage}: input ${input} does not exist.`, {
    remedy: 'Make it, run the stage that makes it first, or correct the path.',
    subject: input,
  });
}
