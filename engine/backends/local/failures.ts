import { GalleyError } from '../../errors';

interface SqliteError extends Error {
  code: 'ERR_SQLITE_ERROR';
  /** SQLite's extended result code. */
  errcode: number;
}

function isSqliteError(thrown: unknown): thrown is SqliteError {
  return (
    thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_SQLITE_ERROR' && 'errcode' in thrown
  );
}

/** SQLite's primary result code (sqlite.org/rescode.html), or undefined for another error. */
function resultCode(thrown: unknown): number | undefined {
  return isSqliteError(thrown) ? thrown.errcode & 0xff : undefined;
}

/** Whether somebody else has the lock just now (SQLITE_BUSY, SQLITE_LOCKED). */
export function isBusy(thrown: unknown): boolean {
  const code = resultCode(thrown);
  return code === 5 || code === 6;
}

/** Whether the open file is not the one at its path any more (SQLITE_READONLY_DBMOVED). */
export function isMoved(thrown: unknown): boolean {
  return isSqliteError(thrown) && thrown.errcode === 1032;
}

/** Whether a row like this is there already (SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE). */
export function isDuplicate(thrown: unknown): boolean {
  return isSqliteError(thrown) && (thrown.errcode === 1555 || thrown.errcode === 2067);
}

/**
 * What to tell about an error of SQLite; any other is given back as it is.
 * @param writing whether it happened while writing
 */
export function storeFailure(thrown: unknown, file: string, writing: boolean): unknown {
  if (!isSqliteError(thrown)) return thrown;
  const more = { subject: file, detail: `SQLite ${thrown.errcode}: ${thrown.message}` };
  switch (thrown.errcode & 0xff) {
    case 5:
    case 6:
      return new GalleyError('locked', `${file} is locked by another process.`, {
        ...more,
        remedy: writing
          ? 'Nothing was written. Close the program that holds a transaction open (a notebook, `sqlite3`), then try again.'
          : 'Close the program that holds it open for writing, then try again.',
      });
    case 8:
      return new GalleyError('read-only', `${file} cannot be written: it or its folder is read-only.`, {
        ...more,
        remedy: 'Make the file and its folder writable; reading goes on meanwhile.',
      });
    case 14:
      return new GalleyError(
        writing ? 'read-only' : 'not-found',
        `${file} cannot be opened${writing ? ' for writing' : ''}.`,
        { ...more, remedy: 'Check that its folder exists and that you may read and write it.' },
      );
    case 13:
      return new GalleyError('failed', `${file} cannot grow: the disk is full.`, {
        ...more,
        remedy: 'Free some space, then try again. Nothing was written.',
      });
    case 11:
    case 26:
      return new GalleyError('corrupt', `${file} is damaged or not a SQLite database.`, {
        ...more,
        remedy: 'Restore it from a copy, or move it away; a new one is made at the next run.',
      });
    case 1:
      return new GalleyError('unsupported', `${file} has a schema that Galley does not know.`, {
        ...more,
        remedy: 'Run `mlflow db upgrade sqlite:///mlflow.db` on a copy, and see whether that opens.',
      });
    default:
      return new GalleyError('failed', `${file} failed: ${thrown.message}.`, {
        ...more,
        remedy: 'Look at the disk and the file’s permissions, then try again.',
      });
  }
}
