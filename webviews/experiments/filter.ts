import type { Run } from '../../engine/tracking/types';

/**
 * The runs filter: terms joined by `and`; each is a comparison (`metrics.auc > 0.9`, `params.trees = 100`,
 * `tags.owner = li`, `status != failed`, `name = calm-fox-11`) or text that the run's name contains.
 * Names and values with blanks stand in double quotes, single quotes or backquotes.
 */
export type Filter =
  { ok: true; terms: Term[]; matches: (run: Run) => boolean } | { ok: false; message: string; at: number };

export type Operator = '=' | '!=' | '>' | '>=' | '<' | '<=';

export interface Field {
  of: 'metrics' | 'params' | 'tags' | 'status' | 'name';
  /** Only for metrics, params and tags. */
  key: string;
}

export type Term =
  { kind: 'text'; text: string } | { kind: 'comparison'; field: Field; operator: Operator; value: string };

class Mistake {
  constructor(
    readonly message: string,
    readonly at: number,
  ) {}
}

const groups = ['metrics', 'params', 'tags'] as const;
const operators: Operator[] = ['>=', '<=', '!=', '=', '>', '<'];

/** Reads a filter; never throws. A mistake has the place in the text where it was noticed. */
export function parseFilter(text: string): Filter {
  try {
    const terms = splitTerms(text).flatMap((piece) => parseTerm(piece.text, piece.at));
    return { ok: true, terms, matches: (run) => terms.every((term) => holds(term, run)) };
  } catch (thrown) {
    if (thrown instanceof Mistake) return { ok: false, message: thrown.message, at: thrown.at };
    throw thrown;
  }
}

interface Piece {
  text: string;
  at: number;
}

/** Cuts at the word `and` outside quotes. */
function splitTerms(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  let quote: { mark: string; at: number } | undefined;
  for (let i = 0; i < text.length; i += 1) {
    const character = text.charAt(i);
    if (quote) {
      if (character === quote.mark) quote = undefined;
    } else if ('"`'.includes(character) || (character === "'" && !/\w/.test(text.charAt(i - 1)))) {
      quote = { mark: character, at: i };
    } else if (/\s/.test(character) && /^\s+and\s/i.test(text.slice(i))) {
      pieces.push({ text: text.slice(from, i), at: from });
      i += (/^\s+and/i.exec(text.slice(i))?.[0].length ?? 1) - 1;
      from = i + 1;
    }
  }
  if (quote)
    throw new Mistake(`The ${quote.mark} at character ${String(quote.at + 1)} is not closed.`, quote.at);
  pieces.push({ text: text.slice(from), at: from });
  if (pieces.length > 1) {
    const empty = pieces.find((piece) => piece.text.trim() === '');
    if (empty) throw new Mistake('Something must stand on both sides of “and”.', empty.at);
  }
  return pieces;
}

function parseTerm(source: string, offset: number): Term[] {
  const at = offset + (source.length - source.trimStart().length);
  const text = source.trim();
  if (text === '') return [];
  if (/\sand$/i.test(text) || /^and$/i.test(text)) {
    throw new Mistake('Something must stand on both sides of “and”.', at + text.length);
  }
  const head = fieldAt(text, at);
  if (!head) return [{ kind: 'text', text: unquoted(text) }];
  const rest = text.slice(head.length).trimStart();
  const place = at + (text.length - rest.length);
  const operator = operators.find((candidate) => rest.startsWith(candidate));
  if (!operator) {
    throw new Mistake(`After ${text.slice(0, head.length)} comes one of = != > >= < <=.`, place);
  }
  const written = rest.slice(operator.length).trim();
  if (written === '') throw new Mistake(`A value is missing after ${operator}.`, place + operator.length);
  const value = unquoted(written);
  if (head.field.of === 'metrics' && !isNumber(value)) {
    throw new Mistake(
      `A metric is compared with a number; “${value}” is none.`,
      at + text.lastIndexOf(written),
    );
  }
  if (operators.some((candidate) => value.startsWith(candidate)) && value === written) {
    throw new Mistake(`“${operator}${value.charAt(0)}” is no operator.`, place);
  }
  return [{ kind: 'comparison', field: head.field, operator, value }];
}

/** The field that the term begins with, and how long it is in the text. */
function fieldAt(text: string, at: number): { field: Field; length: number } | undefined {
  const plain = /^(status|name)(?=\s*[=!<>])/i.exec(text);
  if (plain) {
    return {
      field: { of: plain[0].toLowerCase() === 'status' ? 'status' : 'name', key: '' },
      length: plain[0].length,
    };
  }
  const group = groups.find((name) => text.toLowerCase().startsWith(`${name}.`));
  if (!group) return undefined;
  const start = group.length + 1;
  const mark = text.charAt(start);
  if (mark === '"' || mark === '`') {
    const end = text.indexOf(mark, start + 1);
    return { field: { of: group, key: text.slice(start + 1, end) }, length: end + 1 };
  }
  const key = /^[^\s=!<>]+/.exec(text.slice(start))?.[0];
  if (key === undefined) throw new Mistake(`A name is missing after ${group}.`, at + start);
  return { field: { of: group, key }, length: start + key.length };
}

function unquoted(text: string): string {
  const mark = text.charAt(0);
  return text.length > 1 && '"`\''.includes(mark) && text.endsWith(mark) ? text.slice(1, -1) : text;
}

const isNumber = (text: string): boolean =>
  text.trim() !== '' && (!Number.isNaN(Number(text)) || /^nan$/i.test(text));

function holds(term: Term, run: Run): boolean {
  if (term.kind === 'text') return run.name.toLowerCase().includes(term.text.toLowerCase());
  const { field, operator, value } = term;
  switch (field.of) {
    case 'metrics': {
      const actual = run.metrics[field.key]?.value;
      return actual !== undefined && compareNumbers(actual, operator, Number(value));
    }
    case 'params':
      return compareTexts(run.params[field.key], operator, value);
    case 'tags':
      return compareTexts(run.tags[field.key], operator, value);
    case 'status':
      return compareTexts(run.status.toLowerCase(), operator, value.toLowerCase());
    case 'name':
      return compareTexts(run.name, operator, value);
  }
}

/** Numbers when both are; otherwise text. A missing value differs from everything and compares with nothing. */
function compareTexts(actual: string | undefined, operator: Operator, value: string): boolean {
  if (actual === undefined) return operator === '!=';
  if (isNumber(actual) && isNumber(value)) return compareNumbers(Number(actual), operator, Number(value));
  const order = actual < value ? -1 : actual > value ? 1 : 0;
  return compareNumbers(order, operator, 0);
}

function compareNumbers(actual: number, operator: Operator, value: number): boolean {
  switch (operator) {
    case '=':
      return actual === value || (Number.isNaN(actual) && Number.isNaN(value));
    case '!=':
      return actual !== value && !(Number.isNaN(actual) && Number.isNaN(value));
    case '>':
      return actual > value;
    case '>=':
      return actual >= value;
    case '<':
      return actual < value;
    case '<=':
      return actual <= value;
  }
}
