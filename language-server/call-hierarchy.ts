import { SymbolKind } from 'vscode-languageserver/node';
import type {
  CallHierarchyIncomingCall,
  CallHierarchyItem,
  CallHierarchyOutgoingCall,
  Position,
  Range,
} from 'vscode-languageserver/node';
import type { StageEdge } from '../engine/pipeline/graph';
import { childOf, entryAt, nodeAt } from '../engine/pipeline/nodes';
import type { SpecSymbol } from '../engine/pipeline/types';
import { nameAt } from './named-places';
import type { SpecDocument } from './spec-document';

/** The stage at a position, as the start of a walk over the stage graph. */
export function prepareCallsAt(document: SpecDocument, position: Position): CallHierarchyItem[] {
  const place = nameAt(document, position);
  const name = place?.kind === 'stage' ? place.name : place?.kind === 'output' ? place.container : undefined;
  return name === undefined ? [] : itemOf(document, name);
}

/** Stages that need a stage, each with the references that say so. */
export function incomingCalls(document: SpecDocument, stage: string): CallHierarchyIncomingCall[] {
  return grouped(
    edgesOf(document).filter(({ on }) => on === stage),
    ({ stage: name }) => name,
  ).flatMap(([name, edges]) =>
    itemOf(document, name).map((from) => ({
      from,
      fromRanges: edges.map((edge) => placeOf(document, edge)),
    })),
  );
}

/** Stages that a stage needs. */
export function outgoingCalls(document: SpecDocument, stage: string): CallHierarchyOutgoingCall[] {
  return grouped(
    edgesOf(document).filter((edge) => edge.stage === stage),
    ({ on }) => on,
  ).flatMap(([name, edges]) =>
    itemOf(document, name).map((to) => ({ to, fromRanges: edges.map((edge) => placeOf(document, edge)) })),
  );
}

const edgesOf = ({ model }: SpecDocument) => model?.graph().edges ?? [];

function grouped(edges: StageEdge[], nameOf: (edge: StageEdge) => string): [string, StageEdge[]][] {
  const groups = new Map<string, StageEdge[]>();
  for (const edge of edges) groups.set(nameOf(edge), [...(groups.get(nameOf(edge)) ?? []), edge]);
  return [...groups];
}

function itemOf({ analysis, uri }: SpecDocument, name: string): CallHierarchyItem[] {
  const symbol = analysis.symbols.find((other: SpecSymbol) => other.kind === 'stage' && other.name === name);
  if (symbol === undefined) return [];
  const { range, nameRange } = symbol;
  return [{ name, kind: SymbolKind.Function, uri, range, selectionRange: nameRange, detail: 'stage' }];
}

/** Where the spec says that one stage needs another. */
function placeOf({ source, text }: SpecDocument, { at, text: written, stage }: StageEdge): Range {
  const node = nodeAt(source.root, at);
  const found = node === undefined ? -1 : text.slice(node.span.start, node.span.end).indexOf(written);
  if (node !== undefined && found >= 0) {
    const start = node.span.start + found;
    return source.lines.range({ start, end: start + written.length });
  }
  const entry = entryAt(childOf(source.root, 'stages'), [stage]);
  return source.lines.range(entry?.keySpan ?? { start: 0, end: 0 });
}
