import { stat } from 'node:fs/promises';
import path from 'node:path';
import { glob } from 'tinyglobby';
import { GalleyError } from '../../errors';
import { literal } from './database';

/** Where data lies: a path or glob, relative to a folder unless it is absolute. */
export interface DataLocation {
  /** Absolute. */
  folder: string;
  path: string;
}

export type DataFormat = 'parquet' | 'csv' | 'json-lines' | 'json';

/** Files of one format that were found at a location; at least one. */
export interface DataFiles {
  /** As it was asked for, for messages. */
  name: string;
  files: string[];
  format: DataFormat;
}

const endings: [RegExp, DataFormat][] = [
  [/\.(parquet|pq)$/i, 'parquet'],
  [/\.(csv|tsv)(\.gz)?$/i, 'csv'],
  [/\.(jsonl|ndjson)(\.gz)?$/i, 'json-lines'],
  [/\.json(\.gz)?$/i, 'json'],
];

function formatOf(file: string): DataFormat | undefined {
  return endings.find(([ending]) => ending.test(file))?.[1];
}

const magic = /[*?[\]{}]/;

/** The longest leading folder of a glob that has no magic, and the rest with `/`. */
function splitGlob(folder: string, pattern: string): { base: string; rest: string } {
  if (!path.isAbsolute(pattern)) return { base: folder, rest: pattern.replaceAll('\\', '/') };
  const { root } = path.parse(pattern);
  const parts = pattern.slice(root.length).split(/[\\/]/);
  const first = Math.max(
    0,
    parts.findIndex((part) => magic.test(part)),
  );
  return { base: path.join(root, ...parts.slice(0, first)), rest: parts.slice(first).join('/') };
}

async function kindOf(file: string): Promise<'file' | 'folder' | undefined> {
  try {
    return (await stat(file)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // ENAMETOOLONG and EINVAL: a glob may be no possible file name.
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG' || code === 'EINVAL')
      return undefined;
    throw new GalleyError(
      'failed',
      `${file} cannot be read.`,
      { remedy: 'Check that it is a file that you may read.', subject: file, detail: String(error) },
      { cause: error },
    );
  }
}

/**
 * The files at a location: the file itself, all data files of a folder, or what a glob finds, sorted by name.
 * @throws GalleyError `not-found` naming the location, `unsupported` for an address or another format, `invalid` when
 * the files have different formats
 */
export async function findData(location: DataLocation): Promise<DataFiles> {
  const name = location.path;
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(name))
    throw new GalleyError('unsupported', `${name} is an address; data is read from files only.`, {
      remedy: 'Download it, and name the file.',
      subject: name,
    });
  const absolute = path.resolve(location.folder, name);
  const kind = await kindOf(absolute);
  const files =
    kind === 'file'
      ? [absolute]
      : kind === 'folder'
        ? (await matches(absolute, '**/*')).filter((file) => formatOf(file) !== undefined)
        : await globbed(location);
  if (files.length === 0)
    throw new GalleyError('not-found', `There is no data at ${name}.`, {
      remedy:
        kind === undefined
          ? `Check the path; it is looked for in ${location.folder}.`
          : 'Put Parquet, CSV or JSON lines files there.',
      subject: name,
    });
  const formats = new Set(files.map(formatOf));
  const [format] = formats;
  const other = files.find((file) => formatOf(file) === undefined);
  if (format === undefined || other !== undefined)
    throw new GalleyError('unsupported', `${other ?? name} is in a format that is not read.`, {
      remedy: 'Use a file that ends with .parquet, .csv, .tsv, .jsonl, .ndjson or .json.',
      subject: name,
    });
  if (formats.size > 1)
    throw new GalleyError('invalid', `The files at ${name} have different formats.`, {
      remedy: 'Name files of one format, for instance with an ending after the star.',
      subject: name,
    });
  return { name, files, format };
}

async function matches(folder: string, pattern: string): Promise<string[]> {
  const found = await glob(pattern, { cwd: folder, absolute: true, expandDirectories: false, dot: false });
  return found.map((file) => path.normalize(file)).sort();
}

async function globbed(location: DataLocation): Promise<string[]> {
  if (!magic.test(location.path)) return [];
  const { base, rest } = splitGlob(location.folder, location.path);
  return matches(base, rest);
}

/** Spellings that pandas reads as a missing value or an infinity; neither is compared. */
const missing = [
  ...['', 'NA', 'N/A', 'n/a', '#N/A', '#N/A N/A', '#NA', '<NA>', 'NULL', 'null', 'None'],
  ...['NaN', 'nan', '-NaN', '-nan', '1.#IND', '-1.#IND', '1.#QNAN', '-1.#QNAN'],
  ...['', '+', '-'].flatMap((sign) =>
    ['inf', 'Inf', 'INF', 'infinity', 'Infinity'].map((word) => sign + word),
  ),
];

/** DuckDB takes a file name for a glob; each special character becomes a set of itself. */
function exactly(file: string): string {
  return literal(file.replace(/[*?[]/g, '[$&]'));
}

/**
 * A table function of DuckDB that reads the files.
 * @param skipBroken leave lines of JSON out that cannot be read (they become rows of NULL)
 */
export function tableFunction({ files, format }: DataFiles, skipBroken = false): string {
  const list = `[${files.map(exactly).join(', ')}]`;
  if (format === 'parquet') return `read_parquet(${list}, union_by_name = true)`;
  if (format === 'csv')
    return `read_csv(${list}, union_by_name = true, header = true, sample_size = -1, nullstr = [${missing.map(literal).join(', ')}])`;
  const json = `${list}, union_by_name = true, sample_size = -1`;
  if (format === 'json') return `read_json(${json})`;
  return `read_json(${json}, format = 'newline_delimited', ignore_errors = ${String(skipBroken)})`;
}
