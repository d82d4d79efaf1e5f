import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Features } from './features';

/** Prepared statements on one database, kept by their text. */
export class Sql {
  readonly features: Features;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #arrays = new Map<string, StatementSync>();

  constructor(database: DatabaseSync, features: Features) {
    this.#database = database;
    this.features = features;
  }

  /** All rows; `Row` is what the statement selects. */
  all<Row>(statement: string, ...values: SQLInputValue[]): Row[] {
    return this.#prepared(statement).all(...values) as Row[];
  }

  /** The first row, or undefined. */
  get<Row>(statement: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#prepared(statement).get(...values) as Row | undefined;
  }

  /** All rows as arrays of columns, the fastest way to read many. */
  arrays<Row extends unknown[]>(statement: string, ...values: SQLInputValue[]): Row[] {
    let prepared = this.#arrays.get(statement);
    if (prepared === undefined) {
      prepared = this.#database.prepare(statement);
      this.#arrays.set(statement, prepared);
    }
    // Node 22.15 has no setReturnArrays; objects keep the order of the columns.
    if (typeof prepared.setReturnArrays !== 'function')
      return prepared.all(...values).map((row) => Object.values(row)) as Row[];
    prepared.setReturnArrays(true);
    return prepared.all(...values) as unknown as Row[];
  }

  /** @returns how many rows changed */
  run(statement: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepared(statement).run(...values).changes);
  }

  /** Runs an insert and gives the row's integer key. */
  insert(statement: string, ...values: SQLInputValue[]): string {
    return String(this.#prepared(statement).run(...values).lastInsertRowid);
  }

  close(): void {
    this.#database.close();
  }

  #prepared(statement: string): StatementSync {
    let prepared = this.#statements.get(statement);
    if (prepared === undefined) {
      prepared = this.#database.prepare(statement);
      this.#statements.set(statement, prepared);
    }
    return prepared;
  }
}

/** For `IN (SELECT value FROM json_each(?))`: one statement text for lists of any length. */
export function list(values: readonly string[]): string {
  return JSON.stringify(values);
}
