import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { curveOf, pointsOf } from '../../../webviews/experiments/series';
import { decimate, lowerBound, nearest } from '../../../webviews/ui/decimation';
import { rgba } from '../../../webviews/ui/colours';
import { neighbour, notAboveZero, readingsAt, summary, type Line } from '../../../webviews/ui/line-data';
import { assignSlots, palette, styleOf, type ThemeKind } from '../../../webviews/ui/palette';
import { smooth } from '../../../webviews/ui/smoothing';

const doubles = (values: number[]): Float64Array => Float64Array.from(values);

describe('decimation', () => {
  const curves = fc
    .array(
      fc.oneof(
        { weight: 9, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
        { weight: 1, arbitrary: fc.constant(NaN) },
      ),
      {
        minLength: 1,
        maxLength: 3000,
      },
    )
    .map((y) => ({ x: doubles(y.map((_, i) => i * 2)), y: doubles(y) }));

  it('keeps every spike, moves no value, and gives a bounded number of points in order', () => {
    fc.assert(
      fc.property(curves, fc.integer({ min: 1, max: 50 }), (points, buckets) => {
        const thin = decimate(points, -Infinity, Infinity, buckets);
        assert.ok(thin.x.length <= Math.max(buckets * 5, 1));
        const at = new Map(Array.from(points.x, (x, i) => [x, points.y[i]]));
        thin.x.forEach((x, i) => {
          assert.ok(i === 0 || x > (thin.x[i - 1] ?? NaN));
          assert.ok(Object.is(at.get(x), thin.y[i]), 'a point of the curve itself');
        });
        const ends = (y: Float64Array): number[] => {
          const finite = [...y].filter(Number.isFinite);
          return [Math.min(...finite), Math.max(...finite)];
        };
        assert.deepEqual(ends(thin.y), ends(points.y));
        assert.equal(thin.y.some(Number.isNaN), points.y.some(Number.isNaN), 'gaps stay gaps');
        assert.equal(thin.x[0], points.x[0]);
        assert.equal(thin.x.at(-1), points.x.at(-1));
      }),
    );
  });

  it('takes one point beyond each end of the range, so that lines run to the edges', () => {
    const points = { x: doubles([0, 1, 2, 3, 4, 5]), y: doubles([0, 10, 20, 30, 40, 50]) };
    assert.deepEqual([...decimate(points, 1.5, 3, 100).x], [1, 2, 3, 4]);
    assert.deepEqual([...decimate(points, 7, 9, 100).x], [5]);
    assert.deepEqual([...decimate({ x: doubles([]), y: doubles([]) }, 0, 1, 10).x], []);
  });

  it('finds places by bisection as a scan would', () => {
    const sorted = fc
      .array(fc.integer({ min: -50, max: 50 }), { maxLength: 40 })
      .map((xs) => doubles(xs.sort((a, b) => a - b)));
    fc.assert(
      fc.property(sorted, fc.double({ min: -60, max: 60, noNaN: true }), (x, value) => {
        const scan = x.findIndex((entry) => entry >= value);
        assert.equal(lowerBound(x, value), scan < 0 ? x.length : scan);
        const index = nearest(x, value);
        if (x.length === 0) assert.equal(index, -1);
        else
          assert.equal(
            Math.abs((x[index] ?? NaN) - value),
            Math.min(...[...x].map((entry) => Math.abs(entry - value))),
          );
      }),
    );
  });
});

describe('smoothing', () => {
  it('is the exponential moving average, corrected at the start', () => {
    const smoothed = smooth(doubles([1, 2, 3]), 0.5);
    // s1 = .5 / (1 - .5); s2 = (.5 * .5 + .5 * 2) / (1 - .25); s3 = (.5 * 1.25 + .5 * 3) / (1 - .125)
    assert.deepEqual([...smoothed], [1, 1.25 / 0.75, 2.125 / 0.875]);
  });

  it('leaves constants, passes over gaps, and stays between the extremes', () => {
    const values = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), {
      minLength: 1,
      maxLength: 100,
    });
    fc.assert(
      fc.property(values, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (list, weight) => {
        const [low, high] = [Math.min(...list), Math.max(...list)];
        for (const value of smooth(doubles(list), weight))
          assert.ok(value >= low - 1e-6 && value <= high + 1e-6);
      }),
    );
    assert.deepEqual(
      [...smooth(doubles([4, NaN, 4]), 0.9)].map((value) => Number(value.toFixed(9))),
      [4, NaN, 4],
    );
    const same = doubles([1, 5]);
    assert.equal(smooth(same, 0), same);
  });
});

