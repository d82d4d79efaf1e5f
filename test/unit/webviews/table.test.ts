import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { RunDetail } from '../../../engine/protocol';
import type { Run, RunStatus } from '../../../engine/tracking/types';
import {
  cellText,
  differingColumns,
  metricFormats,
  tableColumns,
} from '../../../webviews/experiments/columns';
import type { ExperimentsState } from '../../../webviews/experiments/contract';
import { parseFilter } from '../../../webviews/experiments/filter';
import { runsAsMarkdown } from '../../../webviews/experiments/markdown';
import { SeriesRequests } from '../../../webviews/experiments/series-requests';
import { sortRuns } from '../../../webviews/experiments/sorting';
import { tableViews } from '../../../webviews/experiments/table-view';
import { changed } from '../../../webviews/experiments/view-changes';
import { detailWithNumbers } from '../../../webviews/ui/non-finite';

interface Given {
  name?: string;
  status?: RunStatus;
  metrics?: Record<string, number>;
  params?: Record<string, string>;
  tags?: Record<string, string>;
  startedAt?: number;
}

const names = new Map([['1', 'card-fraud']]);

function run(id: string, given: Given = {}): RunDetail {
  const { name = id, status = 'FINISHED', metrics = {}, params = {}, tags = {}, startedAt = 1000 } = given;
  return {
    run: {
      id,
      experimentId: '1',
      name,
      status,
      startedAt,
      ...(status === 'FINISHED' ? { endedAt: startedAt + 61_000 } : {}),
      artifactUri: '',
      lifecycleStage: 'active',
      params,
      metrics: Object.fromEntries(
        Object.entries(metrics).map(([key, value]) => [key, { key, value, timestamp: 1, step: 7 }]),
      ),
      tags,
      datasets: [],
    },
    versions: [],
  };
}

