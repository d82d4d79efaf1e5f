import type { Comparison, Field, FilterNode, Operator, Scalar } from './expression';
import { attributeField, findAttribute, readField, type Dialect } from './fields';
import { Reader } from './reader';
import { readList, readValue, type ValueContext } from './values';
import { runVocabulary, type Vocabulary } from './vocabulary';

export interface ParseOptions {
  /** Default: `galley`. */
  dialect?: Dialect;
  /** Default: that of runs. */
  vocabulary?: Vocabulary;
  /** What `now` and `-7d` count from, in milliseconds since the Unix epoch. Default: the clock. */
  now?: number;
}

interface Context extends ValueContext {
  vocabulary: Vocabulary;
  comparisons: number;
  depth: number;
}

/** SQLite and MLflow give up on more. */
const mostComparisons = 200;
const deepest = 50;

const signs: Readonly<Record<string, { operator: Operator; negated: boolean }>> = {
  '=': { operator: '=', negated: false },
  '!=': { operator: '=', negated: true },
  '<': { operator: '<', negated: false },
  '<=': { operator: '<=', negated: false },
  '>': { operator: '>', negated: false },
  '>=': { operator: '>=', negated: false },
  '==': { operator: '=', negated: false },
  '<>': { operator: '=', negated: true },
  '~': { operator: 'matches', negated: false },
  '!~': { operator: 'matches', negated: true },
  '~*': { operator: 'imatches', negated: false },
  '!~*': { operator: 'imatches', negated: true },
  LIKE: { operator: 'like', negated: false },
  ILIKE: { operator: 'ilike', negated: false },
  IN: { operator: 'in', negated: false },
  'NOT IN': { operator: 'in', negated: true },
  'NOT LIKE': { operator: 'like', negated: true },
  'NOT ILIKE': { operator: 'ilike', negated: true },
  CONTAINS: { operator: 'contains', negated: false },
  'NOT CONTAINS': { operator: 'contains', negated: true },
  'IS NULL': { operator: 'missing', negated: false },
  'IS NOT NULL': { operator: 'missing', negated: true },
  'IS MISSING': { operator: 'missing', negated: false },
  'IS NOT MISSING': { operator: 'missing', negated: true },
  'IS PRESENT': { operator: 'missing', negated: true },
};

const numeric = ['=', '!=', '<', '<=', '>', '>='];
const textual = ['=', '!=', 'LIKE', 'ILIKE'];

const sign =
  /(?:[<>=!~]+\*?|(?:NOT\s+(?:IN|I?LIKE|CONTAINS)|IN|I?LIKE|CONTAINS|IS\s+(?:NOT\s+)?(?:NULL|MISSING)|IS\s+PRESENT)\b)/iy;

/** MLflow's comparators for a field. */
function mlflowComparators(field: Field): readonly string[] {
  if (field.type !== 'text') return numeric;
  if (field.entity === 'attribute' || field.entity === 'dataset') return [...textual, 'IN', 'NOT IN'];
  return [...textual, 'IS NULL', 'IS NOT NULL'];
}

/**
 * Reads a filter.
 *
 * `galley` takes MLflow's grammar and, beyond it: OR, NOT and parentheses; `~` and `~*` (regular expressions, the
 * second one whatever the letters' case), `contains`, `is missing`, `is present`, and NOT before LIKE and CONTAINS;
 * params and tags compared with numbers; dates and durations; values without quotes; words by themselves, which the
 * name must contain. `mlflow` takes what MLflow takes, and refuses the rest with MLflow's messages.
 * @returns undefined for an empty filter, which every entity passes
 * @throws FilterError
 */
export function parseFilter(text: string, options: ParseOptions = {}): FilterNode | undefined {
  const reader = new Reader(text);
  reader.space();
  if (reader.ended) return undefined;
  const context: Context = {
    dialect: options.dialect ?? 'galley',
    vocabulary: options.vocabulary ?? runVocabulary,
    now: options.now ?? Date.now(),
    comparisons: 0,
    depth: 0,
  };
  const node = context.dialect === 'mlflow' ? readAnd(reader, context) : readOr(reader, context);
  reader.space();
  if (!reader.ended)
    throw reader.refuse(
      context.dialect === 'mlflow'
        ? `Invalid clause(s) in filter string: ${reader.shown()}`
        : `Expected AND or OR. Found ${reader.shown()}`,
      'joint',
    );
  return node;
}

function joined(kind: 'and' | 'or', of: FilterNode[]): FilterNode {
  const [only] = of;
  return only !== undefined && of.length === 1 ? only : { kind, of };
}

function readOr(reader: Reader, context: Context): FilterNode {
  const of = [readAnd(reader, context)];
  while (reader.take(/\s*OR\b/iy)) of.push(readAnd(reader, context));
  return joined('or', of);
}

function readAnd(reader: Reader, context: Context): FilterNode {
  const of = [readUnary(reader, context)];
  while (reader.take(/\s*AND\b/iy)) of.push(readUnary(reader, context));
  return joined('and', of);
}

