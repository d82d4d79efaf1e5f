import type { Position, Range } from 'vscode-languageserver/node';
import type { SpecReference, SpecSymbol } from '../engine/pipeline/types';
import type { SpecDocument } from './spec-document';

const isBefore = (a: Position, b: Position) =>
  a.line < b.line || (a.line === b.line && a.character < b.character);

/** Whether a position is in a range or at its end, where the cursor stands after a word. */
export function contains(range: Range, position: Position): boolean {
  return !isBefore(position, range.start) && !isBefore(range.end, position);
}

/** Name under the cursor: a use of it, or its declaration. */
export interface NamedPlace {
  kind: SpecSymbol['kind'];
  name: string;
  container?: string;
  range: Range;
}

/** The name at a position, or undefined. */
export function nameAt(document: SpecDocument, position: Position): NamedPlace | undefined {
  const { references, symbols } = document.analysis;
  const use = references.find(({ range }) => contains(range, position));
  if (use !== undefined) return use;
  const symbol = symbols.find(({ nameRange }) => contains(nameRange, position));
  return symbol === undefined ? undefined : { ...symbol, range: symbol.nameRange };
}

/** Outputs belong to their stage; every other name means the same thing in the whole file. */
function isSame(a: NamedPlace | SpecReference | SpecSymbol, b: NamedPlace): boolean {
  return a.kind === b.kind && a.name === b.name && (a.kind !== 'output' || a.container === b.container);
}

/** Declarations of a name. */
export function declarationsOf(document: SpecDocument, place: NamedPlace): SpecSymbol[] {
  return document.analysis.symbols.filter((symbol) => isSame(symbol, place));
}

/** Uses of a name. */
export function usesOf(document: SpecDocument, place: NamedPlace): SpecReference[] {
  return document.analysis.references.filter((reference) => isSame(reference, place));
}
