import type { Field, Period, Scalar } from './expression';
import type { Dialect } from './fields';
import type { Reader } from './reader';
import { durationOf, durationPattern, periodOf, timePattern } from './times';
import { entityNames } from './vocabulary';

const number = /-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?![\p{L}\p{N}_.])/iuy;
const looseNumber = /[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?)(?![\p{L}\p{N}_.])/iuy;
/** As MLflow reads them: what stands between the quotes is taken as it is, a doubled quote with it. */
const quoted = /'((?:''|\\'|[^'])*)'|"((?:""|\\"|[^"])*)"/y;
const looseQuoted = /'((?:''|[^'])*)'|"((?:""|[^"])*)"|`([^`]*)`/y;
const bare = /[^\s()'",`]+/y;

/** Everything that reading a value needs to know. */
export interface ValueContext {
  dialect: Dialect;
  now: number;
}

/** A text in quotes. */
function readQuoted(reader: Reader, dialect: Dialect): string | undefined {
  if (dialect === 'mlflow') {
    const match = reader.take(quoted);
    return match && (match[1] ?? match[2] ?? '');
  }
  const match = reader.take(looseQuoted);
  return match && (match[1]?.replaceAll("''", "'") ?? match[2]?.replaceAll('""', '"') ?? match[3] ?? '');
}

function toNumber(text: string): number {
  return /inf/i.test(text) ? (text.startsWith('-') ? -Infinity : Infinity) : Number(text);
}

/**
 * Reads what a field is compared with.
 * @throws FilterError when it does not fit the field
 */
export function readValue(reader: Reader, field: Field, context: ValueContext): Scalar | Period {
  reader.space();
  if (context.dialect === 'mlflow') return readMlflowValue(reader, field);
  switch (field.type) {
    case 'number':
      return readNumber(reader, field, looseNumber);
    case 'time':
      return readTime(reader, context.now);
    case 'duration':
      return readDuration(reader);
    case 'text':
      return readTextOrNumber(reader, context.dialect);
  }
}

function readMlflowValue(reader: Reader, field: Field): Scalar {
  if (field.type !== 'text') return readNumber(reader, field, number);
  const text = readQuoted(reader, 'mlflow');
  if (text !== undefined) return text;
  throw reader.refuse(
    field.entity === 'attribute' || field.entity === 'dataset'
      ? `Expected a quoted string value for ${entityNames[field.entity]}s. Got value ${reader.shown()}`
      : `Expected a quoted string value for ${entityNames[field.entity]} (e.g. 'my-value'). Got value ${reader.shown()}`,
    'value',
  );
}

function readNumber(reader: Reader, field: Field, pattern: RegExp): number {
  const match = reader.take(pattern);
  if (match !== undefined) return toNumber(match[0]);
  throw reader.refuse(
    field.entity === 'metric'
      ? `Expected numeric value type for metric. Found ${reader.shown()}`
      : `Expected numeric value type for numeric attribute: ${field.key}. Found ${reader.shown()}`,
    'value',
  );
}

/** `2026-05-01`, `'2026-05-01 10:00'`, `today`, `now - 7d`, `-7d`, `7d ago`, or milliseconds since the epoch. */
function readTime(reader: Reader, now: number): number | Period {
  const from = reader.at;
  const text = readQuoted(reader, 'galley') ?? reader.take(timePattern)?.[0];
  if (text !== undefined) {
    const period = periodOf(text, now);
    if (period === undefined)
      throw reader.refuse(`“${text}” is no date such as 2026-05-01 or 2026-05-01T10:00.`, 'value', {
        from,
        to: reader.at,
      });
    const shift = /^(now|today|yesterday)$/i.test(text) ? readShift(reader) : 0;
    return { from: period.from + shift, until: period.until + shift };
  }
  const back = reader.take(/-\s*/y) !== undefined;
  const duration = reader.take(durationPattern)?.[0];
  if (duration !== undefined) {
    const ago = reader.take(/\s*ago\b/iy) !== undefined;
    if (back || ago) {
      const at = now - durationOf(duration);
      return { from: at, until: at + 1 };
    }
  }
  reader.at = from;
  const match = reader.take(number);
  if (match !== undefined) return Number(match[0]);
  throw reader.refuse(`Expected a date such as 2026-05-01, today or -7d. Found ${reader.shown()}`, 'value');
}

/** `- 7d` or `+ 1h` after a word of time, in milliseconds. */
function readShift(reader: Reader): number {
  const from = reader.at;
  const sign = reader.take(/\s*([-+])\s*/y)?.[1];
  if (sign === undefined) return 0;
  const duration = reader.take(durationPattern)?.[0];
  if (duration === undefined)
    throw reader.refuse('Expected a duration such as 7d after the sign.', 'value', { from, to: reader.at });
  return (sign === '-' ? -1 : 1) * durationOf(duration);
}

function readDuration(reader: Reader): number {
  const match = reader.take(durationPattern);
  if (match !== undefined) return durationOf(match[0]);
  if (reader.peek(looseNumber) !== undefined)
    throw reader.refuse('A duration has a unit: 500ms, 90s, 5m, 2h30m, 1d.', 'value');
  throw reader.refuse(`Expected a duration such as 90s, 5m or 2h30m. Found ${reader.shown()}`, 'value');
}

function readTextOrNumber(reader: Reader, dialect: Dialect): Scalar {
  const text = readQuoted(reader, dialect);
  if (text !== undefined) return text;
  const match = reader.take(looseNumber);
  if (match !== undefined && /\d/.test(match[0])) return toNumber(match[0]);
  if (match !== undefined) return match[0];
  const word = reader.take(bare)?.[0];
  if (word === undefined) throw reader.refuse(`Expected a value. Found ${reader.shown()}`, 'value');
  return word;
}

/**
 * Reads a list in parentheses.
 * @throws FilterError
 */
export function readList(reader: Reader, field: Field, context: ValueContext): Scalar[] {
  reader.space();
  const open = reader.at;
  if (!reader.take(/\(/y))
    throw reader.refuse(`Expected a list in parentheses. Found ${reader.shown()}`, 'value');
  const values: Scalar[] = [];
  for (;;) {
    reader.space();
    // MLflow reads the list as a Python tuple: a comma may end it, but there must be something in it.
    if (values.length > 0 && reader.take(/\)/y)) return values;
    values.push(readItem(reader, field, context));
    if (reader.take(/\s*,/y)) continue;
    reader.space();
    if (reader.take(/\)/y)) return values;
    throw reader.refuse(
      'While parsing a list in the query, expected a non-empty list of string values, but got ill-formed list.',
      'value',
      { from: open, to: reader.at },
    );
  }
}

function readItem(reader: Reader, field: Field, context: ValueContext): Scalar {
  if (context.dialect === 'galley' && field.type !== 'time') {
    const value = reader.peek(/\)/y) === undefined ? readValue(reader, field, context) : undefined;
    if (typeof value === 'string' || typeof value === 'number') return value;
  }
  const text = readQuoted(reader, context.dialect);
  if (text === undefined)
    throw reader.refuse(
      `While parsing a list in the query, expected a non-empty list of string values. Found ${reader.shown()}`,
      'value',
    );
  return text;
}
