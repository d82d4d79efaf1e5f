import type { Location, Position } from 'vscode-languageserver/node';
import { declarationsOf, nameAt, usesOf } from './named-places';
import type { SpecDocument } from './spec-document';

/** Every use of the name at a position, with its declarations when asked. */
export function referencesAt(
  document: SpecDocument,
  position: Position,
  withDeclaration: boolean,
): Location[] {
  const place = nameAt(document, position);
  if (place === undefined) return [];
  const declared = withDeclaration ? declarationsOf(document, place).map(({ nameRange }) => nameRange) : [];
  const used = usesOf(document, place).map(({ range }) => range);
  return [...declared, ...used].map((range) => ({ uri: document.uri, range }));
}
