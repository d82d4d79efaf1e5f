import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as EditorHost from '../../scripts/editor-host.mjs';
import type * as Example from '../../scripts/example.mjs';
import type * as Steps from '../../scripts/steps.mjs';

/** The scripts are modules of their own that find the project by their own place, so they are not bundled. */
async function script<T>(name: string): Promise<T> {
  return (await import(pathToFileURL(path.resolve('scripts', name)).href)) as T;
}

export const editorHost = (): Promise<typeof EditorHost> => script('editor-host.mjs');
export const example = (): Promise<typeof Example> => script('example.mjs');
export const steps = (): Promise<typeof Steps> => script('steps.mjs');
