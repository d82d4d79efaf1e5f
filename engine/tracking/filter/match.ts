import type { Comparison, Field, FilterNode, Operator, OrderClause, Scalar } from './expression';

/** What an entity has under a field: nothing, one value, or, of datasets, several. */
export type FieldValue = Scalar | undefined | readonly Scalar[];

/** How filters and orders look at entities of one kind. */
export type FieldReader<Item> = (item: Item, field: Field) => FieldValue;

/** SQL's LIKE: `%` is any text, `_` any character. In steps of text times pattern at most, whatever the pattern. */
export function matchesLike(text: string, like: string): boolean {
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

/** The number that a param or tag is, or undefined when it is a text. */
export function numberOf(text: string): number | undefined {
  if (/^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(text)) return Number(text);
  const [, sign, special] = /^\s*([-+]?)(inf(?:inity)?)\s*$/i.exec(text) ?? [];
  return special === undefined ? undefined : sign === '-' ? -Infinity : Infinity;
}

/** Operators that look at texts as texts. */
export type TextOperator = Extract<Operator, 'like' | 'ilike' | 'contains' | 'matches' | 'imatches'>;

/** The test of a text by one of the text operators; `operand` is a pattern that the parser has checked. */
export function textTest(operator: TextOperator, operand: string): (text: string) => boolean {
  const lower = operand.toLowerCase();
  switch (operator) {
    case 'like':
      return (text) => matchesLike(text, operand);
    case 'ilike':
      return (text) => matchesLike(text.toLowerCase(), lower);
    case 'contains':
      return (text) => text.toLowerCase().includes(lower);
    case 'matches':
    case 'imatches': {
      const pattern = new RegExp(operand, operator === 'matches' ? 'u' : 'iu');
      return (text) => pattern.test(text);
    }
  }
}

type Test = (value: Scalar) => boolean;

function orderHolds(operator: '=' | '<' | '<=' | '>' | '>=', order: number): boolean {
  switch (operator) {
    case '=':
      return order === 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

/** Stores keep infinite metrics as the largest doubles, so that both are the same here. */
function finite(value: number): number {
  return Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE);
}

function compareWith(operator: '=' | '<' | '<=' | '>' | '>=', wanted: Scalar): Test {
  if (typeof wanted === 'string') return (found) => orderHolds(operator, compareTexts(String(found), wanted));
  return (found) => {
    const number = typeof found === 'number' ? finite(found) : (numberOf(found) ?? Number.NaN);
    const limit = typeof found === 'number' ? finite(wanted) : wanted;
    // Nothing holds of NaN.
    return orderHolds(operator, number < limit ? -1 : number > limit ? 1 : number === limit ? 0 : Number.NaN);
  };
}

function testOf({ operator, value }: Comparison): Test {
  switch (operator) {
    case 'missing':
      return () => false;
    case 'in': {
      const items = Array.isArray(value) ? value.map((item) => compareWith('=', item)) : [];
      return (found) => items.some((matches) => matches(found));
    }
    case '=':
    case '<':
    case '<=':
    case '>':
    case '>=': {
      if (typeof value === 'number' || typeof value === 'string') return compareWith(operator, value);
      if (value === undefined || Array.isArray(value)) return () => false;
      const { from, until } = value;
      if (operator === '=') return (found) => Number(found) >= from && Number(found) < until;
      // Later than a day is from its end on; until a day is to its end.
      const edge = operator === '>' || operator === '<=' ? until : from;
      return compareWith(operator === '>' || operator === '>=' ? '>=' : '<', edge);
    }
    default: {
      const matches = textTest(operator, String(value));
      return (found) => matches(String(found));
    }
  }
}

function comparisonTest<Item>(comparison: Comparison, read: FieldReader<Item>): (item: Item) => boolean {
  const { field, operator, negated } = comparison;
  if (operator === 'missing')
    return (item) => {
      const found = read(item, field);
      return (found === undefined || (typeof found === 'object' && found.length === 0)) !== negated;
    };
  const matches = testOf(comparison);
  const holds: Test = negated ? (found) => !matches(found) : matches;
  return (item) => {
    const found = read(item, field);
    if (found === undefined) return false;
    return typeof found === 'object' ? found.some(holds) : holds(found);
  };
}

/** The test of entities that a filter is; no filter lets everything pass. */
export function filterTest<Item>(
  node: FilterNode | undefined,
  read: FieldReader<Item>,
): (item: Item) => boolean {
  if (node === undefined) return () => true;
  switch (node.kind) {
    case 'comparison':
      return comparisonTest(node, read);
    case 'not': {
      const inner = filterTest(node.of, read);
      return (item) => !inner(item);
    }
    case 'and':
    case 'or': {
      const inner = node.of.map((each) => filterTest(each, read));
      return node.kind === 'and'
        ? (item) => inner.every((test) => test(item))
        : (item) => inner.some((test) => test(item));
    }
  }
}

function rank(value: Scalar | undefined): number {
  return value === undefined ? 2 : Number.isNaN(value) ? 1 : 0;
}

/** Order of code points, which is SQLite's of UTF-8 bytes. */
function compareTexts(a: string, b: string): number {
  for (let at = 0; at < a.length && at < b.length; at++) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left === right) continue;
    // Surrogates stand for characters beyond all others.
    const high = (unit: number) => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
    return high(left) - high(right);
  }
  return a.length - b.length;
}

function compareScalars(a: Scalar, b: Scalar, numeric: boolean): number {
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : 0;
  const [left, right] = [String(a), String(b)];
  return (numeric ? compareNumerals(left, right) : 0) || compareTexts(left, right);
}

function compareNumerals(a: string, b: string): number {
  const [left, right] = [numberOf(a), numberOf(b)];
  if (left === undefined || right === undefined)
    return Number(left === undefined) - Number(right === undefined);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The comparison of two entities that an order is. */
export function orderComparison<Item>(
  clauses: readonly OrderClause[],
  read: FieldReader<Item>,
): (a: Item, b: Item) => number {
  const single = (item: Item, field: Field): Scalar | undefined => {
    const found = read(item, field);
    return typeof found === 'object' ? found[0] : found;
  };
  return (a, b) => {
    for (const { field, descending, numeric } of clauses) {
      const [left, right] = [single(a, field), single(b, field)];
      const ranks = rank(left) - rank(right);
      if (ranks !== 0) return ranks;
      if (left === undefined || right === undefined || rank(left) > 0) continue;
      const order = compareScalars(left, right, numeric);
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  };
}
