import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { defaultMethod } from '../../../engine/monitoring/drift/default-method';
import { distributionOf } from '../../../engine/monitoring/drift/distribution';
import {
  driftMethods,
  isDrifted,
  severityOf,
  type DriftMethod,
} from '../../../engine/monitoring/drift/methods';
import type { CategoricalSample, ColumnSample, NumericSample } from '../../../engine/monitoring/drift/sample';
import { kolmogorovTail } from '../../../engine/monitoring/drift/statistics/kolmogorov-distribution';
import { sortNumbers } from '../../../engine/monitoring/drift/statistics/sort';
import { normal } from './data';

const methods: DriftMethod[] = Object.values(driftMethods);
const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 });
const numbers = fc.array(finite, { minLength: 1, maxLength: 80 });

function numeric(reference: number[], current: number[]): NumericSample {
  return {
    kind: 'numeric',
    reference: Float64Array.from(reference).sort(),
    current: Float64Array.from(current).sort(),
    storage: { integer: false, single: false },
  };
}

const categorical: fc.Arbitrary<CategoricalSample> = fc
  .array(fc.tuple(fc.nat(50), fc.nat(50)), { minLength: 1, maxLength: 12 })
  .map((counts) => [...counts, [1, 1] as [number, number]])
  .map((counts) => ({
    kind: 'categorical',
    values: counts.map((_, i) => `v${String(i).padStart(2, '0')}`),
    // A value that neither side has is no value.
    reference: counts.map(([r, c]) => (r + c === 0 ? 1 : r)),
    current: counts.map(([, c]) => c),
  }));

const samples: fc.Arbitrary<ColumnSample> = fc.oneof(
  fc.tuple(numbers, numbers).map(([a, b]) => numeric(a, b)),
  categorical,
);

function applicable(sample: ColumnSample): DriftMethod[] {
  return methods.filter((method) => method.kinds.includes(sample.kind));
}

function near(a: number, b: number, what: string): void {
  assert.ok(Math.abs(a - b) <= 1e-7 * Math.max(1, Math.abs(a), Math.abs(b)), `${what}: ${a} and ${b}`);
}

describe('drift methods', () => {
  it('find no drift between a dataset and itself, and score it best', () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const sample = numeric(values, values);
        for (const method of [...applicable(sample), defaultMethod(sample)]) {
          const score = method.score(sample);
          near(score, method.scoreIs === 'distance' ? 0 : 1, method.name);
          assert.equal(isDrifted(method, score, method.threshold), false, method.name);
        }
      }),
    );
  });

  it('answer with a number in their range for any data', () => {
    fc.assert(
      fc.property(samples, (sample) => {
        for (const method of [...applicable(sample), defaultMethod(sample)]) {
          const score = method.score(sample);
          assert.ok(score >= 0, `${method.name}: ${score}`);
          if (method.scoreIs === 'p-value') assert.ok(score <= 1 + 1e-12, `${method.name}: ${score}`);
        }
      }),
    );
  });

  it('do not change when sides are swapped, where they are symmetric', () => {
    const symmetric = [driftMethods.ks, driftMethods.jensenshannon, driftMethods.ed, driftMethods.hellinger];
    // Many distinct values on both sides, so that both ways bins are used.
    const many = fc.uniqueArray(finite, { minLength: 25, maxLength: 60 });
    fc.assert(
      fc.property(many, many, (a, b) => {
        for (const method of symmetric)
          near(method.score(numeric(a, b)), method.score(numeric(b, a)), method.name);
      }),
    );
  });

  it('do not depend on the unit of the numbers', () => {
    const many = fc.uniqueArray(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 25, maxLength: 60 });
    fc.assert(
      // Powers of two scale without rounding, so that no value changes its bin.
      fc.property(many, many, fc.integer({ min: -6, max: 12 }), (a, b, power) => {
        const scaled = numeric(
          a.map((value) => value * 2 ** power),
          b.map((value) => value * 2 ** power),
        );
        for (const method of [driftMethods.wasserstein, driftMethods.ks, driftMethods.jensenshannon])
          near(method.score(numeric(a, b)), method.score(scaled), method.name);
      }),
    );
  });

  it('do not depend on the order of categories but for the Z test', () => {
    fc.assert(
      fc.property(categorical, (sample) => {
        const turned = {
          ...sample,
          values: sample.values.toReversed(),
          reference: sample.reference.toReversed(),
          current: sample.current.toReversed(),
        };
        for (const method of applicable(sample))
          if (method.name !== 'z') near(method.score(sample), method.score(turned), method.name);
      }),
    );
  });

  it('grow with the shift of the distribution', () => {
    const reference = normal(1, 2000);
    const scores = [0, 0.2, 0.5, 1, 2].map((shift) =>
      driftMethods.wasserstein.score(numeric(reference, normal(2, 2000, shift))),
    );
    assert.deepEqual(
      scores,
      scores.toSorted((a, b) => a - b),
    );
    assert.ok(Math.abs((scores[4] ?? 0) - 2) < 0.2, 'a shift of two standard deviations');
  });
});

