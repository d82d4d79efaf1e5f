import { buildSpec } from './build-spec';
import { readSource } from './source';
import type { Analysis } from './types';

/** Where a text comes from. */
export interface AnalyseOptions {
  /** Name that diagnostics carry. */
  file: string;
  /** Absolute folder of the project; with it, other files of the project are looked at too. */
  root?: string;
}

/** Everything that a spec's text says and what is wrong with it. Never throws, whatever the text. */
export function analyse(text: string, options: AnalyseOptions): Analysis {
  const source = readSource(text, options.file);
  const spec = buildSpec(source.root);
  return {
    file: options.file,
    diagnostics: source.diagnostics,
    ...(spec === undefined ? {} : { spec }),
    symbols: [],
    references: [],
  };
}
