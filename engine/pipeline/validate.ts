import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { GalleyError } from '../errors';
import { analyse } from './analyse';
import { analyseBackends, backendsFile } from './connected-backends';
import { analyseDvc, isDvcFile } from './dialects/dvc/analyse';
import type { Diagnostic } from './diagnostics';
import { findSpecFiles } from './load';
import { textReader } from './project-files';

/** What validating some files gave. */
export interface Validation {
  /** Files that were checked, relative to the base folder with `/`. */
  files: string[];
  diagnostics: Diagnostic[];
}

/**
 * Checks spec files and lists of backends, and `dvc.yaml` files that are named.
 * @param base absolute folder that paths are relative to, in and out
 * @param paths files, or folders that are searched; the base folder when empty
 * @throws GalleyError `not-found` for a path that is not there or a folder without such files
 */
export async function validate(base: string, paths: string[]): Promise<Validation> {
  const files = new Set<string>();
  for (const place of paths.length === 0 ? ['.'] : paths)
    for (const file of await filesOf(path.resolve(base, place), place)) files.add(file);
  const diagnostics: Diagnostic[] = [];
  const names: string[] = [];
  for (const absolute of files) {
    const file = path.relative(base, absolute).split(path.sep).join('/');
    names.push(file);
    diagnostics.push(...check(await readFile(absolute, 'utf8'), file, absolute, base));
  }
  return { files: names, diagnostics };
}

function check(text: string, file: string, absolute: string, base: string): Diagnostic[] {
  if (absolute.endsWith(path.sep + backendsFile)) return analyseBackends(text, { file }).diagnostics;
  const folder = path.dirname(absolute);
  if (isDvcFile(absolute)) return analyseDvc(text, { file, read: textReader(folder) }).diagnostics;
  return analyse(text, { file, root: projectFolder(folder, base), folder }).diagnostics;
}

/** The innermost folder above a file that is a project (has `.galley`), else the base folder. */
function projectFolder(folder: string, base: string): string {
  for (let at = folder; ; at = path.dirname(at)) {
    if (existsSync(path.join(at, '.galley'))) return at;
    if (at === base || at === path.dirname(at)) return base;
  }
}

async function filesOf(absolute: string, shown: string): Promise<string[]> {
  const found = await stat(absolute).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined)
    throw new GalleyError('not-found', `There is no file or folder ${shown}.`, {
      remedy: 'Check the name, and `--cwd`.',
      subject: shown,
    });
  if (!found.isDirectory()) return [absolute];
  const specs = (await findSpecFiles(absolute)).map((file) => path.join(absolute, file));
  const backends = path.join(absolute, backendsFile);
  const files = existsSync(backends) ? [...specs, backends] : specs;
  if (files.length > 0) return files;
  throw new GalleyError('not-found', `There is no galley.yaml in ${shown === '.' ? absolute : shown}.`, {
    remedy: 'Name the file or a folder that has one.',
    subject: shown,
  });
}
