import { readBlock, analyseBlock } from './block';
import type { Block } from './block';
import { splitBlocks } from './blocks';
import type { BlockText } from './blocks';
import { checkBackendNames } from './checks/backend-names';
import { checkCycles, stageCycles } from './checks/cycles';
import type { StageLink } from './checks/cycles';
import { checkMetricNames } from './checks/metric-names';
import { checkMissingFiles } from './checks/missing-files';
import { checkOutputs } from './checks/outputs';
import { checkTop } from './checks/top';
import { checkUnknownNames, isFile } from './checks/unknown-names';
import { checkUnused } from './checks/unused';
import { checkParamValues } from './checks/values';
import { mergeDeclared } from './declarations';
import type { Declared } from './declarations';
import type { Diagnostic } from './diagnostics';
import { stageEdges, stageGraph } from './graph';
import type { StageEdge } from './graph';
import { LineIndex } from './lines';
import { mergeSpecs } from './merge-specs';
import type { SpecNode } from './nodes';
import { mergeTrees, movedTree } from './placed-tree';
import { maximumDiagnostics } from './report';
import type { Source } from './report';
import { checkSchema } from './schema-check';
import { isTooLarge, readPart, tooLargeSource } from './source';
import type { PipelineSpec } from './spec';
import { withoutSuppressed } from './suppression';
import type { Analysis, SpecReference, SpecSymbol, StageGraph } from './types';
import { shifted, shiftedDiagnostic } from './whole';
import type { PlacedBlock, Whole } from './whole';
import type { WorkspaceFacts } from './workspace-facts';

/** Where a text comes from, and what is known beside it. */
export interface ModelOptions {
  /** Name that diagnostics carry. */
  file: string;
  workspace?: WorkspaceFacts;
}

/** One version of a spec's text, analysed. Everything that an editor or a terminal asks is a function of it. */
export interface SpecModel extends Source {
  blocks: PlacedBlock[];
  declared: Declared;
  analysis: Analysis;
  /** Tree of one block, with places in the whole text. */
  treeOf(placed: PlacedBlock): SpecNode | undefined;
  /** The order of stages; computed when first asked for. */
  graph(): ModelGraph;
  /** What the next version of the text may use again. */
  memory: ModelMemory;
}

/** Which stage needs which. */
export interface ModelGraph extends StageGraph {
  edges: StageEdge[];
}

interface ModelMemory {
  graph?: ModelGraph;
  blocks: Map<string, Block>;
  graphKeys: string[];
  cycles: StageLink[][];
}

/**
 * Analyses a text. Blocks that a former version of it had are not read again; the outcome is the same with and without
 * a former version. Never throws, whatever the text.
 */
export function readModel(text: string, options: ModelOptions, before?: SpecModel): SpecModel {
  if (isTooLarge(text)) return modelOf(tooLargeSource(text, options.file), [], options, before, new Map());
  const known = new Map<string, Block>();
  const blocks = readBlocks(text, options.file, before?.memory.blocks, known) ?? [
    wholeBlock(text, options.file),
  ];
  const [only] = blocks;
  const source: Source = {
    file: options.file,
    text,
    lines: new LineIndex(text),
    diagnostics: [],
    unreadable: blocks.length === 1 && only?.block.source.unreadable === true,
    openAliases: false,
  };
  return modelOf(source, blocks, options, before, known);
}

/** A text that cannot be cut, as one block. */
function wholeBlock(text: string, file: string): PlacedBlock {
  const source = readPart(text, file, false);
  if (!source.unreadable && source.root?.kind !== 'map') checkSchema(source, 'spec');
  return { block: analyseBlock(source), start: 0, line: 0, repeated: false };
}

function readBlocks(
  text: string,
  file: string,
  before: Map<string, Block> | undefined,
  known: Map<string, Block>,
): PlacedBlock[] | undefined {
  const cuts = splitBlocks(text);
  if (cuts === undefined) return undefined;
  const headers = new Set<string>();
  let repeated = false;
  const placed: PlacedBlock[] = [];
  const read = (cut: BlockText) => blockOf(text, cut, file, before, known);
  for (let index = 0; index < cuts.length; index++) {
    const first = cuts[index];
    if (first === undefined) break;
    const { block, cut, more } = readWhole(first, cuts, index, read);
    index += more;
    if (block.source.openAliases) return undefined;
    if (cut.section === undefined) {
      const names = block.facts.top.map(({ name }) => name);
      repeated = names.some((name) => headers.has(name));
      for (const name of names) headers.add(name);
    }
    placed.push({ block, start: cut.start, line: cut.line, repeated });
  }
  // A text without any key is no spec: only the whole of it says what it is.
  return placed.some(({ block }) => block.facts.top.length > 0) ? placed : undefined;
}

