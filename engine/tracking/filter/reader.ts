import { FilterError, type Expected } from './error';
import type { Span } from './expression';

/** Reads a text from left to right. */
export class Reader {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Takes what a sticky pattern matches here, or nothing. */
  take(pattern: RegExp): RegExpExecArray | undefined {
    const match = this.peek(pattern);
    if (match !== undefined) this.at += match[0].length;
    return match;
  }

  /** What a sticky pattern matches here. */
  peek(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    return pattern.exec(this.text) ?? undefined;
  }

  space(): void {
    this.take(/\s*/y);
  }

  get ended(): boolean {
    return this.at >= this.text.length;
  }

  /** What stands here, for a message. */
  shown(): string {
    const rest = this.text.slice(this.at).trim();
    return rest === '' ? 'the end' : `“${rest.length > 40 ? `${rest.slice(0, 40)}…` : rest}”`;
  }

  /** The next word or sign, to mark a mistake. */
  here(): Span {
    const match = this.peek(/\s*(?:[\p{L}\p{N}_.]+|\S)?/uy);
    return { from: this.at, to: Math.max(this.at + (match?.[0].length ?? 0), this.at) };
  }

  refuse(message: string, expected?: Expected, span: Span = this.here()): FilterError {
    return new FilterError(message, span, expected);
  }
}
