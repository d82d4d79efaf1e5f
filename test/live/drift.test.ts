import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { after, before, describe, it } from 'mocha';
import { computeDrift } from '../../engine/monitoring/drift/compute';
import type { ColumnDrift } from '../../engine/monitoring/types';
import { pythonWith } from './python';

/** Evidently 0.7.21 cannot be imported with pandas 3. */
const packages = ['evidently==0.7.21', 'pandas==2.3.3', 'pyarrow>=16,<30'];

type Score = [score: number, drifted: boolean, threshold: number];

interface Case {
  name: string;
  share: number;
  columns: Record<
    string,
    {
      kind: ColumnDrift['kind'];
      default: [method: string, score: number, threshold: number];
      methods: Record<string, Score>;
    }
  >;
}

function near(actual: number, expected: number, what: string): void {
  assert.ok(
    Math.abs(actual - expected) <= 1e-6 * Math.abs(expected) + 1e-14,
    `${what}: ${actual} is not ${expected}`,
  );
}

describe('drift beside the real Evidently, on data drawn anew each time', function () {
  this.timeout(900_000);
  const seed = Math.floor(Math.random() * 2 ** 31);
  let folder: string;
  let cases: Case[];

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'galley-evidently-'));
    const python = await pythonWith(packages);
    const { stdout } = await promisify(execFile)(
      python,
      [path.resolve('test/live/evidently_drift.py'), folder, String(seed)],
      { maxBuffer: 1 << 26, env: { ...process.env, DO_NOT_TRACK: '1' } },
    );
    cases = JSON.parse(stdout) as Case[];
    assert.equal(cases.length, 6);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const columnsOf = async (
    name: string,
    ending: string,
    options: { method?: string; columns?: string[] } = {},
  ) => {
    const at = (side: string) => ({ folder, path: `${name} ${side}.${ending}` });
    const report = await computeDrift({ reference: at('reference'), current: at('current'), ...options });
    return { report, columns: new Map(report.columns.map((column) => [column.column, column])) };
  };

  for (const ending of ['parquet', 'csv']) {
    it(`takes the same kinds, methods and thresholds, and gives the same scores (${ending})`, async () => {
      for (const { name, columns, share } of cases) {
        const { columns: ours } = await columnsOf(name, ending);
        for (const [column, { kind, default: expected }] of Object.entries(columns)) {
          // Single precision does not survive CSV.
          if (ending === 'csv' && column === 'single') continue;
          const what = `${name}, ${column}, seed ${seed}`;
          const found = ours.get(column);
          assert.deepEqual(
            [found?.kind, found?.method, found?.threshold],
            [kind, expected[0], expected[2]],
            what,
          );
          near(found?.score ?? Number.NaN, expected[1], what);
        }
        assert.equal((await columnsOf(name, ending, { columns: ['amount', 'words'] })).report.share, share);
      }
    });
  }

  it('gives the same scores and verdicts by every method that is asked for', async () => {
    const methods = new Set(
      cases.flatMap(({ columns }) => Object.values(columns).flatMap((c) => Object.keys(c.methods))),
    );
    assert.equal(methods.size, 9);
    let compared = 0;
    for (const { name, columns } of cases)
      for (const method of methods) {
        const { columns: ours } = await columnsOf(name, 'parquet', { method });
        for (const [column, { methods: scores }] of Object.entries(columns)) {
          const expected = scores[method];
          // Of a constant, Evidently's Z test and chi-square are not defined.
          if (expected === undefined || !Number.isFinite(expected[0])) continue;
          const what = `${name}, ${column}, ${method}, seed ${seed}`;
          const found = ours.get(column);
          assert.deepEqual([found?.method, found?.threshold], [method, expected[2]], what);
          near(found?.score ?? Number.NaN, expected[0], what);
          assert.equal(found?.drifted, expected[1], what);
          compared++;
        }
      }
    assert.ok(compared > 500, String(compared));
  });
});
