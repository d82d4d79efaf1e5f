import type { BlockText, SectionName } from './blocks';
import { findFacts, mentionedPaths } from './block-facts';
import type { BlockFacts, MentionedPaths } from './block-facts';
import { buildSpec } from './build-spec';
import { checkDeprecated } from './checks/deprecated';
import { checkSchedules } from './checks/schedules';
import { checkSecrets } from './checks/secrets';
import { checkContradictions } from './checks/values';
import { declaredNames, findSymbols } from './declarations';
import type { Declared } from './declarations';
import type { Diagnostic } from './diagnostics';
import type { MapNode, SpecNode } from './nodes';
import { findUses } from './references';
import type { ExpressionPlace, NameUse } from './references';
import { report } from './report';
import type { Source } from './report';
import { checkSchema } from './schema-check';
import { readPart } from './source';
import type { PipelineSpec } from './spec';
import { withoutSuppressed } from './suppression';
import type { SpecSymbol } from './types';

/** A part of a spec, read by itself. All places are relative to it, so it can move without being read again. */
export interface Block {
  section?: SectionName;
  /** Its tree is that of a spec that has only this part. */
  source: Source;
  /** What is wrong whatever the rest of the file says. */
  diagnostics: Diagnostic[];
  /** There are syntax errors, so names may be missing. */
  broken: boolean;
  declared: Declared;
  symbols: SpecSymbol[];
  uses: NameUse[];
  expressions: ExpressionPlace[];
  facts: BlockFacts;
  spec?: PipelineSpec;
  /** Paths that it names; computed when first asked for. */
  mentioned(): MentionedPaths;
}

/** Reads a block of a spec. */
export function readBlock(text: string, at: Pick<BlockText, 'section' | 'stray'>, file: string): Block {
  const source = readPart(text, file, true);
  wrap(source, at);
  return analyseBlock(source, at.section);
}

/** What a source says by itself. */
export function analyseBlock(source: Source, section?: SectionName): Block {
  const broken = source.diagnostics.some(isSyntaxError);
  const { root } = source;
  if (!source.unreadable && (root !== undefined || section === undefined)) {
    if (root !== undefined) checkSchema(source, 'spec', true);
    source.diagnostics = withoutConsequences(source.diagnostics);
    checkContradictions(source);
    checkSchedules(source);
    checkSecrets(source);
    checkDeprecated(source);
  }
  const { uses, expressions } = source.unreadable ? { uses: [], expressions: [] } : findUses(source);
  const spec = source.unreadable ? undefined : buildSpec(root);
  let mentioned: MentionedPaths | undefined;
  return {
    ...(section === undefined ? {} : { section }),
    source,
    diagnostics: withoutSuppressed(source.diagnostics, source.lines),
    broken,
    declared: declaredNames(root),
    symbols: source.unreadable ? [] : findSymbols(source),
    uses,
    expressions,
    facts: findFacts(source, spec),
    ...(spec === undefined ? {} : { spec }),
    mentioned: () => (mentioned ??= mentionedPaths(root)),
  };
}

/** Puts a block's tree where it stands in the file. */
function wrap(source: Source, { section, stray }: Pick<BlockText, 'section' | 'stray'>): void {
  const { root, lines } = source;
  if (root === undefined) return;
  const firstLine = {
    start: root.span.start,
    end: Math.max(root.span.start, Math.min(root.span.end, lines.endOfLine(root.span.start))),
  };
  if (root.kind !== 'map') {
    delete source.root;
    if (source.diagnostics.length === 0)
      report(source, 'yaml-syntax', 'error', firstLine, 'A key stands here, followed by `:` and its value.');
    return;
  }
  if (stray)
    report(
      source,
      'yaml-syntax',
      'error',
      firstLine,
      'This is indented less than the entries above it. Indent all entries of a section alike.',
    );
  if (section !== undefined) source.root = under(section, root);
}

function under(section: SectionName, value: SpecNode): MapNode {
  // The key stands in another block: no place of this one is on it.
  const entry = { key: section, keySpan: { start: -1, end: -1 }, value };
  return { kind: 'map', span: value.span, entries: [entry], byKey: new Map([[section as string, entry]]) };
}

function isSyntaxError({ code, severity }: Diagnostic): boolean {
  return code === 'yaml-syntax' && severity === 'error';
}

/** A line that could not be parsed has other faults only because of that. */
function withoutConsequences(diagnostics: Diagnostic[]): Diagnostic[] {
  const broken = new Set(diagnostics.filter(isSyntaxError).map(({ range }) => range.start.line));
  return diagnostics.filter(({ code, range }) => code !== 'schema' || !broken.has(range.start.line));
}
