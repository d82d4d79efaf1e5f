import { GalleyError } from '../../errors';
import { identifier, type Database } from './database';
import { findData, tableFunction, type DataFiles, type DataLocation } from './source';

/** Data that a database can select from. */
export interface DataTable {
  /** Name in the database, quoted. */
  sql: string;
  /** As it was asked for. */
  source: string;
  rows: number;
  columns: DataColumn[];
  /** What was not as it should be, e.g. lines that could not be read. */
  notes: string[];
}

export interface DataColumn {
  name: string;
  /** DuckDB's name of the type, e.g. `BIGINT`. */
  type: string;
}

function unreadable(source: string, error: unknown): GalleyError {
  const detail = error instanceof Error ? error.message : String(error);
  const [first = ''] = detail.split('\n');
  if (/out of memory/i.test(first))
    return new GalleyError(
      'failed',
      `${source} is larger than the memory that Galley may use.`,
      {
        remedy: 'Name fewer columns or a smaller file.',
        subject: source,
        detail,
      },
      { cause: error },
    );
  return new GalleyError(
    'corrupt',
    `${source} cannot be read: ${first.replace(/^[A-Za-z ]+ Error: /, '')}`,
    {
      remedy: 'Check that the file is whole and of the format that its ending says.',
      subject: source,
      detail,
    },
    { cause: error },
  );
}

/** A statement about `source`; what DuckDB says of it becomes a `corrupt` error that names it. */
export async function reading<T>(source: string, statement: () => Promise<T>): Promise<T> {
  try {
    return await statement();
  } catch (error) {
    throw error instanceof GalleyError ? error : unreadable(source, error);
  }
}

async function columnsOf(database: Database, relation: string): Promise<DataColumn[]> {
  const described = await database.rows<{ column_name: string; column_type: string }>(
    `SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${relation})`,
  );
  return described.map(({ column_name, column_type }) => ({ name: column_name, type: column_type }));
}

async function count(database: Database, relation: string): Promise<number> {
  const [row] = await database.rows<{ n: number }>(`SELECT count(*)::DOUBLE AS n FROM ${relation}`);
  return row?.n ?? 0;
}

/**
 * Text is read once into the database; Parquet is read column by column from where it lies. Broken lines of JSON lines
 * (a writer that was stopped in the middle of one) are left out and told in the notes.
 */
async function open(database: Database, data: DataFiles, name: string): Promise<DataTable> {
  const table = identifier(name);
  const notes: string[] = [];
  if (data.format === 'parquet') {
    await database.run(`CREATE VIEW ${table} AS SELECT * FROM ${tableFunction(data)}`);
  } else {
    try {
      await database.run(`CREATE TABLE ${table} AS SELECT * FROM ${tableFunction(data)}`);
    } catch (error) {
      if (data.format !== 'json-lines' || !/malformed json/i.test(String(error))) throw error;
      await database.run(`CREATE TABLE ${table} AS SELECT * FROM ${tableFunction(data, true)}`);
      const names = (await columnsOf(database, table)).map((column) => identifier(column.name));
      const empty = `coalesce(${names.map((column) => `${column}::VARCHAR`).join(', ')}) IS NULL`;
      const broken = await count(database, `${table} WHERE ${empty}`);
      await database.run(`DELETE FROM ${table} WHERE ${empty}`);
      notes.push(
        `${broken} ${broken === 1 ? 'line' : 'lines'} of ${data.name} could not be read and ${broken === 1 ? 'was' : 'were'} left out.`,
      );
    }
  }
  const rows = await count(database, table);
  const columns = rows === 0 ? [] : await columnsOf(database, table);
  return { sql: table, source: data.name, rows, columns, notes };
}

/**
 * Opens the data at a location under a name.
 * @throws GalleyError as {@link findData} does, `corrupt` when a file cannot be read, `not-found` when there is no row
 */
export async function openTable(
  database: Database,
  location: DataLocation,
  name: string,
): Promise<DataTable> {
  const data = await findData(location);
  const table = await reading(data.name, () => open(database, data, name));
  if (table.rows === 0)
    throw new GalleyError('not-found', `${data.name} has no rows.`, {
      remedy: 'Try again when there is data.',
      subject: data.name,
    });
  return table;
}