/** Most blocks that are read together with a broken one. */
const widestBlock = 4;

/**
 * Reads a block. One that is broken is read together with what follows: brackets may be open over lines that look like
 * entries, which YAML readers take although they should be indented.
 */
function readWhole(
  cut: BlockText,
  cuts: BlockText[],
  index: number,
  read: (cut: BlockText) => Block,
): { block: Block; cut: BlockText; more: number } {
  const block = read(cut);
  if (!block.broken || cut.stray) return { block, cut, more: 0 };
  for (const [place, other] of cuts.slice(index + 1, index + widestBlock).entries()) {
    if (other.section !== cut.section || other.isHeader) break;
    const wide = { ...cut, end: other.end };
    const whole = read(wide);
    if (!whole.broken) return { block: whole, cut: wide, more: place + 1 };
  }
  return { block, cut, more: 0 };
}

function blockOf(
  text: string,
  cut: BlockText,
  file: string,
  before: Map<string, Block> | undefined,
  known: Map<string, Block>,
): Block {
  const key = `${cut.section ?? ''}${cut.stray ? '!' : ':'}${text.slice(cut.start, cut.end)}`;
  const same = known.get(key) ?? before?.get(key);
  if (same !== undefined) {
    known.set(key, same);
    return same;
  }
  // A slice would keep the whole text of this version in memory for as long as the block lives.
  const own = Buffer.from(key, 'utf16le').toString('utf16le');
  const block = readBlock(own.slice(own.length - (cut.end - cut.start)), cut, file);
  known.set(own, block);
  return block;
}

function modelOf(
  source: Source,
  blocks: PlacedBlock[],
  options: ModelOptions,
  before: SpecModel | undefined,
  known: Map<string, Block>,
): SpecModel {
  const counted = blocks.filter(({ repeated }) => !repeated);
  const declared = mergeDeclared(counted.map(({ block }) => block.declared));
  const spec = mergeSpecs(counted.flatMap(({ block }) => block.spec ?? []));
  const memory: ModelMemory = { blocks: known, graphKeys: graphKeysOf(counted), cycles: [] };
  if (before !== undefined && isSame(memory.graphKeys, before.memory.graphKeys)) {
    memory.cycles = before.memory.cycles;
    if (before.memory.graph !== undefined) memory.graph = before.memory.graph;
  } else if (spec !== undefined) memory.cycles = stageCycles(spec);
  const found = diagnose(source, blocks, counted, { declared, spec, memory, options });
  const trees = new Map<PlacedBlock, SpecNode | undefined>();
  const treeOf = (placed: PlacedBlock) => {
    if (!trees.has(placed)) trees.set(placed, movedTree(placed.block.source.root, placed.start));
    return trees.get(placed);
  };
  const analysis = lazyAnalysis(options.file, found, counted, declared, spec);
  const graph = () => {
    const known = spec ?? mergeSpecs([], true);
    return (memory.graph ??= { ...stageGraph(known), edges: stageEdges(known) });
  };
  let root: SpecNode | undefined;
  let isMerged = false;
  const model: SpecModel = {
    ...source,
    diagnostics: found,
    blocks,
    declared,
    analysis,
    memory,
    treeOf,
    graph,
  };
  Object.defineProperty(model, 'root', {
    enumerable: true,
    get: () => {
      if (!isMerged) root = mergeTrees(blocks, treeOf);
      isMerged = true;
      return root;
    },
  });
  return model;
}

const graphKeysOf = (blocks: PlacedBlock[]) =>
  blocks.flatMap(({ block }) => (block.facts.graphKey === '' ? [] : [block.facts.graphKey]));

