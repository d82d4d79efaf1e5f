import type { TextEdit, WorkspaceEdit } from 'vscode-languageserver/node';
import { entryOf } from '../engine/pipeline/nodes';
import type { MapEntry, MapNode, Span, SpecNode } from '../engine/pipeline/nodes';
import type { SpecDocument } from './spec-document';

/** A change of a part of a document. */
export function replaceSpan({ source }: SpecDocument, span: Span, newText: string): TextEdit {
  return { range: source.lines.range(span), newText };
}

/** Changes of one document. */
export function changesOf({ uri }: SpecDocument, edits: TextEdit[]): WorkspaceEdit {
  return { changes: { [uri]: edits } };
}

/** Line break of a document. */
export function lineBreakOf({ text }: SpecDocument): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** Whether a collection is written with brackets. */
export function isFlow({ text }: SpecDocument, node: SpecNode): boolean {
  return node.kind !== 'scalar' && /^[{[]/.test(text.charAt(node.span.start));
}

/** A value as YAML, in quotes when it needs them. */
export function scalarText(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value);
  const isPlain = /^[A-Za-z_./][\w./ @+%-]*$/.test(value) && !/\s$/.test(value);
  const isWord = /^(?:true|false|null|yes|no|on|off|~)$/i.test(value);
  return isPlain && !isWord ? value : `'${value.replaceAll("'", "''")}'`;
}

/** Sections in the order in which people read them. */
const order = ['params', 'datasets', 'stages', 'tests', 'deployments', 'monitors', 'retraining'];

/**
 * Adds an entry to a section of the file, and the section when there is none. The entry stands at the end of it, in the
 * style that the section has.
 * @param entry one line, without indentation
 */
export function insertEntry(document: SpecDocument, section: string, entry: string): TextEdit[] {
  const { source, text } = document;
  const newline = lineBreakOf(document);
  const { root } = source;
  if (root?.kind !== 'map') return [];
  const found = entryOf(root, section);
  if (found === undefined) return insertSection(document, root, section, `${section}:${newline}  ${entry}`);
  const { value, keySpan } = found;
  if (value.kind === 'map' && isFlow(document, value)) {
    const last = value.entries.at(-1);
    const at = last === undefined ? value.span.start + 1 : Math.max(last.keySpan.end, last.value.span.end);
    return [replaceSpan(document, { start: at, end: at }, last === undefined ? entry : `, ${entry}`)];
  }
  if (value.kind === 'map') {
    const [first] = value.entries;
    const indent = first === undefined ? 2 : source.lines.position(first.keySpan.start).character;
    const end = source.lines.endOfLine(value.span.end);
    return [replaceSpan(document, { start: end, end }, `${newline}${' '.repeat(indent)}${entry}`)];
  }
  if (value.kind !== 'scalar' || value.value !== null) return [];
  const end = source.lines.endOfLine(keySpan.end);
  const gap = text.slice(value.span.start, end).trim();
  const start = gap === '' ? keySpan.end + 1 : end;
  return [replaceSpan(document, { start: Math.min(start, end), end }, `${newline}  ${entry}`)];
}

function insertSection(document: SpecDocument, root: MapNode, section: string, lines: string): TextEdit[] {
  const newline = lineBreakOf(document);
  const rank = order.indexOf(section);
  const next = root.entries.find(({ key }) => order.indexOf(key) > rank);
  if (next !== undefined) {
    const start = document.source.lines.offset({
      line: document.source.lines.position(next.keySpan.start).line,
      character: 0,
    });
    return [replaceSpan(document, { start, end: start }, `${lines}${newline}${newline}`)];
  }
  const end = document.text.length;
  const lead = document.text.endsWith('\n') || document.text === '' ? '' : newline;
  return [replaceSpan(document, { start: end, end }, `${lead}${newline}${lines}${newline}`)];
}

/** Removes an entry of a map, with its lines or its comma. */
export function removeEntry(document: SpecDocument, map: SpecNode, entry: MapEntry): TextEdit[] {
  const { source, text } = document;
  if (map.kind !== 'map') return [];
  const end = Math.max(entry.keySpan.end, entry.value.span.end);
  if (isFlow(document, map))
    return [replaceSpan(document, withComma(text, { start: entry.keySpan.start, end }), '')];
  const first = source.lines.position(entry.keySpan.start).line;
  const last = source.lines.position(end).line;
  const isOnly = map.entries.length === 1;
  const span = { start: source.lines.startOf(first), end: source.lines.startOf(last + 1) };
  if (!isOnly) return [replaceSpan(document, span, '')];
  const header =
    source.root?.kind === 'map' ? source.root.entries.find(({ value }) => value === map) : undefined;
  if (header === undefined) return [replaceSpan(document, span, '')];
  // A section without entries is removed with its key.
  const top = source.lines.startOf(source.lines.position(header.keySpan.start).line);
  return [replaceSpan(document, { start: top, end: span.end }, '')];
}

/** An item of a list or map in brackets, with the comma that it does not need any more. */
function withComma(text: string, { start, end }: Span): Span {
  const after = /^\s*,\s*/.exec(text.slice(end, end + 200));
  if (after !== null) return { start, end: end + after[0].length };
  const before = /,\s*$/.exec(text.slice(Math.max(0, start - 200), start));
  return { start: start - (before?.[0].length ?? 0), end };
}

/** The entry of a section, with the map that it is in. */
export function sectionEntry(
  { source }: SpecDocument,
  section: string,
  name: string,
): { map: MapNode; entry: MapEntry } | undefined {
  const map = entryOf(source.root, section)?.value;
  const entry = entryOf(map, name);
  return map?.kind === 'map' && entry !== undefined ? { map, entry } : undefined;
}
