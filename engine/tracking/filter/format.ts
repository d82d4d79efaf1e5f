import type { Comparison, Field, FilterNode, OrderClause, Scalar } from './expression';

const prefixes = { metric: 'metrics', param: 'params', tag: 'tags', dataset: 'datasets' } as const;

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A field as it is written in a filter, e.g. ``metrics.`val loss` ``. */
export function formatField({ entity, key }: Field): string {
  const plain = /^[\p{L}_][\p{L}\p{N}_.]*$/u.test(key);
  const name = plain ? key : key.includes('`') ? `"${key}"` : `\`${key}\``;
  return entity === 'attribute' ? name : `${prefixes[entity]}.${name}`;
}

function formatScalar(value: Scalar, field: Field): string {
  if (typeof value === 'string') return quoted(value);
  return field.type === 'duration' ? `${value}ms` : String(value);
}

const words = {
  '=': ['=', '!='],
  '<': ['<', '<'],
  '<=': ['<=', '<='],
  '>': ['>', '>'],
  '>=': ['>=', '>='],
  like: ['LIKE', 'NOT LIKE'],
  ilike: ['ILIKE', 'NOT ILIKE'],
  contains: ['CONTAINS', 'NOT CONTAINS'],
  matches: ['~', '!~'],
  imatches: ['~*', '!~*'],
  in: ['IN', 'NOT IN'],
  missing: ['IS MISSING', 'IS PRESENT'],
} as const;

function formatComparison({ field, operator, negated, value }: Comparison): string {
  const left = `${formatField(field)} ${words[operator][negated ? 1 : 0]}`;
  if (value === undefined) return left;
  if (typeof value !== 'object') return `${left} ${formatScalar(value, field)}`;
  if (Array.isArray(value)) return `${left} (${value.map((item) => formatScalar(item, field)).join(', ')})`;
  return formatPeriod(formatField(field), operator, negated, value.from, value.until);
}

/** A period has no name of its own any more once it is read; its edges say the same. */
function formatPeriod(
  name: string,
  operator: Comparison['operator'],
  negated: boolean,
  from: number,
  until: number,
): string {
  switch (operator) {
    case '>':
      return `${name} >= ${until}`;
    case '>=':
      return `${name} >= ${from}`;
    case '<':
      return `${name} < ${from}`;
    case '<=':
      return `${name} < ${until}`;
    default:
      return negated
        ? `(${name} < ${from} OR ${name} >= ${until})`
        : `(${name} >= ${from} AND ${name} < ${until})`;
  }
}

/** A filter in Galley's dialect; reading it gives a filter that lets the same entities pass. */
export function formatFilter(node: FilterNode | undefined): string {
  if (node === undefined) return '';
  switch (node.kind) {
    case 'comparison':
      return formatComparison(node);
    case 'not':
      return `NOT ${inParentheses(node.of)}`;
    case 'and':
      return node.of
        .map((each) => (each.kind === 'comparison' ? formatFilter(each) : inParentheses(each)))
        .join(' AND ');
    case 'or':
      return node.of
        .map((each) => (each.kind === 'or' ? inParentheses(each) : formatFilter(each)))
        .join(' OR ');
  }
}

function inParentheses(node: FilterNode): string {
  return node.kind === 'comparison' ? formatFilter(node) : `(${formatFilter(node)})`;
}

/** An order clause in MLflow's words. */
export function formatOrder({ field, descending }: OrderClause): string {
  const name = field.entity === 'attribute' ? `attributes.${formatField(field)}` : formatField(field);
  return `${name} ${descending ? 'DESC' : 'ASC'}`;
}
