import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { openLocalStore } from '../../../engine/backends/local/store';
import {
  FilterError,
  filterTest,
  formatFilter,
  orderComparison,
  parseFilter,
  parseOrder,
  readRunField,
  splitForMlflow,
  type Comparison,
  type FieldValue,
} from '../../../engine/tracking/filter';
import type { Run } from '../../../engine/tracking/types';
import { filterText, orderText, runContent, testNow, type RunContent } from './filters';
import { temporaryFolder } from './folder';

const passes = (text: string, value: FieldValue) => filterTest(parseFilter(text), () => value)(undefined);

function refusal(text: string, dialect: 'mlflow' | 'galley' = 'galley'): FilterError {
  try {
    parseFilter(text, { dialect });
  } catch (error) {
    if (error instanceof FilterError) return error;
    throw error;
  }
  throw new Error(`${text} was read`);
}

describe('run filters', function () {
  this.timeout(60_000);

  it('read any text or say where it is wrong', () => {
    const word = fc.constantFrom(
      'metrics.',
      'params.x',
      '`',
      '"',
      "'",
      ' AND ',
      ' NOT ',
      ' = ',
      '5',
      '(',
      ')',
      ' IN ',
      'LIKE',
      '~',
      '%',
      '\n',
      'é',
      '-7d',
      'start_time',
      '2026-',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(word).map((words) => words.join('')),
    );
    fc.assert(
      fc.property(text, fc.constantFrom('mlflow' as const, 'galley' as const), (filter, dialect) => {
        try {
          filterTest(parseFilter(filter, { dialect }), () => 'x')(undefined);
        } catch (error) {
          assert.ok(error instanceof FilterError, String(error));
          const { from, to } = error.span;
          assert.ok(from >= 0 && from <= to && to <= filter.length, `${from} to ${to} of ${filter.length}`);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('mark the mistake', () => {
    const marked = (text: string) => {
      const { span, expected } = refusal(text);
      return [text.slice(span.from, span.to), expected];
    };
    assert.deepEqual(marked('metrics.auc > 0.9 AND metrics.loss < high'), ['high', 'value']);
    assert.deepEqual(marked('auc > 0.9'), ['auc', 'field']);
    assert.deepEqual(marked('metrics.auc >> 0.9'), ['>>', 'operator']);
    assert.deepEqual(marked('metrics.auc > 0.9 metrics.loss < 1'), ['metrics.loss', 'joint']);
    assert.deepEqual(marked('(metrics.auc > 0.9'), ['(', 'joint']);
    assert.deepEqual(marked("params.model ~ '('"), ["'('", 'value']);
    assert.deepEqual(marked("start_time > '2026-02-30'"), ["'2026-02-30'", 'value']);
    assert.deepEqual(marked('duration > 90'), ['90', 'value']);
    assert.deepEqual(marked('metrics.auc >'), ['', 'value']);
    assert.match(refusal('auc > 0.9').message, /metrics\.auc/);
    assert.match(refusal(`${'('.repeat(60)}a${')'.repeat(60)}`).message, /nested too deeply/);
    assert.match(refusal(Array(201).fill('a').join(' AND ')).message, /more than 200/);
  });

  it('say in MLflow’s words what MLflow refuses', () => {
    const words: [string, RegExp][] = [
      ["metrics.a = '1'", /^Expected numeric value type for metric/],
      ['params.a = 1', /^Expected a quoted string value for parameter/],
      ['tags.a = x', /^Expected a quoted string value for tag/],
      ['metric.a LIKE 5', /^Invalid comparator 'LIKE' not one of/],
      ["params.a > '5'", /^Invalid comparator '>' not one of/],
      ['attribute.nope = 1', /^Invalid attribute key 'nope' specified\. Valid keys are/],
      ["status IN ('FINISHED')", /^Only \['run_id'\] attributes support comparison with a list/],
      ['run_id IN ()', /expected a non-empty list of string values/],
      ["dataset.source = 'x'", /^Invalid dataset key 'source' specified/],
      ['model.a = 1', /^Invalid entity type 'model'\. Valid values are/],
      ['Metrics.a = 1', /^Invalid entity type 'Metrics'/],
      ['metrics.a = 1 OR metrics.b = 1', /^Invalid clause\(s\) in filter string/],
      ['(metrics.a = 1)', /^Invalid clause\(s\) in filter string/],
      ['metrics.a', /^Invalid clause\(s\) in filter string/],
      ['metrics.a IS NULL', /^IS NULL \/ IS NOT NULL is only supported for tags and params/],
    ];
    for (const [text, message] of words) assert.match(refusal(text, 'mlflow').message, message, text);
    assert.throws(
      () => parseOrder(['metrics.a sideways'], { dialect: 'mlflow' }),
      /Invalid ordering key in order_by clause/,
    );
    assert.throws(() => parseOrder(['datasets.name'], { dialect: 'mlflow' }), /Invalid order_by clause/);
    assert.throws(
      () => parseOrder(['metrics.a', 'metrics.a DESC'], { dialect: 'mlflow' }),
      /duplicate fields/,
    );
  });

  it('bind NOT before AND before OR', () => {
    const shape = (text: string) => formatFilter(parseFilter(text));
    assert.equal(
      shape('metrics.a = 1 OR metrics.b = 2 AND NOT metrics.c = 3'),
      shape('metrics.a = 1 OR (metrics.b = 2 AND (NOT metrics.c = 3))'),
    );
    assert.notEqual(
      shape('(metrics.a = 1 OR metrics.b = 2) AND metrics.c = 3'),
      shape('metrics.a = 1 OR metrics.b = 2 AND metrics.c = 3'),
    );
  });

  it('compare numbers as numbers do, also those that params are', () => {
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
    const name = fc.constantFrom(...Object.keys(operators)) as fc.Arbitrary<keyof typeof operators>;
    fc.assert(
      fc.property(name, number, number, (operator, a, b) => {
        assert.equal(passes(`metrics.m ${operator} ${b}`, a), operators[operator](a, b));
        assert.equal(passes(`params.p ${operator} ${b}`, String(a)), operators[operator](a, b));
        assert.equal(passes(`metrics.m ${operator} ${b}`, undefined), false);
        assert.equal(passes(`metrics.m ${operator} ${b}`, Number.NaN), operator === '!=');
      }),
    );
    assert.equal(passes('params.p < 5', 'small'), false);
    assert.equal(passes('params.p != 5', 'small'), true);
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
        assert.equal(
          passes(`params.p LIKE '${like}'`, text),
          new RegExp(`^${source.join('')}$`, 'u').test(text),
        );
      }),
      { numRuns: 500 },
    );
    assert.equal(passes(`params.p LIKE '${'%a'.repeat(50)}b'`, 'a'.repeat(5000)), false);
  });

  it('understand dates and durations', () => {
    const value = (text: string) => (parseFilter(text, { now: testNow }) as Comparison).value;
    const [may1, may2] = [new Date(2026, 4, 1).getTime(), new Date(2026, 4, 2).getTime()];
    assert.deepEqual(value('start_time = 2026-05-01'), { from: may1, until: may2 });
    assert.deepEqual(value("started > '2026-05-01 10:30'"), {
      from: may1 + 37_800_000,
      until: may1 + 37_860_000,
    });
    assert.deepEqual(value('started > 2026-05-01T10:30:00.5+02:00'), {
      from: Date.UTC(2026, 4, 1, 8, 30, 0, 500),
      until: Date.UTC(2026, 4, 1, 8, 30, 0, 501),
    });
    assert.deepEqual(value('start_time = 2026-05'), { from: may1, until: new Date(2026, 5, 1).getTime() });
    for (const text of ['-36h', 'now - 1.5d', '36 h ago', 'now-1d12h'])
      assert.deepEqual(
        value(`started > ${text}`),
        { from: testNow - 129_600_000, until: testNow - 129_599_999 },
        text,
      );
    assert.equal(value('start_time > 1777600000000'), 1_777_600_000_000);
    assert.equal(value('duration > 2h30m'), 9_000_000);
    assert.equal(value('duration <= 500 ms'), 500);
    const started = (text: string, at: number) => filterTest(parseFilter(text), () => at)(undefined);
    const edges: [string, boolean[]][] = [
      ['= 2026-05-01', [false, true, true, false]],
      ['!= 2026-05-01', [true, false, false, true]],
      ['> 2026-05-01', [false, false, false, true]],
      ['>= 2026-05-01', [false, true, true, true]],
      ['< 2026-05-01', [true, false, false, false]],
      ['<= 2026-05-01', [true, true, true, false]],
    ];
    for (const [text, expected] of edges)
      assert.deepEqual(
        [may1 - 1, may1, may2 - 1, may2].map((at) => started(`started ${text}`, at)),
        expected,
        text,
      );
  });

  it('give an MLflow server what it can do, and keep the rest', () => {
    const split = (text: string) => {
      const { mlflow, rest } = splitForMlflow(parseFilter(text));
      return [mlflow, formatFilter(rest)];
    };
    assert.deepEqual(split('metrics.auc > 0.9 AND name = otter AND params.trees = 100'), [
      "metrics.auc > 0.9 AND run_name = 'otter'",
      'params.trees = 100',
    ]);
    assert.deepEqual(split("tags.`a b` like 'x%' and not (metrics.a = 1)"), [
      "tags.`a b` LIKE 'x%'",
      'NOT metrics.a = 1',
    ]);
    assert.deepEqual(split('metrics.a = 1 or metrics.b = 1'), ['', 'metrics.a = 1 OR metrics.b = 1']);
    assert.deepEqual(split(`params.a = 'it''s' AND params.b = 'it''s "so"'`), [
      `params.a = "it's"`,
      `params.b = 'it''s "so"'`,
    ]);
    assert.deepEqual(split('note = good'), ["tags.mlflow.note.content = 'good'", '']);
  });

  it('find the same runs as SQL, as a predicate, and written anew', async () => {
    const { folder, remove } = await temporaryFolder();
    const store = openLocalStore(folder);
    try {
      const experimentId = (await store.tracking.createExperiment('all')).id;
      for (const content of fc.sample(runContent, { numRuns: 60, seed: 7 }))
        await make(content, experimentId);
      const { runs: all } = await store.tracking.runs({
        experimentIds: [experimentId],
        includeDeleted: true,
      });
      assert.equal(all.length, 60);
      let found = 0;
      await fc.assert(
        fc.asyncProperty(filterText, orderText, async (text, order) => {
          const filter = parseFilter(text, { now: testNow });
          const clauses = parseOrder(order);
          const test = filterTest(filter, readRunField);
          const compare = orderComparison(
            [...clauses, ...parseOrder(['start_time DESC', 'run_id'])],
            readRunField,
          );
          const expected = all.filter(test).sort(compare);
          const answer = await store.tracking.runs({
            experimentIds: [experimentId],
            includeDeleted: true,
            order: clauses,
            limit: 10,
            offset: 2,
            ...(filter === undefined ? {} : { filter }),
          });
          const ids = (runs: Run[]) => runs.map(({ id }) => id);
          assert.equal(answer.total, expected.length);
          assert.deepEqual(ids(answer.runs), ids(expected.slice(2, 12)));
          const again = parseFilter(formatFilter(filter), { now: testNow });
          assert.deepEqual(ids(all.filter(filterTest(again, readRunField)).sort(compare)), ids(expected));
          found += expected.length;
        }),
        { numRuns: 600 },
      );
      assert.ok(found > 1000, `only ${found} found: the filters say nothing`);
    } finally {
      await store.close();
      await remove();
    }

    async function make(content: RunContent, experimentId: string): Promise<void> {
      const { tracking } = store;
      const { id } = await tracking.createRun({
        experimentId,
        name: content.name,
        startedAt: content.startedAt,
        tags: {},
      });
      const metrics = Object.entries(content.values).map(([key, value]) => ({
        key,
        value,
        step: 0,
        timestamp: 1,
      }));
      await tracking.log(id, { metrics, params: content.params, tags: content.tags });
      await tracking.logDatasets(id, content.datasets);
      if (content.endedAt !== undefined)
        await tracking.updateRun(id, { status: 'FINISHED', endedAt: content.endedAt });
      if (content.deleted) await tracking.deleteRun(id);
    }
  });
});
