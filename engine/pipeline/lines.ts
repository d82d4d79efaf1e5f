import type { Position, Range } from './diagnostics';
import type { Span } from './nodes';

/** Converts offsets of a text to lines and characters and back. Lines end as in LSP: `\n`, `\r\n` or `\r`. */
export class LineIndex {
  readonly #starts: number[] = [0];
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    for (let offset = 0; offset < text.length; offset++) {
      const code = text.charCodeAt(offset);
      if (code === 13 && text.charCodeAt(offset + 1) === 10) continue;
      if (code === 10 || code === 13) this.#starts.push(offset + 1);
    }
  }

  get lineCount(): number {
    return this.#starts.length;
  }

  /** Text of a line without its line break. */
  line(line: number): string {
    const start = this.#starts[line];
    if (start === undefined) return '';
    return this.#text.slice(start, this.#starts[line + 1] ?? this.#text.length).replace(/[\r\n]+$/, '');
  }

  position(offset: number): Position {
    const within = Math.max(0, Math.min(offset, this.#text.length));
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= within) low = middle;
      else high = middle - 1;
    }
    const start = this.#starts[low] ?? 0;
    return { line: low, character: Math.min(within - start, this.line(low).length) };
  }

  offset(position: Position): number {
    const start = this.#starts[position.line];
    if (start === undefined) return position.line < 0 ? 0 : this.#text.length;
    return start + Math.max(0, Math.min(position.character, this.line(position.line).length));
  }

  /** Offset of the end of the line that an offset is in. */
  endOfLine(offset: number): number {
    const { line } = this.position(offset);
    return this.offset({ line, character: Infinity });
  }

  range(span: Span): Range {
    return { start: this.position(span.start), end: this.position(Math.max(span.start, span.end)) };
  }
}
