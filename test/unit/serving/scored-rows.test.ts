import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { scoredRows } from '../../../engine/deployment/serving/scored-rows';
import { trafficSplit, type SplitMember } from '../../../engine/deployment/serving/traffic-split';

const text = (value: unknown): string => JSON.stringify(value);

describe('scoredRows', () => {
  it('understands the bodies that MLflow, KServe and plain servers take', () => {
    const rows = [
      { a: 1, b: 'x' },
      { a: 2, b: 'y' },
    ];
    const expected = [
      { a: 1, b: 'x', prediction: 0.1 },
      { a: 2, b: 'y', prediction: 0.9 },
    ];
    const bodies: unknown[] = [
      { dataframe_records: rows },
      { instances: rows },
      { inputs: rows },
      { inputs: { a: [1, 2], b: ['x', 'y'] } },
      {
        dataframe_split: {
          columns: ['a', 'b'],
          data: [
            [1, 'x'],
            [2, 'y'],
          ],
        },
      },
      rows,
    ];
    for (const body of bodies) {
      assert.deepEqual(scoredRows(text(body), text({ predictions: [0.1, 0.9] })), expected);
      assert.deepEqual(scoredRows(text(body), text([0.1, 0.9])), expected);
    }
    assert.deepEqual(
      scoredRows(text({ a: 1 }), text({ score: 0.7, prediction: 'fraud', prediction_v: [1, 2] })),
      [{ a: 1, prediction_score: 0.7, prediction: 'fraud', prediction_v: '[1,2]' }],
    );
    assert.deepEqual(
      scoredRows(text({ instances: [[1, 2], 3] }), text({ predictions: [[0.2, 0.8], null] })),
      [
        { instance: '[1,2]', prediction: '[0.2,0.8]' },
        { instance: 3, prediction: null },
      ],
    );
  });

  it('gives no prediction rather than a wrong one when the answer does not fit the rows', () => {
    const body = text({ dataframe_records: [{ a: 1 }, { a: 2 }] });
    for (const answer of ['', 'not json', '[1]', '[1,2,3]', '{"error":"x"}', '5', 'null', undefined])
      assert.deepEqual(scoredRows(body, answer), [{ a: 1 }, { a: 2 }]);
  });

  it("reads Python's NaN and Infinity as missing, outside of strings only", () => {
    const body =
      '{"dataframe_records": [{"a": NaN, "b": -Infinity, "c": "NaN \\"Infinity\\\\", "d": Infinity}]}';
    assert.deepEqual(scoredRows(body, '{"predictions": [NaN]}'), [
      { a: null, b: null, c: 'NaN "Infinity\\', d: null, prediction: null },
    ]);
    assert.deepEqual(scoredRows(`"${'\\"'.repeat(200_000)}NaN`, undefined), []);
  });

  it('takes any text and any JSON, and gives flat rows only', () => {
    const body = fc.oneof(
      fc.json(),
      fc.string(),
      fc.json().map((json) => `{"instances": ${json}}`),
    );
    fc.assert(
      fc.property(body, body, (request, response) => {
        for (const row of scoredRows(request, response))
          for (const value of Object.values(row)) assert(value === null || typeof value !== 'object');
      }),
    );
  });
});

describe('trafficSplit', () => {
  it('gives every member its share to within one request at any time, and nothing to those without', () => {
    const weights = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 400 }), (shares, requests) => {
        const members: SplitMember[] = shares.map((weight) => ({ weight, healthy: true }));
        const total = shares.reduce((sum, weight) => sum + weight, 0);
        const split = trafficSplit<SplitMember>();
        const got = new Map<SplitMember, number>(members.map((member) => [member, 0]));
        for (let turn = 1; turn <= requests; turn++) {
          const chosen = split.next(members);
          if (total === 0) assert.equal(chosen, undefined);
          else got.set(chosen!, got.get(chosen!)! + 1);
        }
        if (total > 0)
          for (const member of members) {
            const fair = (requests * member.weight) / total;
            assert(Math.abs(got.get(member)! - fair) <= members.length - 1 + 1e-9);
            if (member.weight === 0) assert.equal(got.get(member), 0);
          }
      }),
    );
  });

  it('passes over the unhealthy while a healthy one has a share, and over those that refused', () => {
    const split = trafficSplit<SplitMember & { name: string }>();
    const sick = { name: 'sick', weight: 90, healthy: false };
    const sound = { name: 'sound', weight: 10, healthy: true };
    for (let turn = 0; turn < 20; turn++) assert.equal(split.next([sick, sound]), sound);
    assert.equal(split.next([sick, sound], new Set([sound])), sick);
    assert.equal(split.next([sick, sound], new Set([sound, sick])), undefined);
    assert.equal(split.next([sick]), sick);
  });
});
