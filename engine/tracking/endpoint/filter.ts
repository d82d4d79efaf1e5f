import { RestError } from './errors';

/** What a filter compares: an attribute of the entity, or one of its metrics, params or tags. */
export type Subject = 'attribute' | 'metric' | 'param' | 'tag';

/** One entity as a filter or an order sees it; undefined: it has no such value. */
export type Lookup = (subject: Subject, key: string) => number | string | undefined;

/** Names that a filter of one kind of entity may use. */
export interface Vocabulary {
  /** Attribute to its type, aliases included. */
  attributes: Readonly<Record<string, 'number' | 'text'>>;
  subjects: readonly Subject[];
}

const operators = [
  '=',
  '!=',
  '>',
  '>=',
  '<',
  '<=',
  'LIKE',
  'ILIKE',
  'IN',
  'NOT IN',
  'IS NULL',
  'IS NOT NULL',
] as const;
type Operator = (typeof operators)[number];

interface Comparison {
  subject: Subject;
  key: string;
  operator: Operator;
  value: number | string | string[] | undefined;
}

const subjects: Record<string, Subject> = {
  attribute: 'attribute',
  attributes: 'attribute',
  attr: 'attribute',
  run: 'attribute',
  metric: 'metric',
  metrics: 'metric',
  param: 'param',
  params: 'param',
  parameter: 'param',
  parameters: 'param',
  tag: 'tag',
  tags: 'tag',
};

function refuse(message: string): RestError {
  return new RestError('INVALID_PARAMETER_VALUE', message);
}

