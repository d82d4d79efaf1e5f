import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { RestError } from '../../../engine/tracking/endpoint/errors';
import { parseFilter, type Vocabulary } from '../../../engine/tracking/endpoint/filter';

const vocabulary: Vocabulary = {
  attributes: { status: 'text', start_time: 'number' },
  subjects: ['attribute', 'metric', 'param', 'tag'],
};

describe('search filters', () => {
  it('answer any text with a filter or INVALID_PARAMETER_VALUE', () => {
    const word = fc.constantFrom(
      'metrics.',
      'params.x',
      '`',
      '"',
      "'",
      ' AND ',
      ' = ',
      '5',
      '(',
      'LIKE',
      '%',
      '\n',
      'é',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word).map((words) => words.join('')),
        ),
        (text) => {
          try {
            parseFilter(text, vocabulary)(() => 'x');
          } catch (error) {
            assert.ok(error instanceof RestError && error.code === 'INVALID_PARAMETER_VALUE', String(error));
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('compare numbers as numbers do', () => {
    const operators = {
      '=': (a: number, b: number) => a === b,
      '!=': (a: number, b: number) => a !== b,
      '>': (a: number, b: number) => a > b,
      '>=': (a: number, b: number) => a >= b,
      '<': (a: number, b: number) => a < b,
      '<=': (a: number, b: number) => a <= b,
    };
    const number = fc.oneof(
      fc.integer({ min: -3, max: 3 }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(operators)), number, number, (operator, a, b) => {
        const matches = parseFilter(`metrics.m ${operator} ${b}`, vocabulary);
        const expected = operators[operator as keyof typeof operators](a, Number(String(b)));
        assert.equal(
          matches(() => a),
          expected,
        );
        assert.equal(
          matches(() => undefined),
          false,
        );
      }),
    );
  });

  it('LIKE agrees with a regular expression, and is quick on hostile patterns', () => {
    const letters = fc
      .array(fc.constantFrom('a', 'b', '%', '_', '.', 'é', '😀'), { maxLength: 8 })
      .map((all) => all.join(''));
    fc.assert(
      fc.property(letters, letters, (text, like) => {
        const source = [...like].map((letter) =>
          letter === '%' ? '[^]*' : letter === '_' ? '[^]' : letter === '.' ? '\\.' : letter,
        );
        const matches = parseFilter(`params.p LIKE '${like}'`, vocabulary);
        assert.equal(
          matches(() => text),
          new RegExp(`^${source.join('')}$`, 'u').test(text),
        );
      }),
      { numRuns: 500 },
    );
    const hostile = parseFilter(`params.p LIKE '${'%a'.repeat(50)}b'`, vocabulary);
    assert.equal(
      hostile(() => 'a'.repeat(5000)),
      false,
    );
  });
});