describe('runs filter', () => {
  const one: Run = run('1', {
    name: 'Brave Otter-12',
    status: 'FAILED',
    metrics: { auc: 0.941, 'val/loss': 0.2, broken: NaN },
    params: { trees: '100', kind: 'gbdt', 'learning rate': '0.05' },
    tags: { owner: 'li' },
  }).run;
  const holds = (text: string): boolean => {
    const filter = parseFilter(text);
    assert.ok(filter.ok, `${text}: ${filter.ok ? '' : filter.message}`);
    return filter.matches(one);
  };

  it('compares metrics, params, tags, status and name, and finds text in names', () => {
    for (const text of [
      '',
      '  ',
      'otter',
      'brave otter',
      'metrics.auc > 0.9',
      'metrics.auc>=0.941 and params.trees = 100',
      'params.trees = 100.0',
      'params.trees < 200 AND status = failed',
      'metrics.val/loss <= .2',
      'metrics.broken = nan',
      'params."learning rate" = 0.05',
      'params.`learning rate` != 0.1',
      'params.kind = "gbdt"',
      "params.kind = 'gbdt'",
      'tags.owner = li and otter',
      'params.missing != 1',
      'name = "Brave Otter-12"',
    ])
      assert.equal(holds(text), true, text);
    for (const text of [
      'fox',
      'metrics.auc > 0.95',
      'metrics.missing > 0',
      'params.missing = 1',
      'params.kind = GBDT',
      'status != FAILED',
      'metrics.broken > 0',
      'otter and fox',
      '"and"',
    ])
      assert.equal(holds(text), false, text);
  });

  it('says what is wrong and where', () => {
    const mistakes: [string, string, number][] = [
      ['metrics.auc', 'After metrics.auc comes one of = != > >= < <=.', 11],
      ['metrics. > 1', 'A name is missing after metrics.', 8],
      ['metrics.auc >', 'A value is missing after >.', 13],
      ['metrics.auc > high', 'A metric is compared with a number; “high” is none.', 14],
      ['otter and', 'Something must stand on both sides of “and”.', 9],
      ['name = "otter', 'The " at character 8 is not closed.', 7],
      ['params.trees == 100', '“==” is no operator.', 13],
    ];
    for (const [text, message, at] of mistakes)
      assert.deepEqual(parseFilter(text), { ok: false, message, at }, text);
  });

  it('never throws, and a mistake lies within the text', () => {
    const pieces = fc.constantFrom(
      'metrics.',
      'params.',
      'auc',
      ' and ',
      ' ',
      '=',
      '!=',
      '>',
      '<',
      '"',
      '`',
      "'",
      '0.9',
      'x',
      'status',
      'name',
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 12 }).map((list) => list.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const filter = parseFilter(text);
        if (filter.ok) assert.equal(typeof filter.matches(one), 'boolean');
        else assert.ok(filter.at >= 0 && filter.at <= text.length, `${text} at ${filter.at}`);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('runs table', () => {
  const runs = [
    run('a', {
      metrics: { auc: 0.94, log_loss: 0.2 },
      params: { trees: '100', kind: 'gbdt' },
      startedAt: 3000,
    }),
    run('b', {
      metrics: { auc: NaN },
      params: { trees: '20', kind: 'gbdt' },
      status: 'RUNNING',
      startedAt: 2000,
    }),
    run('c', {
      metrics: { auc: 0.99 },
      params: { trees: '100', kind: 'gbdt' },
      tags: { 'mlflow.source.git.commit': 'abcdef0123' },
    }),
  ];
  const columns = tableColumns(runs, 1);
  const find = (id: string) => {
    const column = columns.find((candidate) => candidate.id === id);
    assert.ok(column, id);
    return column;
  };

  it('has a column for whatever any run has', () => {
    assert.deepEqual(
      columns.map(({ id, numeric }) => `${id}${numeric ? ' #' : ''}`),
      [
        'name',
        'status',
        'metrics.auc #',
        'metrics.log_loss #',
        'params.kind',
        'params.trees #',
        'commit',
        'duration #',
        'when',
      ],
    );
    assert.deepEqual(
      differingColumns(columns, runs.slice(0, 2), names).map(({ id }) => id),
      ['name', 'status', 'metrics.auc', 'metrics.log_loss', 'params.trees', 'duration', 'when'],
    );
  });

  it('sorts with missing and NaN last in both directions', () => {
    const order = (id: string, descending: boolean): string =>
      sortRuns(runs, find(id), descending, names, 5000)
        .map(({ run: { id: key } }) => key)
        .join('');
    assert.equal(order('metrics.auc', true), 'cab');
    assert.equal(order('metrics.auc', false), 'acb');
    assert.equal(order('params.trees', false), 'bac', 'as numbers, equal ones as they were');
    assert.equal(order('metrics.log_loss', false), 'abc');
    assert.equal(order('when', true), 'abc');
  });

  it('shows fitted values with the full one at hand', () => {
    const context = { experiments: names, formats: metricFormats(columns, runs), now: 63_000 };
    const [a, b] = runs;
    assert.ok(a && b);
    assert.deepEqual(cellText(find('metrics.auc'), a, context), { text: '0.94', full: 'auc 0.94 at step 7' });
    assert.equal(cellText(find('metrics.auc'), b, context).text, 'NaN');
    assert.equal(cellText(find('metrics.log_loss'), b, context).text, '');
    assert.equal(cellText(find('duration'), a, context).text, '1 min 01 s');
    assert.equal(cellText(find('duration'), b, context).text, '1 min 01 s', 'a running run counts on');
  });

  it('goes to Markdown with full values and nothing that breaks the table', () => {
    const text = runsAsMarkdown(
      [run('x', { name: 'a|b\n<i>*c*', metrics: { auc: 1 / 3 } })],
      tableColumns([run('x', { metrics: { auc: 1 } })], 1),
      names,
      0,
    );
    const [head, rule, row, end] = text.split('\n');
    assert.equal(head, '| Run | Status | auc | Duration | When |');
    assert.equal(rule, '| --- | --- | ---: | ---: | --- |');
    assert.match(
      row ?? '',
      /^\| a\\\|b \\<i\\>\\\*c\\\* \| Finished \| 0\.3333333333333333 \| 1 min 01 s \| 1970-/,
    );
    assert.equal(end, '');
  });

  it('shows what was changed right after the first metrics when runs are compared', () => {
    const metrics = { auc: 0.9, brier: 0.1, ks: 0.5, log_loss: 0.3 };
    const compared = [
      run('x', { metrics, params: { depth: '3', kind: 'gbdt', trees: '100' } }),
      run('y', { metrics, params: { depth: '3', kind: 'gbdt', trees: '200' } }),
      run('z', { metrics, params: { depth: '4', kind: 'gbdt', trees: '200' } }),
    ];
    const state: ExperimentsState = { root: '/', experimentIds: [], selectedRunIds: [] };
    const order = (more: Partial<ExperimentsState>): string =>
      tableViews()(compared, [], { ...state, ...more })
        .columns.map(({ id }) => id.replace(/^(metrics|params)\./, ''))
        .join(' ');
    const all = 'name status auc brier ks log_loss depth kind trees duration when';
    assert.equal(order({}), all);
    assert.equal(
      order({ onlyRunIds: ['x', 'y', 'z'] }),
      'name status auc brier ks depth trees log_loss kind duration when',
    );
    assert.equal(
      order({ onlyRunIds: ['x', 'y', 'z'], filter: 'params.depth = 3' }),
      'name status auc brier ks depth trees log_loss kind duration when',
      'the order stays while filtering',
    );
    assert.equal(
      order({ onlyRunIds: ['x', 'y'] }),
      'name status auc brier ks trees log_loss depth kind duration when',
    );
    assert.equal(order({ onlyRunIds: ['x'] }), all);
  });

  it('keeps the digits of a column while runs are filtered', () => {
    const close = [run('x', { metrics: { auc: 0.8601 } }), run('y', { metrics: { auc: 0.86 } })];
    const state: ExperimentsState = { root: '/', experimentIds: [], selectedRunIds: [] };
    const views = tableViews();
    const shown = (filter: string): string[] => {
      const view = views(close, [], { ...state, filter });
      const column = view.columns.find(({ kind }) => kind === 'metric');
      assert.ok(column);
      return view.rows.map((detail) => cellText(column, detail, { ...view, now: 0 }).text);
    };
    assert.deepEqual(shown(''), ['0.8601', '0.8600']);
    assert.deepEqual(shown('name = y'), ['0.8600']);
  });

  it('keeps the last filter that worked, and computes again only what changed', () => {
    const views = tableViews();
    const none: [] = [];
    const state: ExperimentsState = {
      root: '/',
      experimentIds: [],
      selectedRunIds: [],
      filter: 'metrics.auc > 0.95',
    };
    const first = views(runs, none, state);
    assert.deepEqual(
      first.rows.map(({ run: { id } }) => id),
      ['c'],
    );
    const typing = views(runs, none, { ...state, filter: 'metrics.auc >' });
    assert.equal(typing.filterError?.message, 'A value is missing after >.');
    assert.equal(typing.rows, first.rows);
    const only = views(runs, none, { ...state, filter: '', onlyRunIds: ['a', 'b'] });
    assert.equal(only.candidates, 2);
    assert.equal(
      views(runs, none, {
        ...state,
        filter: '',
        onlyRunIds: only.rows.map(({ run: { id } }) => id),
        sort: { column: 'gone', descending: true },
      }).rows.length,
      2,
    );
  });

  it('gets back the numbers that JSON lost', () => {
    const [, broken] = runs;
    assert.ok(broken);
    const arrived = JSON.parse(JSON.stringify(broken)) as RunDetail;
    assert.ok(Number.isNaN(detailWithNumbers(arrived).run.metrics['auc']?.value));
    const [whole] = runs;
    assert.ok(whole);
    assert.equal(detailWithNumbers(whole), whole);
  });

  it('sorts best first, then the other way, then as the runs came', () => {
    let state: ExperimentsState = { root: '/', experimentIds: [], selectedRunIds: [] };
    const click = (id: string) => {
      state = changed(state, { kind: 'sort', column: find(id) });
      return state.sort;
    };
    assert.deepEqual(click('metrics.log_loss'), { column: 'metrics.log_loss', descending: false });
    assert.deepEqual(click('metrics.auc'), { column: 'metrics.auc', descending: true });
    assert.deepEqual(click('metrics.auc'), { column: 'metrics.auc', descending: false });
    assert.equal(click('metrics.auc'), undefined);
    state = changed(state, { kind: 'baseline', runId: 'a' });
    assert.equal(changed(state, { kind: 'baseline', runId: 'a' }).baseline, undefined);
    assert.equal(changed(state, { kind: 'compare' }).onlyRunIds, undefined, 'nothing is selected');
  });

  it('asks for a series once, and again when its metric moved', () => {
    const requests = new SeriesRequests();
    assert.deepEqual(requests.next(runs, ['auc']), { runIds: ['a', 'b', 'c'], keys: ['auc'] });
    assert.equal(requests.next(runs, ['auc']), undefined);
    assert.deepEqual(requests.next(runs, ['auc', 'log_loss']), { runIds: ['a'], keys: ['log_loss'] });
    const moved = structuredClone(runs);
    const point = moved[1]?.run.metrics['auc'];
    assert.ok(point);
    point.step += 1;
    assert.deepEqual(requests.next(moved, ['auc']), { runIds: ['b'], keys: ['auc'] });
  });
});