const patterns = {
  space: /\s*/y,
  and: /\s*AND\b/iy,
  subject: /([A-Za-z]+)\s*\.\s*/y,
  key: /`([^`]+)`|"([^"]+)"|([\p{L}\p{N}_][\p{L}\p{N}_.\-/]*)/uy,
  operator: /(>=|<=|!=|=|>|<|(?:NOT\s+IN|IN|I?LIKE|IS\s+NOT\s+NULL|IS\s+NULL)\b)/iy,
  number: /[-+]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?![\p{L}\p{N}_.])/iuy,
  text: /'([^']*)'|"([^"]*)"/y,
  open: /\(/y,
  comma: /\s*,\s*/y,
  close: /\s*\)/y,
};

/** Reads a filter from left to right. */
class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at = pattern.lastIndex;
    return match;
  }

  rest(): string {
    return this.#text.slice(this.#at);
  }
}

/** A name such as ``metrics.`val loss` `` or `start_time`. */
function readName(reader: Reader, vocabulary: Vocabulary): { subject: Subject; key: string } {
  reader.take(patterns.space);
  const prefix = reader.take(patterns.subject)?.[1];
  const match = reader.take(patterns.key);
  const key = match?.[1] ?? match?.[2] ?? match?.[3];
  if (key === undefined) throw refuse(`Invalid filter or order: no name at "${reader.rest().slice(0, 60)}".`);
  const subject = prefix === undefined ? 'attribute' : subjects[prefix.toLowerCase()];
  if (subject === undefined || !vocabulary.subjects.includes(subject))
    throw refuse(
      `Invalid entity type '${prefix ?? ''}'. Valid values are ${vocabulary.subjects.join(', ')}.`,
    );
  if (subject === 'attribute' && vocabulary.attributes[key] === undefined)
    throw refuse(
      `Invalid attribute key '${key}'. Valid keys are ${Object.keys(vocabulary.attributes).join(', ')}.`,
    );
  return { subject, key };
}

function readText(reader: Reader): string | undefined {
  const match = reader.take(patterns.text);
  return match && (match[1] ?? match[2] ?? '');
}

function readList(reader: Reader): string[] {
  const values: string[] = [];
  if (!reader.take(patterns.open)) throw refuse('IN needs a list of quoted strings in parentheses.');
  do {
    reader.take(patterns.space);
    const value = readText(reader);
    if (value === undefined) throw refuse('IN needs a list of quoted strings in parentheses.');
    values.push(value);
  } while (reader.take(patterns.comma));
  if (!reader.take(patterns.close)) throw refuse('The list of IN is not closed.');
  return values;
}

function readComparison(reader: Reader, vocabulary: Vocabulary): Comparison {
  const { subject, key } = readName(reader, vocabulary);
  reader.take(patterns.space);
  const word = reader.take(patterns.operator)?.[1]?.toUpperCase().replace(/\s+/g, ' ');
  const operator = operators.find((known) => known === word);
  if (operator === undefined)
    throw refuse(
      `Invalid comparator at "${reader.rest().slice(0, 60)}". Valid ones are ${operators.join(', ')}.`,
    );
  const numeric =
    subject === 'metric' || (subject === 'attribute' && vocabulary.attributes[key] === 'number');
  const allowed: readonly Operator[] = numeric
    ? ['=', '!=', '>', '>=', '<', '<=']
    : subject === 'attribute'
      ? ['=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN']
      : ['=', '!=', 'LIKE', 'ILIKE', 'IS NULL', 'IS NOT NULL'];
  if (!allowed.includes(operator)) throw refuse(`Invalid comparator '${operator}' for ${subject} '${key}'.`);
  if (operator === 'IS NULL' || operator === 'IS NOT NULL')
    return { subject, key, operator, value: undefined };
  reader.take(patterns.space);
  if (operator === 'IN' || operator === 'NOT IN') return { subject, key, operator, value: readList(reader) };
  const value = numeric ? reader.take(patterns.number)?.[0] : readText(reader);
  if (value === undefined)
    throw refuse(`Expected ${numeric ? 'a number' : 'a quoted string'} for ${subject} '${key}'.`);
  return { subject, key, operator, value: numeric ? Number(value) : value };
}

/** SQL's LIKE: `%` is any text, `_` any character. In steps of text times pattern at most, whatever the pattern. */
function matchesLike(text: string, like: string): boolean {
  const [letters, pattern] = [[...text], [...like]];
  let [at, inPattern, star, starAt] = [0, 0, -1, 0];
  while (at < letters.length) {
    if (pattern[inPattern] === '%') {
      star = inPattern++;
      starAt = at;
    } else if (pattern[inPattern] === '_' || pattern[inPattern] === letters[at]) {
      at++;
      inPattern++;
    } else if (star >= 0) {
      inPattern = star + 1;
      at = ++starAt;
    } else return false;
  }
  while (pattern[inPattern] === '%') inPattern++;
  return inPattern === pattern.length;
}

function holds({ operator, value }: Comparison, found: number | string | undefined): boolean {
  if (operator === 'IS NULL') return found === undefined;
  if (found === undefined) return false;
  if (operator === 'IS NOT NULL') return true;
  if (Array.isArray(value)) return value.includes(String(found)) === (operator === 'IN');
  if (operator === 'LIKE') return matchesLike(String(found), String(value));
  if (operator === 'ILIKE') return matchesLike(String(found).toLowerCase(), String(value).toLowerCase());
  if (value === undefined) return false;
  switch (operator) {
    case '=':
      return found === value;
    case '!=':
      return found !== value;
    case '>':
      return found > value;
    case '>=':
      return found >= value;
    case '<':
      return found < value;
    case '<=':
      return found <= value;
    default:
      return false;
  }
}

/**
 * Reads MLflow's search filters: comparisons joined by AND.
 * A comparison with a value that an entity does not have is false, also `!=`, as in MLflow.
 * @throws RestError `INVALID_PARAMETER_VALUE` for anything else
 */
export function parseFilter(filter: string, vocabulary: Vocabulary): (lookup: Lookup) => boolean {
  if (filter.trim() === '') return () => true;
  const reader = new Reader(filter);
  const comparisons: Comparison[] = [];
  do comparisons.push(readComparison(reader, vocabulary));
  while (reader.take(patterns.and));
  if (reader.rest().trim() !== '')
    throw refuse(
      `Invalid clause(s) in filter string: only AND joins comparisons; at "${reader.rest().trim().slice(0, 60)}".`,
    );
  return (lookup) =>
    comparisons.every((comparison) => holds(comparison, lookup(comparison.subject, comparison.key)));
}

/** Values in order; NaN comes after numbers and what is absent comes last, in both directions, as in MLflow. */
function compare(a: number | string | undefined, b: number | string | undefined, sign: 1 | -1): number {
  const rank = (value: number | string | undefined) =>
    value === undefined ? 2 : Number.isNaN(value) ? 1 : 0;
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (a === undefined || b === undefined || rank(a) > 0 || a === b) return 0;
  return a < b ? -sign : sign;
}

/**
 * Reads MLflow's `order_by` clauses, e.g. `metrics.auc DESC`, and gives the comparison of two entities.
 * @throws RestError `INVALID_PARAMETER_VALUE`
 */
export function parseOrder(clauses: string[], vocabulary: Vocabulary): (a: Lookup, b: Lookup) => number {
  const orders = clauses.map((clause) => {
    const reader = new Reader(clause);
    const name = readName(reader, vocabulary);
    const direction = reader.rest().trim().toUpperCase();
    if (direction !== '' && direction !== 'ASC' && direction !== 'DESC')
      throw refuse(`Invalid order_by clause '${clause}'.`);
    return { ...name, sign: direction === 'DESC' ? -1 : 1 } as const;
  });
  return (a, b) => {
    for (const { subject, key, sign } of orders) {
      const order = compare(a(subject, key), b(subject, key), sign);
      if (order !== 0) return order;
    }
    return 0;
  };
}
