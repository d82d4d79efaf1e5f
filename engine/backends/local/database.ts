import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { GalleyError } from '../../errors';
import { isBusy, isMoved, storeFailure } from './failures';
import { detectFeatures } from './features';
import { addFunctions } from './functions';
import { createSchema } from './schema';
import { Sql } from './sql';

/** Milliseconds that an operation waits for others' locks before it fails as `locked`. */
const busyTimeout = 5000;
/** Milliseconds that SQLite itself waits, blocking this thread; the rest is waited on the event loop. */
const blockingTimeout = 100;
const pause = 25;

interface Connection {
  database: DatabaseSync;
  /** Device and inode, to notice a file that was replaced. */
  identity: string;
  /** undefined while the file has no table. */
  sql: Sql | undefined;
  schemaVersion: number;
}

/**
 * One SQLite file in MLflow's schema. It is made at the first write; until then reads see an empty store. Reads run in
 * a short transaction each; writes one after the other in `BEGIN IMMEDIATE`, in the order in which they were asked for.
 */
export class LocalDatabase {
  readonly #file: string;
  readonly #artifactRoot: string;
  #connection: Connection | undefined;
  #empty: Sql | undefined;
  #lastWrite: Promise<unknown> = Promise.resolve();
  #ownWrites = 0;
  #closed = false;

  /**
   * @param file absolute path of `mlflow.db`
   * @param artifactRoot location below which experiments of this store keep artifacts, for the Default experiment
   */
  constructor(file: string, artifactRoot: string) {
    this.#file = file;
    this.#artifactRoot = artifactRoot;
  }

  /**
   * Runs reads that see one state of the store.
   * @throws GalleyError `locked`, `corrupt`, `unsupported`, and what `work` throws
   */
  async read<T>(work: (sql: Sql) => T): Promise<T> {
    return this.#retry(Date.now() + busyTimeout, false, () => this.#readOnce(work));
  }

  /**
   * Runs `work` in one write transaction: all of it or nothing.
   * @throws GalleyError `locked`, `read-only`, `corrupt`, `unsupported`, and what `work` throws
   */
  async write<T>(work: (sql: Sql) => T): Promise<T> {
    // The deadline counts from the call, so that a queue behind a lock fails at once and not one after the other.
    const deadline = Date.now() + busyTimeout;
    const turn = this.#lastWrite.then(() => this.#retry(deadline, true, () => this.#writeOnce(work)));
    this.#lastWrite = turn.catch(() => undefined);
    return turn;
  }

  /** A token that changes whenever the file may have; never waits for a lock. */
  revision(): string {
    const marks = [this.#file, `${this.#file}-wal`].map((file) => {
      const stats = statSync(file, { bigint: true, throwIfNoEntry: false });
      return stats === undefined ? '-' : `${stats.ino}.${stats.mtimeNs}.${stats.size}`;
    });
    return [...marks, this.#dataVersion(), this.#ownWrites].join(':');
  }

  /** Waits for writes under way, then closes the file. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#lastWrite;
    this.#disconnect();
    this.#empty?.close();
    this.#empty = undefined;
  }

  #dataVersion(): string {
    try {
      const row = this.#connection?.database.prepare('PRAGMA data_version').get();
      return String(row?.['data_version'] ?? '-');
    } catch (error) {
      // Somebody commits just now, or the file went bad: the next read will tell.
      return isBusy(error) ? 'busy' : 'failed';
    }
  }

  async #retry<T>(deadline: number, writing: boolean, once: () => T): Promise<T> {
    for (;;) {
      if (this.#closed && !writing) throw new GalleyError('cancelled', 'The store was closed.');
      try {
        return once();
      } catch (error) {
        if (isMoved(error) && Date.now() < deadline) {
          this.#disconnect();
          continue;
        }
        if (!isBusy(error) || Date.now() >= deadline) {
          const failure = storeFailure(error, this.#file, writing);
          if (failure !== error && !isBusy(error)) this.#disconnect();
          throw failure;
        }
      }
      await sleep(pause);
    }
  }

  #readOnce<T>(work: (sql: Sql) => T): T {
    const connection = this.#connect(false);
    if (connection === undefined) return work(this.#emptySql());
    const { database } = connection;
    database.exec('BEGIN');
    try {
      const sql = this.#current(connection);
      const result = work(sql ?? this.#emptySql());
      database.exec('COMMIT');
      return result;
    } catch (error) {
      rollBack(database);
      throw error;
    }
  }

  #writeOnce<T>(work: (sql: Sql) => T): T {
    const connection = this.#connect(true);
    if (connection === undefined) throw new GalleyError('failed', `${this.#file} could not be made.`);
    const { database } = connection;
    database.exec('BEGIN IMMEDIATE');
    try {
      if (this.#current(connection) === undefined) createSchema(database, this.#artifactRoot);
      const sql = this.#current(connection);
      if (sql === undefined) throw new GalleyError('failed', `${this.#file} could not be made.`);
      const result = work(sql);
      database.exec('COMMIT');
      this.#ownWrites++;
      return result;
    } catch (error) {
      rollBack(database);
      throw error;
    }
  }

  /** The statements for the schema as it is now; another process may have upgraded it. */
  #current(connection: Connection): Sql | undefined {
    const row = connection.database.prepare('PRAGMA schema_version').get();
    const version = Number(row?.['schema_version']);
    if (version !== connection.schemaVersion) {
      const features = detectFeatures(connection.database, this.#file);
      connection.sql = features && new Sql(connection.database, features);
      connection.schemaVersion = version;
    }
    return connection.sql;
  }

  #connect(create: boolean): Connection | undefined {
    if (this.#closed && this.#connection === undefined)
      throw new GalleyError('cancelled', 'The store was closed.');
    const stats = statSync(this.#file, { bigint: true, throwIfNoEntry: false });
    const identity = stats === undefined ? '' : `${stats.dev}.${stats.ino}`;
    if (this.#connection !== undefined && this.#connection.identity !== identity) this.#disconnect();
    if (this.#connection !== undefined) return this.#connection;
    if (!create && (stats === undefined || stats.size === 0n)) return undefined;
    const database = new DatabaseSync(this.#file);
    try {
      database.exec(`PRAGMA busy_timeout = ${blockingTimeout}`);
      addFunctions(database);
    } catch (error) {
      database.close();
      throw error;
    }
    const opened = stats ?? statSync(this.#file, { bigint: true, throwIfNoEntry: false });
    this.#connection = {
      database,
      identity: opened === undefined ? '' : `${opened.dev}.${opened.ino}`,
      sql: undefined,
      schemaVersion: Number.NaN,
    };
    return this.#connection;
  }

  #disconnect(): void {
    this.#connection?.database.close();
    this.#connection = undefined;
  }

  /** What a folder without a store reads as. */
  #emptySql(): Sql {
    if (this.#empty === undefined) {
      const database = new DatabaseSync(':memory:');
      addFunctions(database);
      createSchema(database);
      const features = detectFeatures(database, this.#file);
      if (features === undefined) throw new GalleyError('failed', 'The schema of a new store is empty.');
      this.#empty = new Sql(database, features);
    }
    return this.#empty;
  }
}

function rollBack(database: DatabaseSync): void {
  try {
    database.exec('ROLLBACK');
  } catch {
    // Some errors end the transaction by themselves; the first error is the one to tell.
  }
}
