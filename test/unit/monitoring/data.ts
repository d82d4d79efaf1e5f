import { mkdtemp, rm, writeFile, mkdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { identifier, literal, withDatabase } from '../../../engine/monitoring/data/database';

/** A temporary folder for a suite; `remove` at its end. */
export async function temporaryFolder(): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'galley monitoring-'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

export type Cell = string | number | boolean | null;
/** Columns of equal length. */
export type Columns = Record<string, Cell[]>;

function records(columns: Columns): Record<string, Cell>[] {
  const length = Object.values(columns)[0]?.length ?? 0;
  return Array.from({ length }, (_, i) =>
    Object.fromEntries(Object.entries(columns).map(([name, cells]) => [name, cells[i] ?? null])),
  );
}

export function jsonLines(columns: Columns): string {
  return records(columns)
    .map((row) => `${JSON.stringify(row)}\n`)
    .join('');
}

export function csv(columns: Columns): string {
  const quoted = (cell: Cell) =>
    typeof cell === 'string' ? `"${cell.replaceAll('"', '""')}"` : String(cell ?? '');
  const names = Object.keys(columns).map(quoted).join(',');
  const rows = records(columns).map((row) => Object.values(row).map(quoted).join(','));
  return `${[names, ...rows].join('\n')}\n`;
}

/** Writes columns as the file's ending says; Parquet through DuckDB, optionally with types of the columns. */
export async function writeData(
  file: string,
  columns: Columns,
  types: Record<string, string> = {},
): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  if (file.endsWith('.csv')) return writeFile(file, csv(columns));
  if (!file.endsWith('.parquet')) return writeFile(file, jsonLines(columns));
  const lines = `${file}.jsonl`;
  await writeFile(lines, jsonLines(columns));
  const names = Object.keys(columns).map((name) =>
    types[name] === undefined
      ? identifier(name)
      : `${identifier(name)}::${types[name]} AS ${identifier(name)}`,
  );
  await withDatabase((database) =>
    database.run(
      `COPY (SELECT ${names.join(', ')} FROM read_json(${literal(lines.replace(/[*?[]/g, '[$&]'))}, format = 'newline_delimited', sample_size = -1)) TO ${literal(file)} (FORMAT parquet)`,
    ),
  );
  await rm(lines);
}

/** Normally distributed numbers from a seed (Mulberry32 and Box-Muller). */
export function normal(seed: number, count: number, mean = 0, deviation = 1): number[] {
  let state = seed;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return Array.from(
    { length: count },
    () => mean + deviation * Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}