function readUnary(reader: Reader, context: Context): FilterNode {
  reader.space();
  if (context.dialect === 'mlflow') return readComparison(reader, context);
  if (++context.depth > deepest) throw reader.refuse('The filter is nested too deeply.');
  try {
    if (reader.take(/NOT\b/iy)) return { kind: 'not', of: readUnary(reader, context) };
    const open = reader.at;
    if (!reader.take(/\(/y)) return readComparison(reader, context);
    const inner = readOr(reader, context);
    reader.space();
    if (reader.take(/\)/y)) return inner;
    throw reader.refuse(
      reader.ended ? 'The parenthesis is not closed.' : `Expected AND, OR or “)”. Found ${reader.shown()}`,
      'joint',
      reader.ended ? { from: open, to: open + 1 } : reader.here(),
    );
  } finally {
    context.depth--;
  }
}

function readComparison(reader: Reader, context: Context): Comparison {
  if (++context.comparisons > mostComparisons)
    throw reader.refuse(`The filter has more than ${mostComparisons} comparisons.`);
  const from = reader.at;
  const word = readBareWord(reader, context);
  if (word !== undefined) return word;
  const field = readField(reader, context.vocabulary, context.dialect);
  if (field === undefined) {
    const what =
      context.dialect === 'mlflow' ? 'Invalid clause(s) in filter string: ' : 'Expected a comparison. Found ';
    throw reader.refuse(`${what}${reader.shown()}`, 'field');
  }
  const name = { from, to: reader.at };
  reader.space();
  const at = reader.at;
  const written = reader.take(sign)?.[0].toUpperCase().replace(/\s+/g, ' ');
  if (written === undefined)
    throw reader.refuse(
      context.dialect === 'mlflow'
        ? `Invalid clause(s) in filter string: '${reader.text.slice(name.from, name.to)}'`
        : `Expected a comparison such as = or > after ${reader.text.slice(name.from, name.to)}. Found ${reader.shown()}`,
      'operator',
    );
  const found = signs[written];
  const allowed = context.dialect === 'mlflow' ? mlflowComparators(field) : galleyComparators(field);
  if (found === undefined || !allowed.includes(written))
    throw reader.refuse(comparatorMessage(written, field, allowed), 'operator', { from: at, to: reader.at });
  const value = readOperand(reader, context, field, found.operator, name);
  return { kind: 'comparison', field, ...found, value, span: { from, to: reader.at } };
}

function comparatorMessage(written: string, field: Field, allowed: readonly string[]): string {
  if (/^IS /.test(written))
    return `IS NULL / IS NOT NULL is only supported for tags and params, not for '${field.entity}' '${field.key}'`;
  return `Invalid comparator '${written}' not one of '${allowed.join(', ')}'`;
}

function galleyComparators(field: Field): readonly string[] {
  const all = Object.keys(signs);
  if (field.type === 'text') return all;
  return all.filter(
    (name) => /^([<>=!]+|(NOT )?IN|IS .*)$/.test(name) && (field.type !== 'time' || !/IN$/.test(name)),
  );
}

function readOperand(
  reader: Reader,
  context: Context,
  field: Field,
  operator: Operator,
  name: { from: number; to: number },
): Comparison['value'] {
  if (operator === 'missing') return undefined;
  if (operator === 'in') {
    const listed = field.entity === 'dataset' || context.vocabulary.attributes[field.key]?.list === true;
    if (context.dialect === 'mlflow' && !listed) {
      const lists = Object.keys(context.vocabulary.attributes).filter(
        (key) => context.vocabulary.attributes[key]?.list === true,
      );
      throw reader.refuse(
        `Only [${lists.map((key) => `'${key}'`).join(', ')}] attributes support comparison with a list of quoted string values.`,
        'operator',
        name,
      );
    }
    return readList(reader, field, context);
  }
  reader.space();
  const from = reader.at;
  const value = readValue(reader, field, context);
  if (operator === '=' || operator === '<' || operator === '<=' || operator === '>' || operator === '>=')
    return value;
  const text = typeof value === 'object' ? '' : textOf(reader, from, value);
  if (operator === 'matches' || operator === 'imatches') checkPattern(reader, text, from);
  return text;
}

/** A number that stands where a text is wanted is the text as it was written. */
function textOf(reader: Reader, from: number, value: Scalar): string {
  return typeof value === 'string' ? value : reader.text.slice(from, reader.at).trim();
}

function checkPattern(reader: Reader, source: string, from: number): void {
  try {
    new RegExp(source, 'u');
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^Invalid regular expression: /, '') : '';
    throw reader.refuse(`The regular expression is wrong: ${reason}.`, 'value', { from, to: reader.at });
  }
}

const notBare = /(?:AND|OR|NOT)\b/iy;
const bareWord = /'((?:''|[^'])+)'(?!\s*[<>=!~])|([^\s()'"`<>=!~,.]+)(?=\s*(?:$|\)|(?:AND|OR)\b))/iy;

/** A word by itself: the name must contain it. */
function readBareWord(reader: Reader, context: Context): Comparison | undefined {
  const { vocabulary, dialect } = context;
  if (dialect === 'mlflow' || vocabulary.bareWords === undefined) return undefined;
  if (reader.peek(notBare) !== undefined) return undefined;
  const from = reader.at;
  const match = reader.take(bareWord);
  if (match === undefined) return undefined;
  const found = findAttribute(vocabulary, dialect, vocabulary.bareWords);
  if (found === undefined) return undefined;
  return {
    kind: 'comparison',
    field: attributeField(found.name, found.attribute),
    operator: 'contains',
    negated: false,
    value: match[1]?.replaceAll("''", "'") ?? match[2] ?? '',
    span: { from, to: reader.at },
  };
}
