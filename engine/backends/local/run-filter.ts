import type { SQLInputValue } from 'node:sqlite';
import type { Comparison, Field, FilterNode, OrderClause, Scalar } from '../../tracking/filter';

/** A piece of SQL and the values of its question marks, in their order. */
export interface Fragment {
  text: string;
  values: SQLInputValue[];
}

/** How runs are called in the statements that these pieces go into. */
export const runsAlias = 'r';

const runId = `${runsAlias}.run_uuid`;

/** Columns of attributes; each may be NULL. */
const attributes: Readonly<Record<string, string>> = {
  run_id: runId,
  // Stores that MLflow 1 made have names in tags only.
  run_name: `coalesce(nullif(${runsAlias}.name, ''), (SELECT value FROM tags WHERE key = 'mlflow.runName' AND run_uuid = ${runId}))`,
  experiment_id: `CAST(${runsAlias}.experiment_id AS TEXT)`,
  status: `${runsAlias}.status`,
  lifecycle_stage: `${runsAlias}.lifecycle_stage`,
  artifact_uri: `${runsAlias}.artifact_uri`,
  user_id: `ifnull(${runsAlias}.user_id, '')`,
  start_time: `${runsAlias}.start_time`,
  end_time: `${runsAlias}.end_time`,
  duration: `(${runsAlias}.end_time - ${runsAlias}.start_time)`,
};

const tables = { metric: 'latest_metrics', param: 'params', tag: 'tags' } as const;

function attributeColumn(field: Field): string {
  return attributes[field.key] ?? 'NULL';
}

function placeholders(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}

/** Doubles of metrics are kept within the finite ones. */
function finite(value: number): number {
  return Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE);
}

