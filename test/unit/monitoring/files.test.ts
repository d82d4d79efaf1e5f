import assert from 'node:assert/strict';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import type { GalleyError } from '../../../engine/errors';
import { computeDrift, type DriftRequest } from '../../../engine/monitoring/drift/compute';
import type { ColumnDrift, DriftReport } from '../../../engine/monitoring/types';
import { normal, temporaryFolder, writeData, type Cell, type Columns } from './data';

const rows = 1500;

function columns(seed: number, shift: number): Columns {
  const pick =
    <T>(values: T[]) =>
    (i: number) =>
      values[Math.floor((((i * 7919 + seed) % 1009) / 1009) * values.length)] as T;
  const index = Array.from({ length: rows }, (_, i) => i);
  return {
    amount: normal(seed, rows, 10 + shift, 3),
    'hour "of" day': normal(seed + 1, rows, 12, 5).map(Math.round),
    country: index.map(pick(['MT', 'DE', "C'ote d Ivoire", 'FI'])),
    fraud: index.map(pick([true, false, false])),
    kind: index.map(pick([1, 2, 3])),
    id: index.map((i) => `payment ${seed} ${i}`),
    day: index.map((i) => `2024-10-${String((i % 30) + 1).padStart(2, '0')}`),
    _latency_ms: normal(seed + 2, rows),
    prediction: normal(seed + 3, rows),
  };
}

async function fails(request: DriftRequest): Promise<GalleyError['data']> {
  try {
    await computeDrift(request);
  } catch (error) {
    const { data } = error as GalleyError;
    if (data === undefined) throw error;
    assert.notEqual(data.remedy, undefined, data.message);
    return data;
  }
  throw new Error('it did not fail');
}

