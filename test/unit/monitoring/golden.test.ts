import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, it } from 'mocha';
import { defaultMethod } from '../../../engine/monitoring/drift/default-method';
import { driftMethods, isDrifted, isDriftMethod } from '../../../engine/monitoring/drift/methods';
import type { ColumnSample } from '../../../engine/monitoring/drift/sample';

/** Numbers that Evidently 0.7.21 computed, see `note` in the file. */
interface GoldenCase {
  name: string;
  type: 'num' | 'cat';
  dtype: string;
  ref: (number | string)[];
  cur: (number | string)[];
  methods: Record<string, [score: number | null, drifted: boolean, threshold: number] | string>;
  default: [method: string, score: number, drifted: boolean];
}

function read(file: string): GoldenCase[] {
  const golden = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as { cases: GoldenCase[] };
  return golden.cases;
}

function sampleOf({ type, dtype, ref, cur }: GoldenCase): ColumnSample {
  if (type === 'num')
    return {
      kind: 'numeric',
      reference: Float64Array.from(ref as number[]).sort(),
      current: Float64Array.from(cur as number[]).sort(),
      storage: { integer: dtype === 'int64/int64', single: false },
    };
  const values = [...new Set([...ref, ...cur].map(String))].sort();
  const count = (side: (number | string)[]) =>
    values.map((value) => side.filter((v) => String(v) === value).length);
  return { kind: 'categorical', values, reference: count(ref), current: count(cur) };
}

/** Within 1e-6, absolute and, for the many p-values below it, also of the score itself unless Evidently's own rounding is coarser. */
function near(actual: number, expected: number, what: string): void {
  const difference = Math.abs(actual - expected);
  assert.ok(difference <= 1e-6 * Math.abs(expected) + 1e-15, `${what}: ${actual} is not ${expected}`);
}

function compare(cases: GoldenCase[]): number {
  let compared = 0;
  for (const golden of cases) {
    const sample = sampleOf(golden);
    for (const [name, expected] of Object.entries(golden.methods)) {
      if (!isDriftMethod(name) || typeof expected === 'string') continue;
      const [score, drifted, threshold] = expected;
      if (score === null) continue;
      const method = driftMethods[name];
      const actual = method.score(sample);
      near(actual, score, `${golden.name}, ${name}`);
      assert.equal(method.threshold, threshold, `${golden.name}, ${name}: threshold`);
      assert.equal(isDrifted(method, actual, threshold), drifted, `${golden.name}, ${name}: drifted`);
      compared++;
    }
    const [name, score, drifted] = golden.default;
    const method = defaultMethod(sample);
    assert.equal(method.name, name, `${golden.name}: default method`);
    const actual = method.score(sample);
    near(actual, score, `${golden.name}, by default`);
    assert.equal(isDrifted(method, actual, method.threshold), drifted, `${golden.name}: drifted by default`);
  }
  return compared;
}

describe('drift methods against the numbers of Evidently', () => {
  it('gives every score, threshold, verdict and default choice of the committed cases', () => {
    const cases = read('test/fixtures/drift/evidently-golden.json.gz');
    assert.equal(cases.length, 36);
    assert.ok(compare(cases) >= 36 * 6);
  });

  const whole = path.resolve('../shared/drift/evidently-golden.json.gz');
  (existsSync(whole) ? it : it.skip)('gives those of all cases, where the whole file is there', () => {
    assert.ok(compare(read(whole)) > 36 * 6);
  });
});
