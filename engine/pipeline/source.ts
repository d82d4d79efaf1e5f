import { Composer, Lexer, Parser } from 'yaml';
import type { CST, Document } from 'yaml';
import { LineIndex } from './lines';
import { maskReferences, unmask } from './masked-references';
import { report } from './report';
import type { Source } from './report';
import { TooComplexError, convertDocument } from './yaml-tree';

/** A file of this size or more is not read: 50 times the largest specs written by hand. */
export const maximumBytes = 5_000_000;

/** A file of this many lines or more is not read: three times the largest that stays quick to edit. */
export const maximumLines = 150_000;

/** Most pieces (indentation, marks, texts) that are read; a file of 50,000 lines has about half of them. */
const maximumPieces = 1_500_000;

/** Most syntax errors that are told; what follows is a consequence of the first ones. */
const maximumSyntaxErrors = 50;

/** A source of which nothing is read yet. */
export function emptySource(text: string, file: string): Source {
  return { file, text, lines: new LineIndex(text), diagnostics: [], unreadable: false, openAliases: false };
}

/** Whether a text is so large that nothing of it is read. */
export function isTooLarge(text: string): boolean {
  if (text.length >= maximumBytes) return true;
  if (text.length * 3 >= maximumBytes && Buffer.byteLength(text) >= maximumBytes) return true;
  if (text.length < maximumLines) return false;
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1))
    if (++lines >= maximumLines) return true;
  return false;
}

/** What is said of a text that is too large. */
export function tooLargeSource(text: string, file: string): Source {
  const source: Source = { ...emptySource('', file), text, unreadable: true };
  const message =
    'The file is too large: 5 MB or more, or 150,000 lines or more. Split it into several files named `<name>.galley.yaml`.';
  report(source, 'yaml-syntax', 'error', { start: 0, end: 0 }, message);
  return source;
}

/**
 * Reads YAML text into a tree with places. Errors of the text become diagnostics, and what could be read stays.
 * @param file name that diagnostics carry
 */
export function readSource(text: string, file: string): Source {
  return isTooLarge(text) ? tooLargeSource(text, file) : readPart(text, file, false);
}

/**
 * The same for a text that is not too large.
 * @param isPart aliases whose anchor is not in the text are no fault of it: `openAliases` tells that there are some
 */
export function readPart(text: string, file: string, isPart: boolean): Source {
  const source = emptySource(text, file);
  try {
    const masked = maskReferences(text);
    readDocuments(source, compose(masked), masked !== text, isPart);
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TooComplexError)) throw error;
    source.unreadable = true;
    const message =
      error instanceof TooComplexError
        ? error.message
        : 'The file is nested too deeply to be read. Remove levels of brackets or indentation.';
    const span = error instanceof TooComplexError ? error.span : { start: 0, end: firstLineEnd(text) };
    source.diagnostics.length = 0;
    report(source, 'yaml-syntax', 'error', span, message);
  }
  return source;
}

/** Parses until the text is plainly no YAML: recovering from each of very many errors takes quadratic time. */
function compose(text: string): Document.Parsed[] {
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false, strict: true, logLevel: 'silent' });
  const parser = new Parser();
  const documents: Document.Parsed[] = [];
  let errors = 0;
  let pieces = 0;
  const take = (tokens: Iterable<CST.Token>) => {
    for (const token of tokens) {
      if (token.type === 'error') errors++;
      if (errors > maximumSyntaxErrors || documents.length > 10) return false;
      documents.push(...composer.next(token));
    }
    return true;
  };
  let complete = true;
  for (const lexeme of new Lexer().lex(text)) {
    if (++pieces > maximumPieces)
      throw new TooComplexError('The file has too many parts to be read. Split it into several files.', {
        start: 0,
        end: firstLineEnd(text),
      });
    complete = take(parser.next(lexeme));
    if (!complete) break;
  }
  if (complete) take(parser.end());
  documents.push(...composer.end(documents.length === 0, text.length));
  return documents;
}

function firstLineEnd(text: string): number {
  const end = text.search(/[\r\n]/);
  return end < 0 ? text.length : end;
}

function readDocuments(source: Source, documents: Document.Parsed[], masked: boolean, isPart: boolean): void {
  const [first, ...others] = documents;
  if (first === undefined) return;
  reportSyntax(source, first);
  const extra = others.find((document) => document.contents !== null);
  if (extra !== undefined) {
    const start = extra.contents?.range[0] ?? extra.range[0];
    const message =
      'The file has more than one YAML document; only the first is read. Remove `---` and what follows.';
    report(source, 'yaml-syntax', 'error', { start, end: start + 1 }, message);
  }
  const root = convertDocument(first, source, masked, isPart);
  if (root !== undefined) source.root = root;
}

function reportSyntax(source: Source, document: Document.Parsed): void {
  const told = new Set<number>();
  for (const error of [...document.errors, ...document.warnings]) {
    const [start, end] = error.pos;
    const { line } = source.lines.position(start);
    // What the parser cannot place after an error is a consequence of it.
    if (told.has(line) || (told.size > 0 && error.message.includes('in YAML stream'))) continue;
    told.add(line);
    if (told.size > maximumSyntaxErrors) break;
    const severity = error.name === 'YAMLWarning' ? 'warning' : 'error';
    report(source, 'yaml-syntax', severity, { start, end }, syntaxMessage(error.code, unmask(error.message)));
  }
}

function syntaxMessage(code: string, message: string): string {
  if (code === 'TAB_AS_INDENT') return 'A tab cannot indent in YAML. Use spaces.';
  if (code === 'UNEXPECTED_TOKEN' && message.includes('\t'))
    return 'A tab cannot stand here in YAML. Use spaces.';
  const sentence = message.trim();
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}
