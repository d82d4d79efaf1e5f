/**
 * Quoting of values for a shell line. A value is quoted by where it stands: a person may write the reference bare or
 * inside quotes of their own. Rules: POSIX.1-2017, Shell Command Language, 2.2 Quoting; for cmd.exe the parsing of
 * CommandLineToArgvW, then carets for what cmd itself reads.
 */
export type Shell = 'sh' | 'cmd';

/** Where in a shell line a reference stands. */
export type QuotingContext =
  | 'bare'
  | 'double'
  | 'single'
  | 'comment'
  /** Nothing makes an arbitrary value safe here; only values of plain characters are let through. */
  | 'unquotable'
  /** Even a plain value would change its meaning here (after `$`). */
  | 'impossible';

/** Characters that no shell gives a meaning to, wherever they stand. */
const plainValue = /^[A-Za-z0-9_./:@+-]+$/;

interface Level {
  kind: 'bare' | 'double' | 'substitution' | 'arithmetic' | 'expansion' | 'backtick';
  depth: number;
}

/**
 * Reads a line of sh piece by piece and tells where it stands after each: the text between references is given to
 * {@link ShellReader.read}, and a reference then stands in {@link ShellReader.context}.
 */
export class ShellReader {
  #levels: Level[] = [{ kind: 'bare', depth: 0 }];
  #single = false;
  #comment = false;
  #escaped = false;
  #dollar = false;
  #wordStart = true;
  #hereDocument: 'none' | 'announced' | 'body' = 'none';
  /** Set by what shells read differently or what needs a full parser (`$'…'`, `case` in `$(…)`). */
  #lost = false;