describe('curves', () => {
  const curve = curveOf({
    runId: 'r',
    key: 'auc',
    steps: [1, 2, 3],
    timestamps: [2000, 1000, 3000],
    values: [0.5, 'NaN', '-Infinity'],
  });

  it('come from messages with NaN and infinities, over any axis in its order', () => {
    assert.deepEqual([...curve.values], [0.5, NaN, -Infinity]);
    assert.deepEqual([...pointsOf(curve, 'step', 0).x], [1, 2, 3]);
    assert.deepEqual([...pointsOf(curve, 'time', 0).x], [1000, 2000, 3000]);
    assert.deepEqual([...pointsOf(curve, 'time', 0).y], [NaN, 0.5, -Infinity]);
    assert.deepEqual([...pointsOf(curve, 'relative', 500).x], [500, 1500, 2500]);
    assert.deepEqual(
      [...pointsOf(curve, 'relative', 9999).x],
      [0, 1000, 2000],
      'a wrong start moves to the first point',
    );
  });

  it('are read at a place, walked point by point, and told in words', () => {
    const line = (id: string, x: number[], y: number[]): Line => ({
      id,
      label: id,
      style: styleOf(0, 'dark'),
      points: { x: doubles(x), y: doubles(y) },
    });
    const lines = [line('a', [0, 10, 20], [1, 2, 3]), line('b', [0, 15], [5, -6])];
    assert.deepEqual(
      readingsAt(lines, 14).map(({ id, x, value }) => [id, x, value]),
      [
        ['a', 10, 2],
        ['b', 15, -6],
      ],
    );
    assert.deepEqual(
      readingsAt(lines, 19).map(({ id }) => id),
      ['a'],
      'b has ended',
    );
    assert.equal(neighbour(lines, 10, 1), 15);
    assert.equal(neighbour(lines, 15, -1), 10);
    assert.equal(neighbour(lines, 20, 1), 20);
    assert.equal(notAboveZero(lines), 1);
    assert.equal(
      summary('auc', lines, [{ value: 0.3, label: 'threshold 30 %' }], []),
      'Line chart of auc. a: 1 to 3, last 3; b: −6 to 5, last −6; threshold 30 %.',
    );
  });
});

describe('colours of runs', () => {
  it('stay with a run for as long as it is selected, and are all different', () => {
    const ids = fc.uniqueArray(fc.integer({ min: 0, max: 40 }).map(String), { maxLength: 20 });
    fc.assert(
      fc.property(fc.array(ids, { minLength: 1, maxLength: 6 }), (selections) => {
        let slots: Record<string, number> = {};
        for (const selected of selections) {
          const next = assignSlots(slots, selected);
          assert.deepEqual(Object.keys(next).sort(), [...selected].sort());
          assert.equal(new Set(Object.values(next)).size, selected.length);
          for (const id of selected) if (slots[id] !== undefined) assert.equal(next[id], slots[id]);
          slots = next;
        }
      }),
    );
    assert.deepEqual(assignSlots({ a: 0, b: 1 }, ['b', 'c']), { b: 1, c: 0 });
  });

  const backgrounds: Record<ThemeKind, string> = {
    dark: '#1F1F1F',
    light: '#FFFFFF',
    'high-contrast': '#000000',
    'high-contrast-light': '#FFFFFF',
  };
  const linear = (colour: string): number[] =>
    (rgba(colour) ?? []).slice(0, 3).map((part) => {
      const c = part / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
  const luminance = (colour: string): number => {
    const [r = 0, g = 0, b = 0] = linear(colour);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  /** OKLab, of linear light. */
  const lab = ([r = 0, g = 0, b = 0]: number[]): number[] => {
    const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    return [
      0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
      1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
      0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
    ];
  };
  /** Machado, Oliveira and Fernandes 2009, full severity, on linear light. */
  const visions: Record<string, number[][]> = {
    full: [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
    protan: [
      [0.152286, 1.052583, -0.204868],
      [0.114503, 0.786281, 0.099216],
      [-0.003882, -0.048116, 1.051998],
    ],
    deutan: [
      [0.367322, 0.860646, -0.227968],
      [0.280085, 0.672501, 0.047413],
      [-0.01182, 0.04294, 0.968881],
    ],
  };
  const seen = (colour: string, vision: number[][]): number[] => {
    const light = linear(colour);
    return lab(
      vision.map((row) =>
        Math.max(
          0,
          row.reduce((sum, factor, i) => sum + factor * (light[i] ?? 0), 0),
        ),
      ),
    );
  };

  for (const theme of Object.keys(backgrounds) as ThemeKind[]) {
    it(`stand out from the background and from one another in ${theme}, also for the colour-blind`, () => {
      for (const colour of palette(theme)) {
        const [a, b] = [luminance(colour), luminance(backgrounds[theme])];
        const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        assert.ok(contrast >= 3, `${colour} has contrast ${contrast}`);
      }
      for (const [name, vision] of Object.entries(visions)) {
        palette(theme).forEach((first, i) => {
          palette(theme)
            .slice(i + 1)
            .forEach((second) => {
              const [p, q] = [seen(first, vision), seen(second, vision)];
              const distance = Math.hypot(...p.map((part, k) => part - (q[k] ?? 0)));
              assert.ok(
                distance > 0.09,
                `${first} and ${second} are ${distance.toFixed(3)} apart for ${name}`,
              );
            });
        });
      }
    });
  }
});
