import type { Location, Position } from 'vscode-languageserver/node';
import { dvcDefinition } from './dvc-values';
import { declarationsOf, nameAt } from './named-places';
import type { SpecDocument } from './spec-document';

/** Where the name at a position is declared. */
export function definitionsAt(document: SpecDocument, position: Position): Location[] {
  const place = nameAt(document, position);
  if (place === undefined) return [];
  const elsewhere = document.dvc === undefined ? undefined : dvcDefinition(document, position);
  if (elsewhere !== undefined) return [elsewhere];
  return declarationsOf(document, place).map(({ nameRange }) => ({ uri: document.uri, range: nameRange }));
}