  get context(): QuotingContext {
    if (this.#lost || this.#hereDocument === 'body') return 'unquotable';
    if (this.#comment) return 'comment';
    if (this.#single) return 'single';
    if (this.#dollar) return 'impossible';
    if (this.#escaped || this.#levels.some(({ kind }) => kind === 'arithmetic' || kind === 'backtick'))
      return 'unquotable';
    if (this.#levels.some(({ kind }) => kind === 'expansion')) return 'unquotable';
    return this.#levels.at(-1)?.kind === 'double' ? 'double' : 'bare';
  }

  /** Goes on after a reference that stood in the line. */
  skipReference(): void {
    this.#wordStart = false;
    this.#escaped = false;
    this.#dollar = false;
  }

  read(text: string): void {
    for (let index = 0; index < text.length; index++) index += this.#step(text, index);
  }

  /** Reads one character; answers how many more it has taken. */
  #step(text: string, index: number): number {
    const character = text.charAt(index);
    if (this.#hereDocument === 'body') return 0;
    if (this.#comment) {
      if (character === '\n') {
        this.#comment = false;
        this.#wordStart = true;
        this.#endLine();
      }
      return 0;
    }
    if (this.#single) {
      if (character === "'") this.#single = false;
      return 0;
    }
    if (this.#escaped) {
      this.#escaped = false;
      this.#wordStart = false;
      return 0;
    }
    if (character === '\\') {
      this.#escaped = true;
      this.#dollar = false;
      return 0;
    }
    const wasDollar = this.#dollar;
    this.#dollar = false;
    if (wasDollar) return this.#afterDollar(text, index);
    return this.#plain(text, index);
  }

  #afterDollar(text: string, index: number): number {
    const character = text.charAt(index);
    this.#wordStart = false;
    if (text.startsWith('((', index)) {
      this.#levels.push({ kind: 'arithmetic', depth: 2 });
      return 1;
    }
    if (character === '(') this.#push('substitution');
    else if (character === '{') this.#push('expansion');
    else if (character !== '$') {
      if (character === "'" && this.#levels.at(-1)?.kind !== 'double') this.#lost = true;
      return this.#plain(text, index);
    }
    return 0;
  }

  #push(kind: Level['kind']): void {
    this.#levels.push({ kind, depth: 1 });
    this.#wordStart = true;
  }

  #plain(text: string, index: number): number {
    const character = text.charAt(index);
    const level = this.#levels.at(-1) ?? { kind: 'bare', depth: 0 };
    const wordStart = this.#wordStart;
    this.#wordStart = false;
    if (character === '$') {
      this.#dollar = true;
      return 0;
    }
    if (character === '`') {
      if (level.kind === 'backtick') this.#levels.pop();
      else this.#push('backtick');
      return 0;
    }
    if (character === '"') {
      if (level.kind === 'double') this.#levels.pop();
      else this.#levels.push({ kind: 'double', depth: 1 });
      return 0;
    }
    if (level.kind === 'double') return 0;
    if (character === "'") {
      this.#single = true;
      return 0;
    }
    if (character === '#' && wordStart && level.kind !== 'arithmetic' && level.kind !== 'expansion') {
      this.#comment = true;
      return 0;
    }
    if (wordStart && level.kind === 'substitution' && /^case\s/.test(text.slice(index, index + 5)))
      this.#lost = true;
    return this.#structure(text, index, level);
  }

  #structure(text: string, index: number, level: Level): number {
    const character = text.charAt(index);
    const parenthesised =
      level.kind === 'substitution' || level.kind === 'arithmetic' || level.kind === 'bare';
    if (parenthesised && character === '(') level.depth++;
    else if (parenthesised && character === ')') {
      level.depth--;
      if (level.depth === 0 && level.kind !== 'bare') this.#levels.pop();
    } else if (level.kind === 'expansion' && character === '}') this.#levels.pop();
    else if (level.kind !== 'arithmetic' && text.startsWith('<<', index)) {
      if (text.charAt(index + 2) === '<') return 2;
      this.#hereDocument = 'announced';
      return 1;
    }
    if (character === '\n') this.#endLine();
    this.#wordStart = /[\s;&|()<>]/.test(character);
    return 0;
  }

  #endLine(): void {
    if (this.#hereDocument === 'announced') this.#hereDocument = 'body';
  }
}

/** Reader for cmd.exe: only double quotes matter. */
class CmdReader {
  #quoted = false;
  #escaped = false;

  get context(): QuotingContext {
    return this.#escaped ? 'impossible' : this.#quoted ? 'unquotable' : 'bare';
  }

  skipReference(): void {
    this.#escaped = false;
  }

  read(text: string): void {
    for (const character of text) {
      if (this.#escaped) this.#escaped = false;
      else if (character === '^' && !this.#quoted) this.#escaped = true;
      else if (character === '"') this.#quoted = !this.#quoted;
    }
  }
}

/** Reader that tells where references stand in a line for the given shell. */
export function shellReader(shell: Shell): Pick<ShellReader, 'context' | 'read' | 'skipReference'> {
  return shell === 'sh' ? new ShellReader() : new CmdReader();
}

/**
 * The value as text that the shell reads back as exactly that value.
 * @returns undefined when nothing can make the value safe in that context
 */
export function quote(value: string, context: QuotingContext, shell: Shell): string | undefined {
  if (context === 'impossible' || value.includes('\0')) return undefined;
  if (plainValue.test(value)) return value;
  if (context === 'unquotable') return undefined;
  return shell === 'sh' ? quoteForSh(value, context) : quoteForCmd(value);
}

function quoteForSh(value: string, context: 'bare' | 'double' | 'single' | 'comment'): string {
  switch (context) {
    case 'bare':
      return `'${value.replaceAll("'", `'\\''`)}'`;
    case 'double':
      return value.replace(/[\\$`"]/g, '\\$&');
    case 'single':
      return value.replaceAll("'", `'\\''`);
    case 'comment':
      return value.replace(/[\r\n]+/g, ' ');
  }
}

function quoteForCmd(value: string): string | undefined {
  // A line break ends the command, and nothing escapes it.
  if (/[\r\n]/.test(value)) return undefined;
  const argument = `"${value.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\*)$/, '$1$1')}"`;
  return argument.replace(/[()%!^"<>&|;, *?\][]/g, '^$&');
}
