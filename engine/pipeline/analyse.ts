import { connectedBackends } from './connected-backends';
import { readModel } from './model';
import { fileFinder } from './project-files';
import type { Analysis } from './types';

/** Where a text comes from. */
export interface AnalyseOptions {
  /** Name that diagnostics carry. */
  file: string;
  /** Absolute folder of the project; with it, other files of the project are looked at too. */
  root?: string;
  /** Absolute folder of the spec file; with it, files that the spec names are looked for. */
  folder?: string;
}

/** Everything that a spec's text says and what is wrong with it. Never throws, whatever the text. */
export function analyse(text: string, { file, root, folder }: AnalyseOptions): Analysis {
  const backends = root === undefined ? undefined : connectedBackends(root);
  const workspace = {
    ...(backends === undefined ? {} : { backends }),
    ...(folder === undefined ? {} : { exists: fileFinder(folder) }),
  };
  return readModel(text, { file, workspace }).analysis;
}