describe('severity', () => {
  it('is 1 at the threshold and above 1 only for drift', () => {
    for (const method of methods)
      near(severityOf(method, method.threshold, method.threshold), 1, method.name);
    fc.assert(
      fc.property(
        fc.constantFrom(...methods),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (method, score) => {
          const severity = severityOf(method, score, method.threshold);
          assert.ok(Number.isFinite(severity) && severity >= 0);
          if (severity > 1 + 1e-9) assert.ok(isDrifted(method, score, method.threshold));
          if (severity < 1 - 1e-9) assert.ok(!isDrifted(method, score, method.threshold));
        },
      ),
    );
  });
});

describe('sorting of numbers', () => {
  it('orders any finite numbers as the built-in sort does', () => {
    const seeds = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), {
      minLength: 1,
      maxLength: 50,
    });
    fc.assert(
      fc.property(seeds, (values) => {
        // Long enough for the radix passes.
        const long = Float64Array.from(
          { length: 5000 },
          (_, i) => (values[i % values.length] ?? 0) * (1 + (i % 7)),
        );
        const finiteOnly = long.filter((value) => Number.isFinite(value));
        assert.deepEqual(sortNumbers(finiteOnly.slice()), finiteOnly.toSorted());
      }),
      { numRuns: 50 },
    );
  });
});

describe('the Kolmogorov-Smirnov law', () => {
  it('gives the values of SciPy 1.17 in every region of its formulas', () => {
    const expected: [n: number, d: number, p: number][] = [
      [20, 0.245967477524977, 0.14970343702858446],
      [140, 0.05916079783099617, 0.6886328804323907],
      [500, 0.0804984471899924, 0.00288829390856552],
      [50_000, 0.00223606797749979, 0.9634682227584876],
      [100_001, 0.0022135832887839, 0.7103590211498161],
      [500_000, 0.00353553390593274, 7.435542478749464e-6],
    ];
    for (const [n, d, p] of expected) near(kolmogorovTail(n, d) / p, 1, `${n}, ${d}`);
  });

  it('falls with the statistic', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.double({ min: 0.001, max: 0.9, noNaN: true }),
        (n, d) => {
          const p = kolmogorovTail(n, d);
          assert.ok(p >= 0 && p <= 1);
          assert.ok(kolmogorovTail(n, d + 0.05) <= p + 1e-9);
        },
      ),
    );
  });
});

describe('distributions for charts', () => {
  it('hold every row, in at most 20 bins or 16 categories', () => {
    fc.assert(
      fc.property(samples, (sample) => {
        const { edges, categories, reference, current } = distributionOf(sample);
        for (const side of [reference, current])
          near(
            side.reduce((sum, share) => sum + share, 0),
            1,
            'sum of shares',
          );
        assert.equal(reference.length, current.length);
        if (edges !== undefined) assert.ok(edges.length === reference.length + 1 && reference.length <= 20);
        else assert.ok(categories?.length === reference.length && reference.length <= 16);
      }),
    );
  });
});
