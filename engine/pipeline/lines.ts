import type { Position, Range } from './diagnostics';
import type { Span } from './nodes';

/** Converts offsets of a text to lines and characters and back. Lines end as in LSP: `\n`, `\r\n` or `\r`. */
export class LineIndex {
  readonly #starts: number[] = [0];
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    if (text.includes('\r')) this.#findAny(text);
    else
      for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1);
  }

  #findAny(text: string): void {
    for (let offset = 0; offset < text.length; offset++) {
      const code = text.charCodeAt(offset);
      if (code === 13 && text.charCodeAt(offset + 1) === 10) continue;
      if (code === 10 || code === 13) this.#starts.push(offset + 1);
    }
  }

  get lineCount(): number {
    return this.#starts.length;
  }

  /** Offset of the start of a line; the end of the text for lines after the last. */
  startOf(line: number): number {
    return this.#starts[line] ?? this.#text.length;
  }

  /** Offset of the end of a line, before its line break. */
  #endOf(line: number): number {
    const next = this.#starts[line + 1];
    if (next === undefined) return this.#text.length;
    return this.#text.charCodeAt(next - 1) === 10 && this.#text.charCodeAt(next - 2) === 13
      ? next - 2
      : next - 1;
  }

  /** Text of a line without its line break. */
  line(line: number): string {
    const start = this.#starts[line];
    return start === undefined ? '' : this.#text.slice(start, this.#endOf(line));
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
    return { line: low, character: Math.min(within, this.#endOf(low)) - this.startOf(low) };
  }

  offset(position: Position): number {
    const start = this.#starts[position.line];
    if (start === undefined) return position.line < 0 ? 0 : this.#text.length;
    return Math.max(start, Math.min(start + Math.max(0, position.character), this.#endOf(position.line)));
  }

  /** Offset of the end of the line that an offset is in. */
  endOfLine(offset: number): number {
    return this.#endOf(this.position(offset).line);
  }

  range(span: Span): Range {
    return { start: this.position(span.start), end: this.position(Math.max(span.start, span.end)) };
  }
}
