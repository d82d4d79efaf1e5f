import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type * as DuckDB from '@duckdb/node-api';
import { GalleyError } from '../../errors';

/** A value of a result: counts and numbers as JavaScript numbers, text, or null. */
export type Row = Record<string, string | number | boolean | null>;

/** An in-memory DuckDB for one computation. */
export interface Database {
  run(sql: string): Promise<void>;
  /** Every row; select only types that {@link Row} has (cast counts to DOUBLE). */
  rows<R extends Row>(sql: string): Promise<R[]>;
  /** All values of the one list of DOUBLE that the statement selects; neither it nor its values may be NULL. */
  numbers(sql: string): Promise<Float64Array<ArrayBuffer>>;
}

/** Threads of a computation: few, because an engine serves a person's editor on the same machine. */
const threads = 2;

function memoryLimit(): string {
  const megabytes = Math.round(os.totalmem() / 4 / 2 ** 20);
  return `${Math.min(2048, Math.max(512, megabytes))}MB`;
}

/** DuckDB is a large native library: it is loaded by the first computation, and only in processes that make one. */
async function loadDuckDB(): Promise<typeof DuckDB> {
  try {
    return await import('@duckdb/node-api');
  } catch (error) {
    throw new GalleyError(
      'unsupported',
      `DuckDB, which reads the data, cannot be loaded on this machine (${process.platform} ${process.arch}).`,
      { remedy: 'Install Galley for this platform again.', detail: String(error) },
      { cause: error },
    );
  }
}

/**
 * Opens a database for the time of `use`. It reads local files only: extensions are neither installed nor loaded.
 * What does not fit into its memory goes to a temporary folder.
 */
export async function withDatabase<T>(use: (database: Database) => Promise<T>): Promise<T> {
  const { DuckDBInstance, DuckDBListVector } = await loadDuckDB();
  const spill = await mkdtemp(path.join(os.tmpdir(), 'galley-duckdb-'));
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(threads),
    memory_limit: memoryLimit(),
    temp_directory: spill,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    preserve_insertion_order: 'false',
  });
  const open = new Set<DuckDB.DuckDBConnection>();
  const idle: DuckDB.DuckDBConnection[] = [];
  /** A connection runs one statement at a time; concurrent statements get one each. */
  const connected = async <R>(work: (connection: DuckDB.DuckDBConnection) => Promise<R>): Promise<R> => {
    const connection = idle.pop() ?? (await instance.connect());
    open.add(connection);
    const result = await work(connection);
    idle.push(connection);
    return result;
  };
  try {
    return await use({
      run: (sql) => connected(async (connection) => void (await connection.run(sql))),
      rows: <R extends Row>(sql: string) =>
        connected(async (connection) => (await connection.runAndReadAll(sql)).getRowObjectsJS() as R[]),
      numbers: (sql) =>
        connected(async (connection) => {
          const [chunk] = await (await connection.run(sql)).fetchAllChunks();
          const lists = chunk?.getColumnVector(0);
          if (!(lists instanceof DuckDBListVector)) throw new TypeError('the statement selects no list');
          const offset = lists.getEntryOffset(0);
          const values = lists.childVector;
          const numbers = new Float64Array(lists.getEntryLength(0));
          for (let i = 0; i < numbers.length; i++) numbers[i] = values.getItem(offset + i) as number;
          return numbers;
        }),
    });
  } finally {
    for (const connection of open) connection.closeSync();
    instance.closeSync();
    await rm(spill, { recursive: true, force: true });
  }
}

/** A name as an identifier of SQL. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as a literal of SQL. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
