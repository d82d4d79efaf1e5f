import { CodeActionKind } from 'vscode-languageserver/node';
import { removeEntry, replaceSpan, sectionEntry } from '../edits';
import { nameAt, usesOf } from '../named-places';
import { rewrite } from './action';
import type { ActionProvider } from './action';

/** Writes a param's default where it is used, and removes the param. */
export const inlineParam: ActionProvider = ({ document, range }) => {
  const place = nameAt(document, range.start);
  if (place?.kind !== 'param') return [];
  const value = document.analysis.spec?.params[place.name]?.default;
  const found = sectionEntry(document, 'params', place.name);
  // A value that a shell would take apart stays a param: references are quoted, texts are not.
  if (value === undefined || found === undefined || !/^[\w./:@%+,-]+$/.test(String(value))) return [];
  const { lines } = document.source;
  const uses = usesOf(document, place).map((use) =>
    expressionAround(document.text, lines.offset(use.range.start)),
  );
  // A key of a sweep or a retraining needs the param.
  if (uses.length === 0 || uses.includes(undefined)) return [];
  const edits = uses.flatMap((span) =>
    span === undefined ? [] : [replaceSpan(document, span, String(value))],
  );
  return rewrite(
    document,
    CodeActionKind.RefactorInline,
    `Write \`${String(value)}\` for the param \`${place.name}\``,
    [...edits, ...removeEntry(document, found.map, found.entry)],
  );
};

function expressionAround(text: string, offset: number): { start: number; end: number } | undefined {
  const before = /\$\{\{\s*params\.$/.exec(text.slice(Math.max(0, offset - 100), offset));
  const after = /^[\w-]+\s*\}\}/.exec(text.slice(offset, offset + 200));
  if (before === null || after === null) return undefined;
  return { start: offset - before[0].length, end: offset + after[0].length };
}
