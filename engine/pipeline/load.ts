import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { glob } from 'tinyglobby';
import { GalleyError } from '../errors';
import { analyse } from './analyse';
import type { LoadedPipeline } from './types';

/** Folders that hold no specs of the project itself. */
const ignored = [
  '**/node_modules/**',
  '**/.git/**',
  '**/.venv/**',
  '**/venv/**',
  '**/mlruns/**',
  '**/.galley/**',
];

/** Whether a file is a pipeline spec by its name. */
export function isSpecFile(file: string): boolean {
  return /(^|[\\/])([^\\/]+\.)?galley\.yaml$/.test(file);
}

/** Spec files of a folder, relative to it with `/`, sorted. */
export async function findSpecFiles(root: string): Promise<string[]> {
  const files = await glob(['**/galley.yaml', '**/*.galley.yaml'], {
    cwd: root,
    ignore: ignored,
    dot: false,
    expandDirectories: false,
    followSymbolicLinks: false,
  });
  return files.map((file) => file.split(path.sep).join('/')).sort();
}

/**
 * Reads a spec file that has no errors.
 * @param file relative to the root, or absolute
 * @throws GalleyError `not-found`, or `invalid` with the place of the first error
 */
export async function loadPipeline(root: string, file: string): Promise<LoadedPipeline> {
  const absolute = path.resolve(root, file);
  let text: string;
  try {
    text = await readFile(absolute, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new GalleyError(
      code === 'ENOENT' ? 'not-found' : 'failed',
      code === 'ENOENT' ? `There is no file ${file}.` : `The file ${file} cannot be read.`,
      {
        remedy:
          code === 'ENOENT' ? 'Check the name and the folder.' : 'Check that it is a file that you may read.',
        subject: file,
        detail: String(error),
      },
      { cause: error },
    );
  }
  return parse(text, path.relative(root, absolute).split(path.sep).join('/'), path.dirname(absolute), root);
}

/**
 * The same from text, for specs that are not in the work tree.
 * @param file name for messages, relative to the root with `/`
 * @param folder absolute folder that paths of the spec are relative to
 * @throws GalleyError `invalid` with the place of the first error
 */
export function parsePipeline(text: string, file: string, folder: string): LoadedPipeline {
  return parse(text, file, folder, undefined);
}

function parse(text: string, file: string, folder: string, root: string | undefined): LoadedPipeline {
  const analysis = analyse(text, { file, ...(root === undefined ? {} : { root }) });
  const errors = analysis.diagnostics.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first !== undefined || analysis.spec === undefined) {
    const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
    const { line, character } = first?.range.start ?? { line: 0, character: 0 };
    throw new GalleyError(
      'invalid',
      `${file} has an error in line ${line + 1}: ${first?.message ?? 'It is empty.'}${more}`,
      { remedy: `Correct ${file}; \`galley validate\` lists all of them.`, subject: file, line, character },
    );
  }
  return { file, folder, text, spec: analysis.spec, diagnostics: analysis.diagnostics };
}
