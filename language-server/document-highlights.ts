import { DocumentHighlightKind } from 'vscode-languageserver/node';
import type { DocumentHighlight, Position } from 'vscode-languageserver/node';
import { declarationsOf, nameAt, usesOf } from './named-places';
import type { SpecDocument } from './spec-document';

/** Every place in the file that means what the name at a position means. */
export function highlightsAt(document: SpecDocument, position: Position): DocumentHighlight[] {
  const place = nameAt(document, position);
  if (place === undefined) return [];
  return [
    ...declarationsOf(document, place).map(({ nameRange }) => ({
      range: nameRange,
      kind: DocumentHighlightKind.Write,
    })),
    ...usesOf(document, place).map(({ range }) => ({ range, kind: DocumentHighlightKind.Read })),
  ];
}
