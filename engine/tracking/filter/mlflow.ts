import type { Comparison, FilterNode } from './expression';
import { formatField, formatOrder } from './format';
import { parseFilter } from './parse';
import { parseOrder } from './order';
import type { OrderClause } from './expression';

/** A filter in two parts, joined by AND. */
export interface SplitFilter {
  /** What an MLflow server can do, in its words; empty: nothing. */
  mlflow: string;
  /** What is left to do with the runs that it answers. */
  rest: FilterNode | undefined;
}

/** MLflow has no way to write a quote inside the other kind of quotes, and reads a doubled one as two. */
function quoted(text: string): string | undefined {
  if (text.includes('\\')) return undefined;
  if (!text.includes("'")) return `'${text}'`;
  return text.includes('"') ? undefined : `"${text}"`;
}

const signs = { '=': '=', '<': '<', '<=': '<=', '>': '>', '>=': '>=' } as const;

function mlflowText({ field, operator, negated, value }: Comparison): string | undefined {
  const name = formatField(field);
  switch (operator) {
    case 'missing':
      return `${name} IS ${negated ? 'NOT ' : ''}NULL`;
    case 'like':
    case 'ilike': {
      const text = negated || typeof value !== 'string' ? undefined : quoted(value);
      return text && `${name} ${operator.toUpperCase()} ${text}`;
    }
    case 'in': {
      const items = Array.isArray(value)
        ? value.map((item) => (typeof item === 'string' ? quoted(item) : undefined))
        : [undefined];
      return items.includes(undefined)
        ? undefined
        : `${name} ${negated ? 'NOT IN' : 'IN'} (${items.join(', ')})`;
    }
    case '=':
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const text =
        typeof value === 'string' ? quoted(value) : Number.isFinite(value) ? String(value) : undefined;
      return text && `${name} ${negated ? '!=' : signs[operator]} ${text}`;
    }
    default:
      return undefined;
  }
}

/** Whether MLflow reads it. Older servers know less: `IS NULL` came with 3.10. */
function readable(text: string): boolean {
  try {
    return parseFilter(text, { dialect: 'mlflow' }) !== undefined;
  } catch {
    return false;
  }
}

/** Divides a filter into what an MLflow server can do by itself and what it cannot. */
export function splitForMlflow(filter: FilterNode | undefined): SplitFilter {
  if (filter === undefined) return { mlflow: '', rest: undefined };
  const parts = filter.kind === 'and' ? filter.of : [filter];
  const texts: string[] = [];
  const rest: FilterNode[] = [];
  for (const part of parts) {
    const plain = part.kind === 'comparison' && part.operator !== 'missing' ? mlflowText(part) : undefined;
    if (plain !== undefined && readable(plain)) texts.push(plain);
    else rest.push(part);
  }
  const [only] = rest;
  return {
    mlflow: texts.join(' AND '),
    rest: only === undefined ? undefined : rest.length === 1 ? only : { kind: 'and', of: rest },
  };
}

/** An order in MLflow's words, or undefined when it sorts numbers in texts, or by what MLflow does not know. */
export function orderForMlflow(order: readonly OrderClause[]): string[] | undefined {
  if (order.some(({ numeric }) => numeric)) return undefined;
  const clauses = order.map(formatOrder);
  try {
    parseOrder(clauses, { dialect: 'mlflow' });
    return clauses;
  } catch {
    return undefined;
  }
}
