import path from 'node:path';
import { isMap, LineCounter, parseDocument, type Document } from 'yaml';
import { GalleyError } from '../errors';
import { galleyFolder } from '../project-files/galley-folder';
import { replaceFile } from '../project-files/replace-file';
import { textOf } from '../project-files/text-of';
import type { BackendConfig } from './types';

/** The committed list of a project's backends, relative to its folder. It never holds a secret. */
export const backendsFile = '.galley/backends.yaml';

async function read(root: string): Promise<Document.Parsed | undefined> {
  const text = await textOf(path.join(root, backendsFile));
  if (text === undefined) return undefined;
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw new GalleyError('invalid', `${backendsFile} is not valid YAML: ${error.message}.`, {
      subject: backendsFile,
      line: line - 1,
      character: col - 1,
      remedy: `Mend line ${line} of the file.`,
    });
  }
  return document;
}

/** Backends that the project names; a missing file is an empty list. Entries without a kind are left out. */
export async function readBackends(root: string): Promise<BackendConfig[]> {
  const backends: unknown = (await read(root))?.toJS()?.backends;
  if (typeof backends !== 'object' || backends === null) return [];
  return Object.entries(backends).flatMap(([name, value]: [string, unknown]) => {
    if (typeof value !== 'object' || value === null || !('kind' in value) || typeof value.kind !== 'string')
      return [];
    const url = 'url' in value && typeof value.url === 'string' ? value.url : undefined;
    return { name, kind: value.kind, ...(url === undefined ? {} : { url }) };
  });
}

function checkUrl(url: string): void {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new GalleyError('invalid', `"${url}" is not an address.`, {
      remedy: 'Give it with its scheme, for example http://127.0.0.1:5000.',
    });
  }
  if (parsed.username !== '' || parsed.password !== '')
    throw new GalleyError('invalid', 'The address holds a user name or a password.', {
      remedy: 'Leave them out: the file is committed, and secrets are kept by the editor.',
    });
}

/** Adds a backend, keeping the file's comments and order. Rejects with `conflict` when the name is taken. */
export async function addBackend(root: string, backend: BackendConfig): Promise<void> {
  if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(backend.name))
    throw new GalleyError('invalid', `"${backend.name}" cannot be a backend's name.`, {
      remedy: 'Use letters, digits, - and _, and start with a letter.',
    });
  if (backend.url !== undefined) checkUrl(backend.url);
  const document = (await read(root)) ?? parseDocument('version: 1\n');
  if (backend.name === 'local' || document.hasIn(['backends', backend.name]))
    throw new GalleyError('conflict', `There is a backend named ${backend.name} already.`, {
      remedy: 'Choose another name.',
      subject: backendsFile,
    });
  if (!isMap(document.get('backends'))) document.set('backends', document.createNode({}));
  const { name, ...rest } = backend;
  document.setIn(['backends', name], document.createNode(rest));
  await galleyFolder(root);
  await replaceFile(path.join(root, backendsFile), document.toString());
}
