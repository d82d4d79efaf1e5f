import type { SymbolInformation } from 'vscode-languageserver/node';
import { iconOf } from './document-symbols';
import type { SpecDocument } from './spec-document';

/** Most names that are answered; editors ask again as people type on. */
const maximumNames = 500;

/** Names of several files whose letters have those of a query in their order. */
export function workspaceSymbols(documents: SpecDocument[], query: string): SymbolInformation[] {
  const found: SymbolInformation[] = [];
  const wanted = query.toLowerCase();
  for (const { uri, analysis } of documents)
    for (const { kind, name, container, nameRange } of analysis.symbols) {
      if (!hasLetters(name.toLowerCase(), wanted)) continue;
      found.push({
        name,
        kind: iconOf(kind),
        location: { uri, range: nameRange },
        containerName: [analysis.spec?.name, container]
          .filter((part) => part !== undefined && part !== '')
          .join(' › '),
      });
      if (found.length >= maximumNames) return found;
    }
  return found;
}

function hasLetters(name: string, wanted: string): boolean {
  let at = 0;
  for (const letter of wanted) {
    at = name.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
