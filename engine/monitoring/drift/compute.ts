import { GalleyError } from '../../errors';
import { withDatabase, type Database } from '../data/database';
import type { DataLocation } from '../data/source';
import { openTable, reading } from '../data/table';
import type { ColumnDrift, DriftReport } from '../types';
import { sharedColumns, type SharedColumn, type Skipped } from './columns';
import { defaultMethod } from './default-method';
import { distributionOf } from './distribution';
import { driftMethods, isDrifted, isDriftMethod, severityOf, type DriftMethod } from './methods';
import { readSample, type SampleRead, type Sides } from './read-sample';
import type { ColumnSample } from './sample';

export interface DriftRequest {
  reference: DataLocation;
  current: DataLocation;
  /** Absent: all that both sides have, without names that start with `_` or `prediction`. */
  columns?: string[];
  /** Share of drifted columns from which on the dataset counts as drifted; 0.5 when not given. */
  share?: number;
  /** For the columns of the kinds that it compares; the others keep their default method. */
  method?: string;
  /** Instead of the default of `method`, or of every column's method when none is given. */
  threshold?: number;
}

const defaultShare = 0.5;

function wantedMethod(name: string | undefined): DriftMethod | undefined {
  if (name === undefined) return undefined;
  if (isDriftMethod(name)) return driftMethods[name];
  throw new GalleyError('invalid', `There is no drift method “${name}”.`, {
    remedy: `Use one of ${Object.keys(driftMethods).join(', ')}.`,
    subject: name,
  });
}

function checkLimits({ share, threshold }: DriftRequest): void {
  if (share !== undefined && !(share >= 0 && share <= 1))
    throw new GalleyError('invalid', `The share of drifted columns is ${share}; it goes from 0 to 1.`, {
      remedy: 'Give a share such as 0.5.',
    });
  if (threshold !== undefined && !(threshold > 0 && Number.isFinite(threshold)))
    throw new GalleyError('invalid', `The drift threshold is ${threshold}; it must be above 0.`, {
      remedy: 'Leave it out for the default of each method.',
    });
}

/** Reads the next column while the one before is scored. */
async function eachColumn(
  database: Database,
  sides: Sides,
  columns: SharedColumn[],
  named: boolean,
  use: (column: SharedColumn, read: SampleRead) => void,
): Promise<void> {
  const read = (column: SharedColumn | undefined): Promise<SampleRead | undefined> => {
    const reads =
      column === undefined ? Promise.resolve(undefined) : readSample(database, sides, column, named);
    // Awaited one turn later; until then a failure must not count as unhandled.
    reads.catch(() => undefined);
    return reads;
  };
  let next = read(columns[0]);
  try {
    for (const [i, column] of columns.entries()) {
      const result = await next;
      next = read(columns[i + 1]);
      if (result !== undefined) use(column, result);
    }
  } finally {
    // The database is closed by our caller, never under a running statement.
    await next.catch(() => undefined);
  }
}

function scored(
  column: string,
  sample: ColumnSample,
  missing: ColumnDrift['missing'],
  wanted: { method: DriftMethod | undefined; threshold: number | undefined },
): ColumnDrift | Skipped {
  const asked = wanted.method?.kinds.includes(sample.kind) === true ? wanted.method : undefined;
  const method = asked ?? defaultMethod(sample);
  const threshold =
    wanted.threshold !== undefined && (asked !== undefined || wanted.method === undefined)
      ? wanted.threshold
      : method.threshold;
  const score = method.score(sample);
  if (!Number.isFinite(score)) return { column, reason: `Its numbers are too large for ${method.name}.` };
  return {
    column,
    kind: sample.kind,
    method: method.name,
    score,
    scoreIs: method.scoreIs,
    threshold,
    drifted: isDrifted(method, score, threshold),
    severity: severityOf(method, score, threshold),
    distribution: distributionOf(sample),
    missing,
  };
}

/**
 * Compares two datasets column by column with Evidently's methods and defaults, on all rows.
 * @throws GalleyError when a side cannot be found or read, an option is wrong, or no column can be compared
 */
export async function computeDrift(request: DriftRequest): Promise<DriftReport> {
  const wanted = { method: wantedMethod(request.method), threshold: request.threshold };
  checkLimits(request);
  const shareThreshold = request.share ?? defaultShare;
  return withDatabase(async (database) => {
    const reference = await openTable(database, request.reference, 'reference');
    const current = await openTable(database, request.current, 'current');
    const { shared, skipped } = sharedColumns(reference.columns, current.columns, request.columns);
    const columns: ColumnDrift[] = [];
    const named = request.columns !== undefined;
    await reading(`${reference.source} or ${current.source}`, () =>
      eachColumn(database, { reference, current }, shared, named, ({ name }, read) => {
        const result =
          'skipped' in read
            ? { column: name, reason: read.skipped }
            : scored(name, read.sample, read.missing, wanted);
        if ('reason' in result) skipped.push(result);
        else columns.push(result);
      }),
    );
    if (columns.length === 0) {
      const why = skipped.map(({ column, reason }) => `${column}: ${reason}`).join(' ');
      throw new GalleyError(
        'invalid',
        `No column of ${current.source} can be compared with ${reference.source}.`,
        { remedy: 'Name columns that both have.', subject: request.current.path, detail: why },
      );
    }
    const driftedColumns = columns.filter((column) => column.drifted).length;
    const share = driftedColumns / columns.length;
    const notes = [...reference.notes, ...current.notes];
    return {
      reference: { source: reference.source, rows: reference.rows },
      current: { source: current.source, rows: current.rows },
      columns,
      driftedColumns,
      share,
      shareThreshold,
      drifted: share >= shareThreshold,
      skipped,
      computation: 'exact',
      at: Date.now(),
      ...(notes.length === 0 ? {} : { notes }),
    };
  });
}
