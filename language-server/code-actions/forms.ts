import { CodeActionKind } from 'vscode-languageserver/node';
import { typeOfValue } from '../../engine/pipeline/build-spec';
import { childOf, entriesOf, textOf, valueOf } from '../../engine/pipeline/nodes';
import type { MapEntry } from '../../engine/pipeline/nodes';
import { isFlow, replaceSpan, sectionEntry } from '../edits';
import { offsetAt, placeOf } from '../spec-document';
import type { SpecDocument } from '../spec-document';
import { rewrite } from './action';
import type { ActionProvider } from './action';

/** Writes a param or dataset in its long form (a map), or in its short form (its default or path alone). */
export const convertForm: ActionProvider = ({ document, range }) => {
  const [section, name] = placeOf(document, offsetAt(document, range.start))?.path ?? [];
  if ((section !== 'params' && section !== 'datasets') || name === undefined) return [];
  const found = sectionEntry(document, section, String(name));
  if (found === undefined) return [];
  const what = section === 'params' ? 'param' : 'dataset';
  const { entry } = found;
  const short = entry.value.kind === 'scalar' ? undefined : shortForm(document, entry, what);
  const long = entry.value.kind === 'scalar' ? longForm(document, entry, what) : undefined;
  const newText = short ?? long;
  if (newText === undefined) return [];
  const title = `Write the ${what} \`${entry.key}\` in its ${short === undefined ? 'long' : 'short'} form`;
  const { value, keySpan } = entry;
  // A map on lines of its own moves behind its key.
  const start = value.kind === 'map' && !isFlow(document, value) ? keySpan.end + 1 : value.span.start;
  const lead = start === value.span.start ? '' : ' ';
  const span = { start, end: value.span.end };
  return rewrite(document, CodeActionKind.RefactorRewrite, title, [
    replaceSpan(document, span, `${lead}${newText}`),
  ]);
};

function longForm(
  { text }: SpecDocument,
  { value }: MapEntry,
  what: 'param' | 'dataset',
): string | undefined {
  const written = text.slice(value.span.start, value.span.end);
  // A text of several lines stays as it is.
  if (/[\r\n]/.test(written) || written === '') return undefined;
  if (what === 'dataset') return textOf(value) === undefined ? undefined : `{path: ${inFlow(written)}}`;
  const given = valueOf(value);
  return given === undefined ? undefined : `{type: ${typeOfValue(given)}, default: ${inFlow(written)}}`;
}

/** A scalar as it must be written within braces. */
function inFlow(written: string): string {
  return /^['"]/.test(written) || !/[,[\]{}]/.test(written) ? written : `'${written.replaceAll("'", "''")}'`;
}

function shortForm(
  { text }: SpecDocument,
  { value }: MapEntry,
  what: 'param' | 'dataset',
): string | undefined {
  const main = childOf(value, what === 'param' ? 'default' : 'path');
  if (main?.kind !== 'scalar' || main.span.end === main.span.start) return undefined;
  for (const { key, value: other } of entriesOf(value)) {
    if (other === main) continue;
    // Only a type that the default has anyway may go.
    const given = valueOf(main);
    if (key !== 'type' || given === undefined || textOf(other) !== typeOfValue(given)) return undefined;
  }
  const written = text.slice(main.span.start, main.span.end);
  return /[\r\n]/.test(written) ? undefined : written;
}
