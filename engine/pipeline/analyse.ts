import { connectedBackends } from './connected-backends';
import { readModel } from './model';
import type { Analysis } from './types';

/** Where a text comes from. */
export interface AnalyseOptions {
  /** Name that diagnostics carry. */
  file: string;
  /** Absolute folder of the project; with it, other files of the project are looked at too. */
  root?: string;
}

/** Everything that a spec's text says and what is wrong with it. Never throws, whatever the text. */
export function analyse(text: string, { file, root }: AnalyseOptions): Analysis {
  const backends = root === undefined ? undefined : connectedBackends(root);
  return readModel(text, { file, ...(backends === undefined ? {} : { workspace: { backends } }) }).analysis;
}
