import type { DataColumn } from '../data/table';

/** What a column's values are by the type that they are stored with. */
export type Storage = 'integer' | 'real' | 'single' | 'boolean' | 'text';

const storages: [RegExp, Storage][] = [
  [/^U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)$/, 'integer'],
  [/^FLOAT$/, 'single'],
  [/^(DOUBLE|DECIMAL\(.*\))$/, 'real'],
  [/^BOOLEAN$/, 'boolean'],
  [/^(VARCHAR|ENUM\(.*\))$/, 'text'],
];

/** Undefined for what is neither numbers nor categories: dates, lists, structures, bytes. */
export function storageOf(type: string): Storage | undefined {
  return storages.find(([pattern]) => pattern.test(type))?.[1];
}

/** A column that both sides have, and how each stores it. */
export interface SharedColumn {
  name: string;
  reference: Storage;
  current: Storage;
}

export interface Skipped {
  column: string;
  reason: string;
}

/** Whether a column is about the request or its answer and no input of the model; compared only when named. */
function isRecordKeeping(name: string): boolean {
  return name.startsWith('_') || name.startsWith('prediction');
}

function isNumber(storage: Storage): boolean {
  return storage !== 'text';
}

function typeReason(type: string): string {
  if (/^(DATE|TIME|INTERVAL)/.test(type)) return 'Dates and times are not compared.';
  if (type === 'JSON') return 'It has no values.';
  return `Values of type ${type.toLowerCase()} are not compared.`;
}

const nouns: Record<Storage, string> = {
  integer: 'numbers',
  real: 'numbers',
  single: 'numbers',
  boolean: 'booleans',
  text: 'text',
};

/**
 * Which columns can be compared, in the order of the reference, or of `wanted`, and which not and why.
 * @param wanted names; absent: all that both sides have, without those for record keeping
 */
export function sharedColumns(
  reference: DataColumn[],
  current: DataColumn[],
  wanted?: string[],
): { shared: SharedColumn[]; skipped: Skipped[] } {
  const types = new Map(reference.map(({ name, type }) => [name, type]));
  const currentTypes = new Map(current.map(({ name, type }) => [name, type]));
  const names =
    wanted ?? [...new Set([...types.keys(), ...currentTypes.keys()])].filter((n) => !isRecordKeeping(n));
  const shared: SharedColumn[] = [];
  const skipped: Skipped[] = [];
  for (const name of new Set(names)) {
    const compared = compare(types.get(name), currentTypes.get(name));
    if (typeof compared === 'string') skipped.push({ column: name, reason: compared });
    else shared.push({ name, ...compared });
  }
  return { shared, skipped };
}

/** The storages of both sides, or why they cannot be compared. */
function compare(
  reference: string | undefined,
  current: string | undefined,
): { reference: Storage; current: Storage } | string {
  if (reference === undefined && current === undefined) return 'Neither side has it.';
  if (reference === undefined) return 'The reference does not have it.';
  if (current === undefined) return 'The current data does not have it.';
  const stored = storageOf(reference);
  const storedNow = storageOf(current);
  if (stored === undefined) return typeReason(reference);
  if (storedNow === undefined) return typeReason(current);
  if (isNumber(stored) !== isNumber(storedNow))
    return `It is ${nouns[stored]} in the reference and ${nouns[storedNow]} in the current data.`;
  return { reference: stored, current: storedNow };
}