describe('drift of files', () => {
  let folder: string;
  let remove: () => Promise<void>;
  const at = (name: string) => ({ folder, path: name });
  const put = (name: string, data: Columns, types?: Record<string, string>) =>
    writeData(path.join(folder, name), data, types);
  const drift = (reference: string, current: string, more: Partial<DriftRequest> = {}) =>
    computeDrift({ reference: at(reference), current: at(current), ...more });

  before(async () => {
    ({ folder, remove } = await temporaryFolder());
    for (const ending of ['parquet', 'csv', 'jsonl']) {
      await put(`reference.${ending}`, columns(1, 0));
      await put(`current.${ending}`, columns(2, 1));
    }
  });
  after(() => remove());

  const facts = (report: DriftReport) =>
    report.columns.map(({ column, kind, method, score, drifted }) => ({
      column,
      kind,
      method,
      score,
      drifted,
    }));
  const column = (report: DriftReport, name: string): ColumnDrift => {
    const found = report.columns.find((other) => other.column === name);
    assert.ok(found, name);
    return found;
  };
  const reason = (report: DriftReport, name: string) =>
    report.skipped.find((skipped) => skipped.column === name)?.reason;

  it('is the same for Parquet, CSV and JSON lines, also across formats', async () => {
    const parquet = await drift('reference.parquet', 'current.parquet');
    assert.deepEqual(facts(await drift('reference.csv', 'current.csv')), facts(parquet));
    assert.deepEqual(facts(await drift('reference.jsonl', 'current.parquet')), facts(parquet));
    assert.deepEqual(
      parquet.columns.map((c) => [c.column, c.kind, c.method, c.drifted]),
      [
        ['amount', 'numeric', 'wasserstein', true],
        ['hour "of" day', 'numeric', 'wasserstein', false],
        ['country', 'categorical', 'jensenshannon', false],
        ['fraud', 'categorical', 'jensenshannon', false],
        ['kind', 'categorical', 'jensenshannon', false],
      ],
    );
    assert.equal(parquet.share, 0.2);
    assert.equal(parquet.drifted, false);
    assert.deepEqual(parquet.reference, { source: 'reference.parquet', rows });
    assert.equal((await drift('reference.csv', 'current.csv', { share: 0.2 })).drifted, true);
  });

  it('leaves out identifiers and dates with a reason, and record keeping without a word', async () => {
    const report = await drift('reference.parquet', 'current.jsonl');
    assert.match(reason(report, 'id') ?? '', /free text/);
    assert.match(reason(report, 'day') ?? '', /[Dd]ates/);
    assert.equal(report.skipped.length, 2);
  });

  it('compares exactly the columns that are named', async () => {
    const report = await drift('reference.csv', 'current.csv', {
      columns: ['prediction', 'id', 'nothing', 'amount'],
    });
    assert.deepEqual(
      report.columns.map((c) => c.column),
      ['prediction', 'id', 'amount'],
    );
    assert.equal(reason(report, 'nothing'), 'Neither side has it.');
  });

  it('uses a method for what it compares, its threshold only there, and the default elsewhere', async () => {
    const report = await drift('reference.csv', 'current.csv', { method: 'ks', threshold: 1e-300 });
    assert.deepEqual(
      [column(report, 'amount'), column(report, 'country')].map((c) => [c.method, c.threshold, c.scoreIs]),
      [
        ['ks', 1e-300, 'p-value'],
        ['jensenshannon', 0.1, 'distance'],
      ],
    );
  });

  it('finds files with quotes, spaces, brackets and stars in their names, and takes such names for themselves', async () => {
    const names = [`o'clock "x"/a b;--.csv`, '[2024] data/x[1].jsonl', 'ünï côdé/#%20.parquet'];
    if (process.platform !== 'win32') names.push('star*/a?.csv');
    for (const name of names) {
      await put(name, { a: normal(3, 60) });
      await put(name.replace(/(\.[a-z]+)$/, ' other$1'), { a: normal(4, 60, 50) });
      const report = await drift(name, path.join(folder, name));
      assert.deepEqual([report.current.rows, report.columns[0]?.score], [60, 1], name);
    }
  });

  it('reads all files of a glob and of a folder, in the order of no one', async () => {
    await put('log [x]/b/2.jsonl', { a: [1.5, 2.5], extra: [1, 2] });
    await put('log [x]/1.jsonl', { a: [3.5] });
    await put('log [x]/3.csv', { a: [9.5] });
    const all = normal(1, 30);
    await put('many.csv', { a: all });
    const glob = await drift('many.csv', path.join(folder, 'log [x]').replace('[x]', '*') + '/**/*.jsonl');
    assert.equal(glob.current.rows, 3);
    assert.equal((await drift('many.csv', 'log ?x?/*.{jsonl,ndjson}')).current.rows, 1);
    assert.equal((await drift('many.csv', 'log [x]/b')).current.rows, 2);
    assert.equal((await fails({ reference: at('many.csv'), current: at('log [x]') })).code, 'invalid');
  });

  it('drops NULL, NaN and infinities, and says how many', async () => {
    const values: Cell[] = normal(5, 1000);
    await put('whole.parquet', { a: values });
    await put(
      'gaps.parquet',
      { a: [...values.map(String), 'NaN', 'Infinity', '-Infinity', null] },
      { a: 'DOUBLE' },
    );
    const report = await drift('whole.parquet', 'gaps.parquet', { method: 'wasserstein' });
    assert.equal(column(report, 'a').score, 0);
    assert.deepEqual(column(report, 'a').missing, { reference: 0, current: 4 / 1004 });
  });

  it('compares constants, one row, booleans against numbers, huge numbers; and skips what cannot be', async () => {
    const many = (value: Cell) => Array.from({ length: 30 }, () => value);
    await put('odd-r.jsonl', {
      same: many(3.5),
      one: many('x'),
      flag: many(true),
      empty: many(null),
      mixed: many(1),
      big: many(1e300),
      list: many('[1]'),
    });
    await put('odd-c.jsonl', {
      same: [3.5],
      one: ['y'],
      flag: [0],
      empty: [1],
      mixed: ['text'],
      big: [-1e300],
      only: [1],
    });
    const report = await drift('odd-r.jsonl', 'odd-c.jsonl');
    assert.deepEqual([column(report, 'same').score, column(report, 'same').method], [1, 'z']);
    assert.equal(column(report, 'one').drifted, true);
    assert.deepEqual(column(report, 'flag').distribution.categories?.toSorted(), ['0', '1']);
    assert.match(reason(report, 'empty') ?? '', /no values/);
    assert.match(reason(report, 'mixed') ?? '', /numbers in the reference and text/);
    assert.match(reason(report, 'only') ?? '', /reference does not have it/);
    const huge = await drift('odd-r.jsonl', 'odd-c.jsonl', {
      columns: ['big', 'same'],
      method: 'wasserstein',
    });
    assert.ok(huge.columns.every((c) => Number.isFinite(c.score)));
  });

  it('reads a log that a writer was stopped in the middle of, and says what it left out', async () => {
    await put('torn.jsonl', { a: normal(6, 100), b: normal(7, 100) });
    await appendFile(path.join(folder, 'torn.jsonl'), '{"a": 0.5, "b"\n{"a": 1, "b": 2}\n{"a": 0.');
    const report = await drift('torn.jsonl', 'torn.jsonl');
    assert.equal(report.current.rows, 101);
    assert.match(report.notes?.[0] ?? '', /2 lines of torn\.jsonl/);
  });

  it('compares what pandas would have read from CSV: other spellings of a missing value, no header by guess', async () => {
    await writeFile(path.join(folder, 'names.csv'), 'first,second\nNA,x\nb,"N/A"\nb,y\nb,y\nb,y\n');
    const report = await drift('names.csv', 'names.csv', { columns: ['first', 'second'] });
    assert.deepEqual(column(report, 'first').distribution.categories, ['b']);
    assert.equal(column(report, 'second').missing.current, 0.2);
  });

  it('says what is wrong with data that is not there or not readable, and names it', async () => {
    const reference = at('reference.csv');
    const against = (name: string) => fails({ reference, current: at(name) });
    await mkdir(path.join(folder, 'empty folder'));
    await writeFile(path.join(folder, 'empty.csv'), '');
    await writeFile(path.join(folder, 'header.csv'), 'amount,country\n');
    await writeFile(path.join(folder, 'empty.jsonl'), '');
    await writeFile(path.join(folder, 'broken.parquet'), 'PAR1 this is none');
    await writeFile(path.join(folder, 'binary.csv'), Buffer.from([0, 255, 254, 10, 7, 200]));
    await writeFile(path.join(folder, 'notes.txt'), 'amount\n1\n');
    await put('other.csv', { nothing: [1, 2, 3] });
    const expected: [string, string][] = [
      ['none.parquet', 'not-found'],
      ['none/*.parquet', 'not-found'],
      ['empty folder', 'not-found'],
      ['empty.csv', 'not-found'],
      ['header.csv', 'not-found'],
      ['empty.jsonl', 'not-found'],
      ['broken.parquet', 'corrupt'],
      ['binary.csv', 'corrupt'],
      ['notes.txt', 'unsupported'],
      ['https://example.com/data.parquet', 'unsupported'],
      ['other.csv', 'invalid'],
    ];
    for (const [name, code] of expected) {
      const data = await against(name);
      assert.equal(data.code, code, `${name}: ${data.message}`);
      assert.ok(data.message.includes(name), data.message);
      assert.equal(data.subject, name);
    }
    assert.equal((await fails({ reference, current: reference, method: 'magic' })).code, 'invalid');
    assert.equal((await fails({ reference, current: reference, share: 2 })).code, 'invalid');
    assert.equal((await fails({ reference, current: reference, threshold: Number.NaN })).code, 'invalid');
  });

  it('gives several computations at once what each gets alone', async () => {
    const alone = await drift('reference.csv', 'current.jsonl');
    const together = await Promise.all([1, 2, 3, 4].map(() => drift('reference.csv', 'current.jsonl')));
    for (const report of together) assert.deepEqual(facts(report), facts(alone));
  });
});