/** SQL's GLOB is LIKE that minds the letters' case, whatever the connection is set to. */
function globOf(like: string): string {
  return like.replace(/[*?[]/g, '[$&]').replaceAll('%', '*').replaceAll('_', '?');
}

function scalarTest(column: string, operator: string, value: Scalar, text: boolean): Fragment {
  if (typeof value === 'string') return { text: `${column} ${operator} ?`, values: [value] };
  // galley_number is NULL for a text that is no number.
  return text
    ? { text: `galley_number(${column}) ${operator} ?`, values: [value] }
    : { text: `${column} ${operator} ?`, values: [finite(value)] };
}

/** The test of a column that has a value; it may come out as NULL, which is no. */
function columnTest({ field, operator, value }: Comparison, column: string): Fragment {
  const isText = field.type === 'text';
  switch (operator) {
    case 'missing':
      return { text: 'FALSE', values: [] };
    case 'in': {
      const items: Scalar[] = Array.isArray(value) ? value : [];
      const texts = items.filter((item) => typeof item === 'string');
      const numbers = items.filter((item) => typeof item === 'number');
      const numeric = isText ? `galley_number(${column})` : column;
      const parts = [
        ...(texts.length > 0 ? [`${column} IN (${placeholders(texts)})`] : []),
        ...(numbers.length > 0 ? [`ifnull(${numeric} IN (${placeholders(numbers)}), FALSE)`] : []),
      ];
      return { text: `(${parts.join(' OR ') || 'FALSE'})`, values: [...texts, ...numbers.map(finite)] };
    }
    case '=':
    case '<':
    case '<=':
    case '>':
    case '>=': {
      if (typeof value === 'number' || typeof value === 'string')
        return scalarTest(column, operator, value, isText);
      if (value === undefined || Array.isArray(value)) return { text: 'FALSE', values: [] };
      const { from, until } = value;
      if (operator === '=') return { text: `(${column} >= ? AND ${column} < ?)`, values: [from, until] };
      const edge = operator === '>' || operator === '<=' ? until : from;
      return { text: `${column} ${operator.startsWith('>') ? '>=' : '<'} ?`, values: [edge] };
    }
    case 'like':
      return { text: `${column} GLOB ?`, values: [globOf(String(value))] };
    default:
      return { text: `galley_test(?, ${column}, ?)`, values: [operator, String(value)] };
  }
}

/** `test`, or the contrary, of a column that is there; yes or no, never NULL. */
function decided(comparison: Comparison, column: string): Fragment {
  const { text, values } = columnTest(comparison, column);
  return { text: comparison.negated ? `NOT ifnull(${text}, FALSE)` : `ifnull(${text}, FALSE)`, values };
}

function comparisonSql(comparison: Comparison): Fragment {
  const { field, operator, negated } = comparison;
  if (field.entity === 'attribute') {
    const column = attributeColumn(field);
    if (operator === 'missing') return { text: `${column} IS ${negated ? 'NOT ' : ''}NULL`, values: [] };
    const { text, values } = decided(comparison, column);
    return { text: `(${column} IS NOT NULL AND ${text})`, values };
  }
  if (field.entity === 'dataset') return datasetSql(comparison);
  const place = `FROM ${tables[field.entity]} v WHERE v.run_uuid = ${runId} AND v.key = ?`;
  if (operator === 'missing')
    return { text: `${negated ? '' : 'NOT '}EXISTS (SELECT 1 ${place})`, values: [field.key] };
  const { text, values } = decided(comparison, field.entity === 'metric' ? 'v.value' : "ifnull(v.value, '')");
  // NaN is kept as 0 with a mark; it differs from every number and is nothing else.
  const test =
    field.entity === 'metric' ? (negated ? `(v.is_nan OR ${text})` : `(NOT v.is_nan AND ${text})`) : text;
  return { text: `EXISTS (SELECT 1 ${place} AND ${test})`, values: [field.key, ...values] };
}

function datasetSql(comparison: Comparison): Fragment {
  const { field, operator, negated } = comparison;
  const context = field.key === 'context';
  const place = `FROM inputs i JOIN datasets d ON d.dataset_uuid = i.source_id
    ${context ? `JOIN input_tags t ON t.input_uuid = i.input_uuid AND t.name = 'mlflow.data.context'` : ''}
    WHERE i.source_type = 'DATASET' AND i.destination_type = 'RUN' AND i.destination_id = ${runId}`;
  if (operator === 'missing')
    return { text: `${negated ? '' : 'NOT '}EXISTS (SELECT 1 ${place})`, values: [] };
  const { text, values } = decided(
    comparison,
    context ? 't.value' : `d.${field.key === 'digest' ? 'digest' : 'name'}`,
  );
  return { text: `EXISTS (SELECT 1 ${place} AND ${text})`, values };
}

/** The condition on a run that a filter is; never NULL. */
export function filterSql(node: FilterNode | undefined): Fragment {
  if (node === undefined) return { text: 'TRUE', values: [] };
  switch (node.kind) {
    case 'comparison':
      return comparisonSql(node);
    case 'not': {
      const { text, values } = filterSql(node.of);
      return { text: `NOT (${text})`, values };
    }
    case 'and':
    case 'or': {
      const parts = node.of.map(filterSql);
      return {
        text: `(${parts.map(({ text }) => text).join(node.kind === 'and' ? ' AND ' : ' OR ')})`,
        values: parts.flatMap(({ values }) => values),
      };
    }
  }
}

function clauseSql({ field, descending, numeric }: OrderClause): Fragment {
  const direction = descending ? 'DESC' : 'ASC';
  if (field.entity === 'attribute' || field.entity === 'dataset') {
    const column = attributeColumn(field);
    return { text: `${column} IS NULL, ${column} ${direction}`, values: [] };
  }
  const select = (what: string) =>
    `(SELECT ${what} FROM ${tables[field.entity as keyof typeof tables]} v WHERE v.run_uuid = ${runId} AND v.key = ?)`;
  if (field.entity === 'metric')
    return {
      text: `ifnull(${select('v.is_nan')}, 2), ${select('v.value')} ${direction}`,
      values: [field.key, field.key],
    };
  const text = select("ifnull(v.value, '')");
  if (!numeric) return { text: `${text} IS NULL, ${text} ${direction}`, values: [field.key, field.key] };
  const number = select('galley_number(v.value)');
  return {
    text: `${text} IS NULL, (${number} IS NULL) ${direction}, ${number} ${direction}, ${text} ${direction}`,
    values: [field.key, field.key, field.key, field.key],
  };
}

/** What follows ORDER BY: the clauses, then newest first (or oldest), then the id. */
export function orderSql(order: readonly OrderClause[], oldestFirst: boolean): Fragment {
  const clauses = order.map(clauseSql);
  const byStart = order.some(({ field }) => field.entity === 'attribute' && field.key === 'start_time');
  const last = byStart ? [] : [`${runsAlias}.start_time ${oldestFirst ? 'ASC' : 'DESC'}`];
  return {
    text: [...clauses.map(({ text }) => text), ...last, runId].join(', '),
    values: clauses.flatMap(({ values }) => values),
  };
}
