import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** The scripts are modules of their own that find the project by their own place, so they are not bundled. */
async function script<T>(name: string): Promise<T> {
  return (await import(pathToFileURL(path.resolve('scripts', name)).href)) as T;
}

export const editorHost = (): Promise<typeof import('../../scripts/editor-host.mjs')> =>
  script('editor-host.mjs');
export const example = (): Promise<typeof import('../../scripts/example.mjs')> => script('example.mjs');
export const steps = (): Promise<typeof import('../../scripts/steps.mjs')> => script('steps.mjs');