const isSame = (keys: string[], others: string[] | undefined) =>
  others?.length === keys.length && keys.every((key, index) => key === others[index]);

interface Linked {
  declared: Declared;
  spec: PipelineSpec | undefined;
  memory: ModelMemory;
  options: ModelOptions;
}

function diagnose(
  source: Source,
  blocks: PlacedBlock[],
  counted: PlacedBlock[],
  { declared, spec, memory, options }: Linked,
): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const { block, line } of blocks)
    for (const diagnostic of block.diagnostics)
      if (found.length < maximumDiagnostics) found.push(shiftedDiagnostic(diagnostic, line));
  const own: Diagnostic[] = [...source.diagnostics];
  const whole: Whole = {
    blocks: counted,
    declared,
    spec: spec ?? mergeSpecs([], true),
    workspace: options.workspace ?? {},
    range: ({ line }, range) => shifted(range, line),
    related: ({ line }, range, message) => ({ file: options.file, range: shifted(range, line), message }),
    tell: (code, severity, { line }, range, message, { related, suggestion } = {}) => {
      if (own.length >= maximumDiagnostics) return;
      own.push({
        file: options.file,
        code,
        severity,
        message,
        range: shifted(range, line),
        ...(suggestion === undefined ? {} : { suggestion }),
        ...(related === undefined || related.length === 0 ? {} : { related }),
      });
    },
    isFull: () => own.length >= maximumDiagnostics,
  };
  const broken = blocks.some(({ block }) => block.broken);
  if (!source.unreadable) {
    checkTop(whole, blocks, broken);
    checkUnknownNames(whole);
    if (spec !== undefined) {
      checkCycles(whole, memory.cycles);
      checkOutputs(whole);
      checkParamValues(whole);
      checkBackendNames(whole);
      checkMissingFiles(whole);
      checkMetricNames(whole);
      // In a broken file, uses may stand in the part that could not be read.
      if (!broken) checkUnused(whole);
    }
  }
  return [...found, ...withoutSuppressed(own, source.lines)]
    .sort(
      (a, b) => a.range.start.line - b.range.start.line || a.range.start.character - b.range.start.character,
    )
    .slice(0, maximumDiagnostics);
}

/** Names are placed when they are asked for: most analyses are made for their diagnostics only. */
function lazyAnalysis(
  file: string,
  diagnostics: Diagnostic[],
  counted: PlacedBlock[],
  declared: Declared,
  spec: PipelineSpec | undefined,
): Analysis {
  let symbols: SpecSymbol[] | undefined;
  let references: SpecReference[] | undefined;
  return {
    file,
    diagnostics,
    ...(spec === undefined ? {} : { spec }),
    get symbols() {
      symbols ??= counted.flatMap(({ block, line }) =>
        block.symbols.map((symbol) => ({
          ...symbol,
          range: shifted(symbol.range, line),
          nameRange: shifted(symbol.nameRange, line),
        })),
      );
      return symbols;
    },
    get references() {
      references ??= counted.flatMap(({ block, line }) =>
        block.uses.flatMap((use): SpecReference[] => {
          if (isFile(use, declared)) return [];
          const { kind, name, container, range } = use;
          return [
            { kind, name, ...(container === undefined ? {} : { container }), range: shifted(range, line) },
          ];
        }),
      );
      return references;
    },
  };
}

/** The block that an offset is in; of two, the one that starts there. */
export function blockAt({ blocks }: SpecModel, offset: number): PlacedBlock | undefined {
  return blockIn(blocks, offset);
}

function blockIn(blocks: PlacedBlock[], offset: number): PlacedBlock | undefined {
  let low = 0;
  let high = blocks.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((blocks[middle]?.start ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return blocks[low];
}

/**
 * Tree of the block that an offset of a text is in, for a text that differs from a version that was analysed.
 * Its places are those of the whole text.
 */
export function readTreeAt(text: string, offset: number, before: SpecModel): SpecNode | undefined {
  if (isTooLarge(text)) return undefined;
  const blocks = readBlocks(text, before.file, before.memory.blocks, new Map());
  if (blocks === undefined) return readPart(text, before.file, false).root;
  const placed = blockIn(blocks, offset);
  return placed === undefined ? undefined : movedTree(placed.block.source.root, placed.start);
}
