/** A flat row as it stands in the request log. */
export type ScoredRow = Record<string, string | number | boolean | null>;

/**
 * The rows that a scoring request asked for, each with the fields of its prediction. Understood are MLflow's
 * `dataframe_records`, `dataframe_split`, `inputs` and `instances`, KServe's `instances` (Open Inference Protocol
 * v1), a bare array and a bare object (one row); answers are `{"predictions": …}`, a bare array or a bare object.
 * A row that is no object becomes the field `instance`. A prediction becomes `prediction`; the fields of one that is
 * an object become `prediction_<field>`. What is not a flat value becomes its JSON text.
 * @param request text of the request's body
 * @param response text of the answer's body, when there is one to read predictions from
 * @returns no rows when the request is not JSON or has none
 */
export function scoredRows(request: string, response: string | undefined): ScoredRow[] {
  const rows = requestRows(parseJson(request));
  if (rows === undefined) return [];
  const predictions = response === undefined ? [] : answerPredictions(parseJson(response), rows.length);
  return rows.map((row, index) => ({ ...rowFields(row), ...predictionFields(predictions[index]) }));
}

/** JSON, and Python's NaN and Infinity in it as null; undefined when it is neither. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    if (!text.includes('NaN') && !text.includes('Infinity')) return undefined;
    try {
      return JSON.parse(withoutNonFinite(text));
    } catch {
      return undefined;
    }
  }
}

/** Replaces NaN, Infinity and -Infinity outside of strings by null. */
function withoutNonFinite(text: string): string {
  const parts: string[] = [];
  let copied = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') {
      for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === '\\') at++;
      continue;
    }
    if (character !== 'N' && character !== 'I') continue;
    const word = ['NaN', 'Infinity'].find((name) => text.startsWith(name, at));
    if (word === undefined) continue;
    parts.push(text.slice(copied, text[at - 1] === '-' ? at - 1 : at), 'null');
    copied = at + word.length;
    at = copied - 1;
  }
  return [...parts, text.slice(copied)].join('');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function requestRows(body: unknown): unknown[] | undefined {
  if (Array.isArray(body)) return body;
  if (!isObject(body)) return undefined;
  for (const key of ['dataframe_records', 'instances', 'inputs']) {
    const value = body[key];
    if (Array.isArray(value)) return value;
    if (isObject(value)) return columnRows(value);
  }
  if (isObject(body['dataframe_split'])) return splitRows(body['dataframe_split']);
  return [body];
}

/** `{a: [1, 2], b: [3, 4]}` */
function columnRows(columns: Record<string, unknown>): unknown[] {
  const entries = Object.entries(columns);
  const count = Math.max(0, ...entries.map(([, values]) => (Array.isArray(values) ? values.length : 1)));
  return Array.from({ length: count }, (_, row) =>
    Object.fromEntries(
      entries.map(([name, values]) => [name, Array.isArray(values) ? (values[row] as unknown) : values]),
    ),
  );
}

/** pandas' `orient="split"`: `{columns: [a, b], data: [[1, 3], [2, 4]]}` */
function splitRows(split: Record<string, unknown>): unknown[] | undefined {
  const { columns, data } = split;
  if (!Array.isArray(data)) return undefined;
  if (!Array.isArray(columns)) return data;
  return data.map((row: unknown) =>
    Array.isArray(row)
      ? Object.fromEntries(columns.map((name, at) => [String(name), row[at] as unknown]))
      : row,
  );
}

function answerPredictions(answer: unknown, count: number): unknown[] {
  const found = isObject(answer) && 'predictions' in answer ? answer['predictions'] : answer;
  if (count === 1) return Array.isArray(found) && found.length === 1 ? found : [found];
  // Column by column, as a data frame of predictions is written.
  const rows = isObject(found) ? columnRows(found) : found;
  return Array.isArray(rows) && rows.length === count ? rows : [];
}

function rowFields(row: unknown): ScoredRow {
  if (!isObject(row)) return { instance: flat(row) };
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, flat(value)]));
}

function predictionFields(prediction: unknown): ScoredRow {
  if (prediction === undefined) return {};
  if (!isObject(prediction)) return { prediction: flat(prediction) };
  return Object.fromEntries(
    Object.entries(prediction).map(([name, value]) => [
      name === 'prediction' || name.startsWith('prediction_') ? name : `prediction_${name}`,
      flat(value),
    ]),
  );
}

function flat(value: unknown): string | number | boolean | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return JSON.stringify(value);
}
