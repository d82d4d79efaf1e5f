import { RestError } from './errors';

/** Fields of a request: its JSON body, query and path parameters together. */
export type Fields = Readonly<Record<string, unknown>>;

function missing(name: string): RestError {
  return new RestError('INVALID_PARAMETER_VALUE', `Missing value for required parameter '${name}'.`);
}

function wrong(name: string, value: unknown, expected: string): RestError {
  const shown = JSON.stringify(value).slice(0, 200);
  return new RestError(
    'INVALID_PARAMETER_VALUE',
    `Invalid value ${shown} for parameter '${name}' supplied: expected ${expected}.`,
  );
}

/** A text, or undefined when it is absent. */
export function optionalText(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw wrong(name, value, 'a string');
}

/** A text that must be there and not be empty. */
export function text(fields: Fields, name: string): string {
  const value = optionalText(fields, name);
  if (value === undefined || value === '') throw missing(name);
  return value;
}

/** A whole number (as a number or, as protobuf writes 64-bit ones, a string), or undefined when absent. */
export function optionalInteger(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  if (value === undefined || value === null || value === '') return undefined;
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number)) throw wrong(name, value, 'a whole number');
  return number;
}

/** A double, with protobuf's names for the special ones. */
export function double(fields: Fields, name: string): number {
  const value = fields[name];
  if (value === undefined || value === null) throw missing(name);
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && /^(NaN|-?Infinity|-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?)$/i.test(value))
    return Number(value);
  throw wrong(name, value, 'a number');
}

/** Objects of a list; none when it is absent. */
export function objects(fields: Fields, name: string): Fields[] {
  const value = fields[name];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw wrong(name, value, 'a list');
  return value.map((entry: unknown, index) => toObject(entry, `${name}[${index}]`));
}

/** An object, or undefined when it is absent. */
export function optionalObject(fields: Fields, name: string): Fields | undefined {
  const value = fields[name];
  return value === undefined || value === null ? undefined : toObject(value, name);
}

function toObject(value: unknown, name: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong(name, value, 'an object');
  return value as Fields;
}

/** Texts of a list; one text alone is a list of one, as in a query. */
export function texts(fields: Fields, name: string): string[] {
  const value = fields[name];
  if (value === undefined || value === null) return [];
  const entries: unknown[] = Array.isArray(value) ? value : [value];
  return entries.map((entry) => {
    if (typeof entry === 'string') return entry;
    if (typeof entry === 'number') return String(entry);
    throw wrong(name, value, 'a list of strings');
  });
}

/** `[{key, value}]` as a record. */
export function keyValues(fields: Fields, name: string): Record<string, string> {
  return Object.fromEntries(
    objects(fields, name).map((entry) => [text(entry, 'key'), optionalText(entry, 'value') ?? '']),
  );
}

/**
 * One of an enumeration's names; protobuf's JSON allows its number too.
 * @param names name to number
 */
export function optionalEnum<Name extends string>(
  fields: Fields,
  name: string,
  names: Readonly<Record<Name, number>>,
): Name | undefined {
  const value = fields[name];
  if (value === undefined || value === null || value === '') return undefined;
  const found = (Object.keys(names) as Name[]).find(
    (known) => known === value || names[known] === Number(value),
  );
  if (found === undefined) throw wrong(name, value, `one of ${Object.keys(names).join(', ')}`);
  return found;
}
