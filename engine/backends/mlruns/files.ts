import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isMap, isScalar, parseDocument, Scalar, type YAMLMap } from 'yaml';
import { GalleyError } from '../../errors';

function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR';
}

/** The text of a file, or undefined when there is none. */
export async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Names of the folders in a folder; none when it is not there. Links are not followed. */
export async function foldersIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Keys of the values in a folder: files at any depth, with slashes, in order. Links are not followed. */
export async function keysIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true, recursive: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) =>
        path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'),
      )
      .sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Texts of all values in a folder by their keys. */
export async function textsIn(folder: string): Promise<Record<string, string>> {
  const keys = await keysIn(folder);
  const texts = await inTurns(keys, 32, (key) => textOf(path.join(folder, key)));
  // fromEntries, because a key may be called `__proto__`. A value that went meanwhile is left out.
  return Object.fromEntries(
    keys.flatMap((key, index) => (texts[index] === undefined ? [] : [[key, texts[index]]])),
  );
}

/** When and how large a file is, as a token; `-` when it is not there. */
export async function markOf(file: string): Promise<string> {
  try {
    const { mtimeMs, size } = await stat(file);
    return `${mtimeMs}.${size}`;
  } catch (error) {
    if (isMissing(error)) return '-';
    throw error;
  }
}

export async function isThere(file: string): Promise<boolean> {
  return (await markOf(file)) !== '-';
}

/** Runs `work` for every item, `many` at the same time, and gives the results in the items' order. */
export async function inTurns<Item, Result>(
  items: readonly Item[],
  many: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const left = items.entries();
  const worker = async () => {
    for (const [index, item] of left) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(many, items.length) }, worker));
  return results;
}

/** What a `meta.yaml` says: texts, as they stand there; values that are null are absent. */
export type Meta = Readonly<Record<string, string | Readonly<Record<string, string>>>>;

/** Which texts without quotes are numbers depends on the version of YAML, so none is: the reader of a value knows. */
const asTexts = { schema: 'failsafe', logLevel: 'silent' } as const;

/** Reads a `meta.yaml`; of one that is cut short or damaged, what can be read. Undefined when it is not there. */
export async function readMeta(folder: string): Promise<Meta | undefined> {
  const text = await textOf(path.join(folder, 'meta.yaml'));
  if (text === undefined) return undefined;
  return parsed(text) ?? parsed(text.slice(0, text.lastIndexOf('\n') + 1)) ?? {};
}

function parsed(text: string): Meta | undefined {
  const { contents, errors } = parseDocument(text, asTexts);
  if (errors.length > 0 || !isMap(contents)) return undefined;
  return Object.fromEntries(
    contents.items.flatMap(({ key, value }) => {
      const found = isMap(value) ? textsOf(value) : scalarText(value);
      return found === undefined ? [] : [[String(key), found]];
    }),
  );
}

function textsOf(map: YAMLMap): Record<string, string> {
  return Object.fromEntries(map.items.map(({ key, value }) => [String(key), scalarText(value) ?? '']));
}

function scalarText(node: unknown): string | undefined {
  if (!isScalar(node) || typeof node.value !== 'string') return undefined;
  return node.type === 'PLAIN' && /^(null|Null|NULL|~|)$/.test(node.value) ? undefined : node.value;
}

/** A text of a `meta.yaml`, or undefined when it is absent. */
export function metaText(meta: Meta, name: string): string | undefined {
  const value = Object.hasOwn(meta, name) ? meta[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

export function metaNumber(meta: Meta, name: string): number | undefined {
  const value = Number(metaText(meta, name) ?? Number.NaN);
  return Number.isFinite(value) ? value : undefined;
}

/** What to tell about a file that cannot be changed. */
function writeFailure(error: unknown, file: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new GalleyError('read-only', `${file} cannot be written.`, {
      subject: file,
      remedy: 'Make the folder writable; reading goes on meanwhile.',
    });
  if (code === 'EEXIST' || code === 'ENOTDIR' || code === 'EISDIR')
    return new GalleyError(
      'conflict',
      `${file} is in the way of another name: names with slashes are folders.`,
      {
        subject: file,
        remedy: 'Choose another name.',
      },
    );
  return error;
}

/**
 * Runs a change of the file or folder.
 * @throws GalleyError `read-only`, `conflict`
 */
export async function changing<Result>(file: string, change: () => Promise<Result>): Promise<Result> {
  try {
    return await change();
  } catch (error) {
    throw writeFailure(error, file);
  }
}

/**
 * Writes a file so that readers see the old or the new text.
 * @param aside folder for the unfinished file; MLflow would take it for a value in the folder itself
 * @throws GalleyError `read-only`, `conflict` when a folder has the name, or a file that of a folder above
 */
export async function replaceFile(file: string, text: string, aside: string): Promise<void> {
  const unfinished = path.join(aside, `.galley-${randomUUID()}`);
  await changing(file, async () => {
    await mkdir(path.dirname(file), { recursive: true });
    try {
      await writeFile(unfinished, text);
      await rename(unfinished, file);
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
  });
}

/** Changes values of a `meta.yaml` and keeps the others. */
export async function changeMeta(
  folder: string,
  changes: Record<string, string | number | null>,
): Promise<void> {
  const file = path.join(folder, 'meta.yaml');
  const document = parseDocument((await textOf(file)) ?? '', asTexts);
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) {
      document.delete(key);
      continue;
    }
    const scalar = new Scalar(String(value));
    // In quotes, as Python reads many words as something else.
    if (typeof value === 'string') scalar.type = 'QUOTE_DOUBLE';
    document.set(key, scalar);
  }
  await replaceFile(file, document.toString(), folder);
}
