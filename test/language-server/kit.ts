import type { Position, Range, TextEdit } from 'vscode-languageserver-protocol';

/**
 * Texts with marks, for tests of whatever answers about places in a text. `‸` is the cursor, `⟦` and `⟧` are around a
 * range; ranges may be inside one another and are in the order of their start.
 */
export interface MarkedText {
  text: string;
  /** Where `‸` is; the start of the text when there is none. */
  cursor: Position;
  ranges: Range[];
}

/** Takes the marks out of a text. */
export function marked(written: string): MarkedText {
  let text = '';
  let cursor = 0;
  const open: { start: number; index: number }[] = [];
  const spans: { start: number; end: number }[] = [];
  for (const character of written) {
    if (character === '‸') cursor = text.length;
    else if (character === '⟦') {
      open.push({ start: text.length, index: spans.length });
      spans.push({ start: text.length, end: text.length });
    } else if (character === '⟧') {
      const closed = open.pop();
      const span = closed === undefined ? undefined : spans[closed.index];
      if (span === undefined) throw new Error(`A range ends that does not start: ${written}`);
      span.end = text.length;
    } else text += character;
  }
  if (open.length > 0) throw new Error(`A range does not end: ${written}`);
  const at = (offset: number) => positionAt(text, offset);
  return {
    text,
    cursor: at(cursor),
    ranges: spans.map(({ start, end }) => ({ start: at(start), end: at(end) })),
  };
}

/** Puts marks around ranges of a text, to compare what was answered with what was marked. */
export function mark(text: string, ranges: Range[]): string {
  const marks = ranges.flatMap(({ start, end }) => [
    { at: offsetAt(text, start), sign: '⟦' },
    { at: offsetAt(text, end), sign: '⟧' },
  ]);
  let written = text;
  for (const { at, sign } of marks.sort((a, b) => b.at - a.at || (a.sign === '⟦' ? -1 : 1)))
    written = written.slice(0, at) + sign + written.slice(at);
  return written;
}

/** Applies edits to a text, as an editor does: all of them at once. */
export function applyEdits(text: string, edits: TextEdit[]): string {
  const spans = edits
    .map(({ range, newText }, index) => ({
      start: offsetAt(text, range.start),
      end: offsetAt(text, range.end),
      newText,
      index,
    }))
    .sort((a, b) => b.start - a.start || b.index - a.index);
  let before = Infinity;
  let written = text;
  for (const { start, end, newText } of spans) {
    if (end > before) throw new Error('Edits overlap.');
    before = start;
    written = written.slice(0, start) + newText + written.slice(end);
  }
  return written;
}

export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset).split(/\r\n|\n|\r/);
  return { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
}

export function offsetAt(text: string, { line, character }: Position): number {
  let offset = 0;
  for (let rest = line; rest > 0; rest--) {
    const found = /\r\n|\n|\r/.exec(text.slice(offset));
    if (found === null) return text.length;
    offset += found.index + found[0].length;
  }
  return Math.min(text.length, offset + character);
}
