import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { delta, deltaText, lowerIsBetter } from '../../../webviews/ui/deltas';
import { glyphs } from '../../../webviews/ui/glyphs';
import { columnFormat, formatBytes, formatNumber, formatPercent, plural } from '../../../webviews/ui/numbers';
import { formatAbsolute, formatDuration, formatRelative } from '../../../webviews/ui/times';
import { clockTick, durationTick, timeTicks } from '../../../webviews/ui/time-ticks';

const column = (...values: number[]): string[] => values.map(columnFormat(values));

describe('numbers on the pages', () => {
  it('have as many digits as tell them apart, the same in a column', () => {
    assert.deepEqual(column(0.9412, 0.9381), ['0.941', '0.938']);
    assert.deepEqual(column(0.94121, 0.94118), ['0.94121', '0.94118']);
    assert.deepEqual(column(0.5, 0.25), ['0.50', '0.25']);
    assert.deepEqual(column(6.1, 5.8), ['6.1', '5.8']);
    assert.deepEqual(column(120, 1284), ['120', '1,284']);
    assert.deepEqual(column(-0.5, NaN, Infinity), ['−0.5', 'NaN', '∞']);
    assert.deepEqual(column(3e-7, 0.4), ['3.00e-7', '4.00e-1']);
    assert.deepEqual(column(1.23e9, 4.56e9, 0.5), ['1.23e9', '4.56e9', '5.00e-1']);
    assert.deepEqual(column(), []);
  });

  it('keep different values different up to six digits, and are never longer', () => {
    const value = fc.double({ min: 0.001, max: 9999, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 30 }), (values) => {
        const format = columnFormat(values);
        const largest = Math.max(...values);
        const digits = format(largest).replaceAll(/[^\d]/g, '').replace(/^0+/, '');
        assert.ok(digits.length <= 6, `${format(largest)} is too long`);
        const decimals = format(largest).split('.')[1]?.length ?? 0;
        // Every value is right to the digits shown.
        for (const entry of values)
          assert.ok(
            Math.abs(Number(format(entry).replaceAll(',', '')) - entry) <= 0.5000001 * 10 ** -decimals + 1e-9,
          );
        const unit = 10 ** (Math.floor(Math.log10(largest)) + 1 - 6);
        const sorted = [...values].sort((a, b) => a - b);
        sorted.forEach((entry, i) => {
          const before = sorted[i - 1];
          if (before !== undefined && entry - before > 1.001 * unit)
            assert.notEqual(format(entry), format(before));
        });
      }),
    );
  });

  it('by themselves show at most six digits and no trailing zeros', () => {
    assert.equal(formatNumber(0.1), '0.1');
    assert.equal(formatNumber(1 / 3), '0.333333');
    assert.equal(formatNumber(1234567.89), '1,234,570');
    assert.equal(formatNumber(-0.0000123456789), '−1.23457e-5');
    assert.equal(formatNumber(1e21), '1e21');
    assert.equal(formatPercent(0.5), '50\u00a0%');
    assert.equal(formatPercent(0.0312), '3.1\u00a0%');
    assert.equal(formatBytes(4_210_000), '4.2 MB');
    assert.equal(formatBytes(999_960), '1.0 MB');
    assert.equal(plural(1, 'run'), '1 run');
    assert.equal(plural(1284, 'run'), '1,284 runs');
  });
});

describe('times on the pages', () => {
  it('are durations with at most two units', () => {
    const second = 1000;
    assert.deepEqual(
      [200, 9949, 9950, 59_499, 59_500, 185 * second, 3599.6 * second, 3840 * second, 51 * 3600 * second].map(
        formatDuration,
      ),
      ['0.2 s', '9.9 s', '10 s', '59 s', '1 min 00 s', '3 min 05 s', '1 h 00 min', '1 h 04 min', '2 d 3 h'],
    );
    assert.equal(formatDuration(-1), '');
  });

  it('are relative with the date once they are a month old', () => {
    const now = new Date(2026, 9, 31, 12).getTime();
    const ago = (minutes: number): string => formatRelative(now - minutes * 60_000, now);
    assert.deepEqual([0.5, 40, 185, 60 * 24 * 5].map(ago), ['now', '40 min ago', '3 h ago', '5 d ago']);
    assert.equal(ago(-90), 'in 1 h');
    assert.equal(ago(60 * 24 * 60), '2026-09-01');
    assert.match(formatAbsolute(now), /^2026-10-31 12:00:00 UTC([+-]\d\d:\d\d)?$/);
  });

  it('have ticks at round places', () => {
    const minute = 60_000;
    assert.deepEqual(
      timeTicks(30_000, 5 * minute, 6),
      [1, 2, 3, 4, 5].map((n) => n * minute),
    );
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 1e11, noNaN: true }),
        fc.integer({ min: 2, max: 12 }),
        (range, most) => {
          const ticks = timeTicks(1e12, 1e12 + range, most);
          assert.ok(ticks.length <= most + 1);
          assert.ok(ticks.every((tick) => tick >= 1e12 && tick <= 1e12 + range));
        },
      ),
    );
    assert.equal(durationTick(90_000, 10 * minute), '1:30 min');
    const day = 24 * 60 * minute;
    assert.equal(clockTick(new Date(2026, 9, 3, 0, 0).getTime(), day), '10-03');
    assert.equal(clockTick(new Date(2026, 9, 3, 9, 5).getTime(), day), '09:05');
  });
});

describe('differences from a baseline', () => {
  it('know which metrics are better when they are lower', () => {
    for (const name of [
      'log_loss',
      'val/loss',
      'trainLoss',
      'mean_absolute_error',
      'RMSE',
      'latency_p95_ms',
      'logloss',
      'fit_time',
      'false_positive_rate',
    ])
      assert.equal(lowerIsBetter(name), true, name);
    for (const name of [
      'auc',
      'accuracy',
      'r2_score',
      'f1',
      'throughput',
      'precision_at_capacity',
      'glossary_hits',
    ])
      assert.equal(lowerIsBetter(name), false, name);
  });

  it('say better or worse in words, never by the sign', () => {
    assert.deepEqual(delta('log_loss', 0.171, 0.19), {
      verdict: 'better',
      difference: -0.019,
      symbol: '▲',
      words: '0.019 better than the baseline',
    });
    assert.equal(delta('auc', 0.9, 0.95)?.symbol, '▼');
    assert.equal(delta('auc', 0.9, 0.9)?.words, 'the same as the baseline');
    assert.equal(delta('auc', NaN, 0.9), undefined);
    assert.equal(delta('auc', undefined, 0.9), undefined);
    assert.equal(deltaText(-0.00027, columnFormat([0.168, 0.169])), '0.00027');
  });
});

describe('icons', () => {
  it('are the code points of the installed codicons', () => {
    const css = readFileSync(
      path.join(process.cwd(), 'node_modules/@vscode/codicons/dist/codicon.css'),
      'utf8',
    );
    for (const [name, point] of Object.entries(glyphs))
      assert.ok(css.includes(`.codicon-${name}:before { content: "\\${point.toString(16)}" }`), name);
  });
});
