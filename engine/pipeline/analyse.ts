import { buildSpec } from './build-spec';
import { checkBackendNames } from './checks/backend-names';
import { checkCycles } from './checks/cycles';
import { checkOutputs } from './checks/outputs';
import { checkSchedules } from './checks/schedules';
import { checkUnused } from './checks/unused';
import { checkContradictions, checkParamValues } from './checks/values';
import { connectedBackends } from './connected-backends';
import type { Diagnostic } from './diagnostics';
import { declaredNames, findSymbols } from './declarations';
import { findReferences } from './references';
import type { Source } from './report';
import { checkSchema } from './schema-check';
import { readSource } from './source';
import { withoutSuppressed } from './suppression';
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
  return analyseSource(readSource(text, options.file), options);
}

/** The same for a text that was read already. */
export function analyseSource(source: Source, options: AnalyseOptions): Analysis {
  const analysis: Analysis = { file: options.file, diagnostics: [], symbols: [], references: [] };
  if (!source.unreadable) {
    const broken = source.diagnostics.some(isSyntaxError);
    checkSchema(source, 'spec');
    source.diagnostics = withoutConsequences(source.diagnostics);
    analysis.symbols = findSymbols(source);
    analysis.references = findReferences(source, declaredNames(source.root));
    const spec = buildSpec(source.root);
    if (spec !== undefined) {
      analysis.spec = spec;
      checkCycles(source, spec);
      checkOutputs(source);
      checkParamValues(source, spec);
      checkContradictions(source);
      checkSchedules(source);
      const connected = options.root === undefined ? undefined : connectedBackends(options.root);
      if (connected !== undefined) checkBackendNames(source, connected);
      // In a broken file, uses may stand in the part that could not be read.
      if (!broken) checkUnused(source, analysis.references);
    }
  }
  analysis.diagnostics = withoutSuppressed(source.diagnostics, source.lines).sort(
    (a, b) => a.range.start.line - b.range.start.line || a.range.start.character - b.range.start.character,
  );
  return analysis;
}

function isSyntaxError({ code, severity }: Diagnostic): boolean {
  return code === 'yaml-syntax' && severity === 'error';
}

/** A line that could not be parsed has other faults only because of that. */
function withoutConsequences(diagnostics: Diagnostic[]): Diagnostic[] {
  const broken = new Set(diagnostics.filter(isSyntaxError).map(({ range }) => range.start.line));
  return diagnostics.filter(({ code, range }) => code !== 'schema' || !broken.has(range.start.line));
}
