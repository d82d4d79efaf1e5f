import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { PlannedStage } from '../pipeline/types';
import { GalleyError } from '../errors';
import { replaceJson } from '../project-files/replace-file';
import { objectStore } from './cache-objects';
import { hashInput, treeHash, type ContentHasher, type HashedFile, type HashedTree } from './content-hash';

/** What a stage made, as kept in `.galley/cache/stages/<key>.json`; file contents are objects. */
export interface CachedStage {
  version: 1;
  stage: string;
  /** The run that made it. */
  runId: string;
  storedAt: number;
  /** Path to content, relative to the spec's folder: the outputs and the metrics file. */
  outputs: Record<string, Pick<HashedTree, 'kind' | 'files'>>;
  /** Object with everything that the stage logged. */
  logged?: string;
  /** Files that the stage's own code added to the run's artifacts. */
  artifacts: HashedFile[];
}

export interface StageCache {
  /**
   * sha256 over all that a stage's result depends on: its command, params, env, outputs' names, and the content of
   * its inputs. Undefined for a stage that cannot be cached: one that declares no input depends on things unknown.
   * @throws GalleyError `not-found` naming an input that is missing
   */
  key(stage: PlannedStage): Promise<string | undefined>;
  find(key: string): Promise<CachedStage | undefined>;
  /**
   * Brings back outputs that are missing or differ.
   * @returns paths that were written; undefined when the cache no longer has the content (then it forgets the entry)
   */
  restore(key: string, entry: CachedStage): Promise<string[] | undefined>;
  /** Copies an object of an entry to a path that does not exist; false when it is not there any more. */
  copyOut(file: HashedFile, destination: string): Promise<boolean>;
  store(key: string, stage: PlannedStage, made: StageProducts): Promise<void>;
}

export interface StageProducts {
  runId: string;
  /** File with everything that the stage logged. */
  loggedFile?: string;
  /** Files below `artifactFolder`, relative with `/`. */
  artifacts: string[];
  artifactFolder: string;
}

/** Paths that a stage makes, relative to the spec's folder: its outputs, and the metrics file when it is none of them. */
export function producedPaths(stage: PlannedStage): string[] {
  const paths = new Set(Object.values(stage.outputs));
  if (stage.spec.metricsFile !== undefined) paths.add(stage.spec.metricsFile);
  return [...paths];
}

/** True when `place` is `folder` or has it inside: replacing it would take the project away. */
function encloses(place: string, folder: string): boolean {
  const relative = path.relative(place, folder);
  return relative === '' || (!relative.startsWith('..') && !path.isAbsolute(relative));
}

/**
 * @param cacheFolder absolute `.galley/cache`; made at the first store
 * @param folder absolute folder of the spec file
 */
export function openStageCache(cacheFolder: string, folder: string, hasher: ContentHasher): StageCache {
  const objects = objectStore(path.join(cacheFolder, 'objects'));
  const entryFile = (key: string) => path.join(cacheFolder, 'stages', `${key}.json`);

  async function storeTree(place: string): Promise<Pick<HashedTree, 'kind' | 'files'>> {
    const tree = await hasher.tree(path.resolve(folder, place));
    if (tree === undefined) throw new GalleyError('not-found', `${place} is gone.`, { subject: place });
    const files: HashedFile[] = [];
    for (const file of tree.files) {
      const hash = await objects.add(path.join(path.resolve(folder, place), file.path));
      files.push({ ...file, hash });
    }
    return { kind: tree.kind, files };
  }

  /** Writes one output beside its place and then swaps it in, so that a failure leaves what was there. */
  async function restoreTree(place: string, content: Pick<HashedTree, 'kind' | 'files'>): Promise<boolean> {
    const target = path.resolve(folder, place);
    const temporary = `${target}.galley-${randomBytes(6).toString('hex')}`;
    try {
      if (content.kind === 'folder') await mkdir(temporary, { recursive: true });
      for (const file of content.files) {
        const destination = path.join(temporary, ...file.path.split('/').filter(Boolean));
        if (!(await objects.get(file.hash, destination, file.executable))) return false;
      }
      await rm(target, { recursive: true, force: true });
      await rename(temporary, target);
      return true;
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  }

  return {
    key: async (stage) => {
      const inputs: [string, string][] = [];
      for (const input of [...new Set(stage.inputs)].sort())
        inputs.push([input, await hashInput(hasher, folder, input, stage.name)]);
      if (inputs.length === 0) return undefined;
      if (producedPaths(stage).some((place) => encloses(path.resolve(folder, place), folder)))
        return undefined;
      const facts = {
        version: 1,
        command: stage.command,
        params: sorted(stage.params),
        env: sorted(stage.env),
        inputs,
        outputs: sorted(stage.outputs),
        metricsFile: stage.spec.metricsFile ?? null,
      };
      return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
    },
    find: async (key) => {
      try {
        const entry = JSON.parse(await readFile(entryFile(key), 'utf8')) as CachedStage;
        return entry.version === 1 ? entry : undefined;
      } catch {
        // Never stored, or damaged: the stage runs and stores it anew.
        return undefined;
      }
    },
    restore: async (key, entry) => {
      const written: string[] = [];
      for (const [place, content] of Object.entries(entry.outputs)) {
        const present = await hasher.tree(path.resolve(folder, place));
        if (present?.hash === treeHash(content.kind, content.files)) continue;
        if (!(await restoreTree(place, content))) {
          await rm(entryFile(key), { force: true });
          return undefined;
        }
        written.push(place);
      }
      return written;
    },
    copyOut: (file, destination) => objects.get(file.hash, destination, file.executable),
    store: async (key, stage, made) => {
      const outputs: CachedStage['outputs'] = {};
      for (const place of producedPaths(stage)) outputs[place] = await storeTree(place);
      const artifacts: HashedFile[] = [];
      for (const name of made.artifacts) {
        const tree = await hasher.tree(path.join(made.artifactFolder, name));
        const file = tree?.files[0];
        if (tree?.kind !== 'file' || file === undefined) continue;
        const hash = await objects.add(path.join(made.artifactFolder, name));
        artifacts.push({ ...file, path: name, hash });
      }
      const logged = made.loggedFile === undefined ? undefined : await objects.add(made.loggedFile);
      const entry: CachedStage = {
        version: 1,
        stage: stage.name,
        runId: made.runId,
        storedAt: Date.now(),
        outputs,
        artifacts,
        ...(logged === undefined ? {} : { logged }),
      };
      await mkdir(path.dirname(entryFile(key)), { recursive: true });
      await replaceJson(entryFile(key), entry);
    },
  };
}

function sorted<T>(map: Record<string, T>): [string, T][] {
  return Object.entries(map).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
