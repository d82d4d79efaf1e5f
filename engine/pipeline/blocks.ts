/**
 * Cuts the text of a spec into blocks that can be read one by one: each section's entries, and whatever else stands at
 * the top. It looks at indentation only, and gives up where a block would not mean the same by itself.
 */

/** Sections whose entries are blocks of their own. */
export const sectionNames = [
  'params',
  'datasets',
  'stages',
  'tests',
  'deployments',
  'monitors',
  'retraining',
] as const;

export type SectionName = (typeof sectionNames)[number];

/** A piece of a text that starts and ends with a line. */
export interface BlockText {
  /** The section that its entries belong to; absent for keys at the top of the file. */
  section?: SectionName;
  /** It is the key of a section whose entries are blocks. */
  isHeader: boolean;
  /** The lines are indented less than the entries before them. */
  stray: boolean;
  start: number;
  end: number;
  /** Line of `start`, from zero. */
  line: number;
}

const sectionLine = new RegExp(`^(${sectionNames.join('|')})[ \\t]*:[ \\t]*(?:#.*)?$`);

/** What a line in a section starts with when the section is no plain map of entries. */
const notAnEntry = /^[[{&*!|>?%@`-]/;

/** Keys at the top of a file that is read in blocks; a spec has less than 20, and each is a block. */
const maximumTop = 500;

/** Entries are put into one block until it has this many characters: reading a block costs something by itself. */
const shortBlock = 400;

/**
 * Blocks of a text, in order and without gaps after the first.
 * @returns undefined when the text must be read as a whole
 */
export function splitBlocks(text: string): BlockText[] | undefined {
  if (/\r(?!\n)/.test(text)) return undefined;
  const splitter = new Splitter();
  const start = text.startsWith('\uFEFF') ? 1 : 0;
  for (let at = start, line = 0; at < text.length; line++) {
    const newline = text.indexOf('\n', at);
    const next = newline < 0 ? text.length : newline + 1;
    if (!splitter.read(text, at, next, line)) return undefined;
    at = next;
  }
  return splitter.finish(text.length);
}

class Splitter {
  readonly #blocks: BlockText[] = [];
  #open: BlockText | undefined;
  #section: SectionName | undefined;
  /** Indentation of the section's entries, once there is one. */
  #indent: number | undefined;

  /** Reads one line; false when the text cannot be cut. */
  read(text: string, start: number, next: number, line: number): boolean {
    let at = start;
    while (text.charCodeAt(at) === 32) at++;
    const code = at < next ? text.charCodeAt(at) : 10;
    const indent = at - start;
    // Blank lines and comments belong to what is above them.
    if (code === 10 || code === 13 || code === 35) {
      if (this.#open === undefined) this.#begin(start, line, undefined);
      return true;
    }
    if (code === 9) return this.#readTab(text, at, next, indent);
    const closesOrItem = code === 125 || code === 93 || (code === 45 && isItem(text, at));
    if (indent === 0) {
      if (closesOrItem) return this.#open !== undefined;
      return this.#readTop(text.slice(at, next).trimEnd(), start, line);
    }
    if (this.#section === undefined) return this.#open !== undefined && this.#hasContent;
    return this.#readEntry(text, at, { start, line, indent, closesOrItem });
  }

  /** A tab is white space inside a block; where it could be taken for indentation, YAML must judge. */
  #readTab(text: string, at: number, next: number, indent: number): boolean {
    if (text.slice(at, next).trim() === '') return true;
    return indent > (this.#section === undefined ? 0 : (this.#indent ?? Infinity));
  }

  #hasContent = false;
  /** Keys at the top so far. */
  #top = 0;

  #readTop(content: string, start: number, line: number): boolean {
    if (/^(?:---|\.\.\.)(?:\s|$)/.test(content) || /^[%?&*!|>@`"'[{]/.test(content)) return false;
    if (++this.#top > maximumTop) return false;
    const section = sectionLine.exec(content)?.[1] as SectionName | undefined;
    this.#begin(start, line, undefined, { isHeader: section !== undefined });
    this.#section = section;
    this.#indent = undefined;
    this.#hasContent = true;
    return true;
  }

  #readEntry(
    text: string,
    at: number,
    {
      start,
      line,
      indent,
      closesOrItem,
    }: { start: number; line: number; indent: number; closesOrItem: boolean },
  ): boolean {
    if (this.#indent !== undefined && indent > this.#indent) return true;
    if (this.#indent === undefined) {
      if (notAnEntry.test(text.charAt(at))) {
        // The section's value is a flow collection, a list, a scalar or has an anchor: one block with its key.
        this.#section = undefined;
        return true;
      }
      this.#indent = indent;
      this.#begin(start, line, this.#section);
      return true;
    }
    if (closesOrItem) return true;
    if (notAnEntry.test(text.charAt(at))) return false;
    const stray = indent < this.#indent;
    if (stray || this.#isFull(text, start, at)) this.#begin(start, line, this.#section, { stray });
    return true;
  }

  /** Whether an entry starts a block: by length or by its own first letters, so that an edit moves few borders. */
  #isFull(text: string, start: number, at: number): boolean {
    if (this.#open?.stray !== false || start - this.#open.start >= shortBlock) return true;
    let sum = 0;
    for (let index = at; index < at + 12 && index < text.length; index++) sum += text.charCodeAt(index);
    return sum % 16 === 0;
  }

  #begin(
    start: number,
    line: number,
    section: SectionName | undefined,
    { stray = false, isHeader = false } = {},
  ): void {
    this.#close(start);
    const block: BlockText = { stray, isHeader, start, end: start, line };
    if (section !== undefined) block.section = section;
    this.#open = block;
  }

  #close(end: number): void {
    if (this.#open === undefined) return;
    this.#open.end = end;
    this.#blocks.push(this.#open);
  }

  finish(end: number): BlockText[] | undefined {
    if (this.#open === undefined || !this.#hasContent) return undefined;
    this.#close(end);
    return this.#blocks;
  }
}

function isItem(text: string, at: number): boolean {
  const after = text.charCodeAt(at + 1);
  return Number.isNaN(after) || after === 32 || after === 10 || after === 13 || after === 9;
}
