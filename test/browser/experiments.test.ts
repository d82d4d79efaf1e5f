import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'mocha';
import type {
  ExperimentsState,
  FromExperimentsPage,
  ToExperimentsPage,
} from '../../webviews/experiments/contract';
import type { RunDetail } from '../../engine/protocol';
import { experiment, run, runId, runs, series } from './data';
import type { Look, Panel } from './panel';
import { Pages } from './panel';
import type { ThemeName } from './themes';

type Experiments = Panel<ToExperimentsPage, FromExperimentsPage>;

const now = Date.now();
const fresh: ExperimentsState = { root: '/work/card-fraud', experimentIds: ['1'], selectedRunIds: [] };

describe('experiments page', function () {
  this.timeout(120_000);
  let pages: Pages;
  before(async () => {
    pages = await Pages.start();
  });
  after(() => pages.stop());
  afterEach(function () {
    return pages.after(this.currentTest);
  });

  async function open(
    list: RunDetail[],
    state: Partial<ExperimentsState> = {},
    look: Look = {},
    total = list.length,
  ): Promise<Experiments> {
    const panel = await pages.open<ToExperimentsPage, FromExperimentsPage>('experiments', look);
    await panel.send(
      { kind: 'state', state: { ...fresh, ...state }, experiments: [experiment] },
      { kind: 'runs', runs: list, total },
    );
    return panel;
  }

  /** Answers every request for series that the page has made since the last call. */
  async function answer(panel: Experiments, list: RunDetail[], length?: number): Promise<void> {
    const asked = (await panel.posted()).filter((message) => message.kind === 'series');
    await panel.page.evaluate('window.posted = []');
    for (const { runIds, keys } of asked) {
      const chosen = list.filter((detail) => runIds.includes(detail.run.id));
      await panel.send({
        kind: 'series',
        series: chosen.flatMap((detail) => keys.map((key) => series(detail, key, length))),
      });
    }
  }

  const row = (panel: Experiments, name: string | RegExp) => panel.page.getByRole('row', { name });
  const names = (panel: Experiments): Promise<string[]> =>
    panel.page.getByRole('rowheader').locator('.name').allInnerTexts();

  for (const theme of ['dark', 'light', 'high-contrast', 'high-contrast-light'] as ThemeName[]) {
    it(`shows runs and curves in the ${theme} theme`, async () => {
      const list = runs(40, now);
      const panel = await open(
        list,
        { selectedRunIds: [runId(0), runId(1), runId(3)], baseline: runId(1), split: 0.4 },
        { theme },
        1284,
      );
      await answer(panel, list);
      await panel.text('newest 40 of 1,284 runs').waitFor();
      const cells = await row(panel, /brave-otter-1284/).innerText();
      assert.match(cells, /Running train/);
      assert.match(cells, /▼\s*0\.00034/);
      assert.equal(await panel.page.locator('galley-line-chart canvas').count(), 4);
      // A metric that was logged once is a bar, not a curve with one point.
      assert.equal(await panel.page.locator('galley-metric-bars').count(), 1);
      await panel.page.getByRole('grid').focus();
      await panel.page.keyboard.press('ArrowDown');
      const plot = panel.page.getByRole('group', { name: /Line chart of auc\./ });
      const box = await plot.boundingBox();
      assert.ok(box);
      await panel.page.mouse.move(box.x + box.width * 0.55, box.y + 60);
      await panel.page.locator('.readout').waitFor();
      const readout = await panel.page.locator('.readout').innerText();
      assert.match(readout, /^step \d+/);
      for (const name of ['brave-otter-1284', 'calm-heron-1283', 'keen-stoat-1281'])
        assert.ok(readout.includes(name), readout);
      await panel.picture(`experiments ${theme}`);
      await panel.assertClean();
    });
  }

  it('follows the theme without a reload', async () => {
    const list = runs(3, now);
    const panel = await open(list, { selectedRunIds: [runId(1)] });
    await answer(panel, list);
    const colour = () => panel.css('galley-experiments-page galley-run-table .box.on', 'background-color');
    const dark = await colour();
    await panel.theme('light');
    assert.notEqual(await colour(), dark);
    await panel.picture('experiments after a change of theme');
    await panel.assertClean();
  });

  it('is worked by the keyboard alone', async () => {
    const list = runs(30, now);
    const panel = await open(list);
    const { keyboard } = panel.page;
    await panel.page.getByRole('grid').focus();
    await keyboard.press('ArrowDown');
    await keyboard.press('Space');
    await keyboard.press('ArrowDown');
    await keyboard.press('ArrowDown');
    await keyboard.press('Shift+Space');
    let state = (await panel.last('state'))?.state;
    assert.deepEqual(state?.selectedRunIds, [runId(1), runId(2), runId(3)]);
    await keyboard.press('b');
    state = (await panel.last('state'))?.state;
    assert.equal(state?.baseline, runId(3));
    assert.deepEqual(await panel.saved<ExperimentsState>(), state);
    await keyboard.press('Enter');
    assert.deepEqual(await panel.last('showLog'), { kind: 'showLog', runId: runId(3) });
    await keyboard.press('c');
    await panel.text('Comparing 3 runs').waitFor();
    assert.equal((await names(panel)).length, 3);
    await keyboard.press('c');
    await keyboard.press('End');
    assert.match(
      (await panel.page.getByRole('grid').getAttribute('aria-activedescendant')) ?? '',
      /^cell-29-/,
    );
    await keyboard.press('?');
    await panel.page.getByRole('dialog').waitFor();
    await panel.picture('experiments keys');
    await keyboard.press('Escape');
    await keyboard.press('/');
    await keyboard.type('otter');
    await panel.text(/^30 → \d run/).waitFor();
    assert.ok((await names(panel)).every((name) => name.includes('otter')));
    await keyboard.press('Escape');
    // Up from the first row is the head, where Enter sorts.
    await keyboard.press('Home');
    await keyboard.press('ArrowUp');
    await keyboard.press('ArrowRight');
    await keyboard.press('ArrowRight');
    await keyboard.press('Enter');
    assert.deepEqual((await panel.last('state'))?.state.sort, { column: 'metrics.auc', descending: true });
    await panel.assertClean();
  });

  it('filters, sorts and hides what does not differ', async () => {
    const list = runs(30, now);
    const panel = await open(list);
    const filter = panel.page.getByRole('textbox', { name: 'Filter runs' });
    await filter.fill('params.trees = 400 and metrics.auc >');
    await panel.text('A value is missing after >.').waitFor();
    await panel.text('30 runs').waitFor();
    await filter.fill('params.trees = 400 and metrics.auc > 0.92');
    const expected = list.filter(
      ({ run: { params, metrics } }) => params['trees'] === '400' && (metrics['auc']?.value ?? 0) > 0.92,
    );
    await panel.text(`30 → ${expected.length} runs`).waitFor();
    await panel.page.getByRole('columnheader', { name: 'log_loss', exact: true }).click();
    const sorted = expected.sort(
      (a, b) => (a.run.metrics['log_loss']?.value ?? 0) - (b.run.metrics['log_loss']?.value ?? 0),
    );
    assert.deepEqual(
      await names(panel),
      sorted.map(({ run: { name } }) => name),
    );
    assert.equal(
      await panel.page.getByRole('columnheader', { name: 'log_loss', exact: true }).getAttribute('aria-sort'),
      'ascending',
    );
    const columns = async (): Promise<number> =>
      Number(await panel.page.getByRole('grid').getAttribute('aria-colcount'));
    const all = await columns();
    await panel.page.locator('vscode-checkbox[label="Differences only"]').click();
    // trees, depth, months and payments are the same in all of them.
    assert.equal(
      await columns(),
      all -
        4 -
        (new Set(expected.map(({ run: { tags } }) => tags['mlflow.source.git.commit'])).size === 1 ? 1 : 0),
    );
    await filter.fill('no such run');
    await panel.text('No run matches the filter.').waitFor();
    await panel.button('Clear the filter').click();
    await panel.text('30 runs').waitFor();
    await panel.assertClean();
  });

  it('shows a running run live, keeping selection, colours and place', async () => {
    const list = runs(30, now);
    const panel = await open(list, { selectedRunIds: [runId(0), runId(2)] });
    await answer(panel, list, 40);
    await panel.page.evaluate(`{
      const page = document.querySelector('galley-experiments-page').shadowRoot;
      window.tableBefore = page.querySelector('galley-run-table');
      window.canvasBefore = page.querySelector('galley-curves').shadowRoot.querySelector('galley-metric-tile')
        .shadowRoot.querySelector('galley-line-chart').shadowRoot.querySelector('canvas');
    }`);
    const grown = structuredClone(list);
    const auc = grown[0]?.run.metrics['auc'];
    assert.ok(auc);
    auc.step += 1;
    auc.value = 0.999;
    await panel.send({ kind: 'runs', runs: grown, total: 30 });
    assert.match(await row(panel, /brave-otter-1284/).innerText(), /0\.999/);
    const asked = (await panel.posted()).filter((message) => message.kind === 'series');
    assert.deepEqual(
      asked,
      [{ kind: 'series', runIds: [runId(0)], keys: ['auc'] }],
      'asks only for what moved',
    );
    await answer(panel, grown, 41);
    const kept = await panel.page.evaluate(`(() => {
      const page = document.querySelector('galley-experiments-page').shadowRoot;
      return window.tableBefore === page.querySelector('galley-run-table') && window.canvasBefore.isConnected;
    })()`);
    assert.equal(kept, true, 'the table and the chart are the same elements as before');
    await panel.button('Deselect brave-otter-1284').click();
    const state = (await panel.last('state'))?.state;
    assert.deepEqual(state?.selectedRunIds, [runId(2)]);
    assert.deepEqual(state?.colours, { [runId(2)]: 1 }, 'the other run keeps its colour');
    await panel.assertClean();
  });

  it('offers what makes sense for the run at hand', async () => {
    const list = runs(12, now);
    const panel = await open(list);
    assert.equal(await panel.button(/^Stop/).count(), 0);
    await row(panel, /brave-otter-1284/).click();
    await panel.button('Stop brave-otter-1284').click();
    assert.deepEqual(await panel.last('stop'), { kind: 'stop', runId: runId(0) });
    assert.equal(await panel.button(/^Register/).count(), 0, 'a running run makes no model yet');
    await row(panel, /calm-heron-1283/).click();
    await panel.button('Register a model from calm-heron-1283').click();
    assert.deepEqual(await panel.last('register'), { kind: 'register', runId: runId(1) });
    await panel.page.getByRole('checkbox', { name: 'Draw calm-heron-1283' }).click();
    await panel.button('Copy 1 selected run as a Markdown table').click();
    const copied = (await panel.last('copy'))?.text ?? '';
    assert.match(copied, /^\| Run \| Status \| auc \|/);
    assert.ok(copied.includes(`| ${list[1]?.run.metrics['auc']?.value} |`), 'full values');
    await panel.assertClean();
  });

  it('changes the curves: axis, smoothing, log scale, one metric large', async () => {
    const list = runs(6, now);
    const panel = await open(list, { selectedRunIds: [runId(1), runId(2)], split: 0.3 });
    await answer(panel, list);
    await panel.page.getByRole('combobox', { name: 'X axis' }).click();
    await panel.page.getByRole('option', { name: 'Relative time' }).click();
    assert.equal((await panel.last('state'))?.state.xAxis, 'relative');
    const slider = panel.page.getByRole('slider');
    await slider.focus();
    await slider.fill('0.9');
    assert.equal((await panel.last('state'))?.state.smoothing, 0.9);
    await panel.page.locator('vscode-checkbox[label="Log scale"]').click();
    assert.equal((await panel.last('state'))?.state.logScale, true);
    await panel.page.locator('galley-metric-tile').nth(1).hover();
    await panel.button('Enlarge log_loss').click();
    assert.equal(await panel.page.locator('galley-metric-tile').count(), 1);
    const plot = panel.page.getByRole('group', { name: /Line chart of log_loss\. calm-heron-1283: / });
    await plot.focus();
    await panel.page.keyboard.press('ArrowRight');
    await panel.page.keyboard.press('ArrowRight');
    assert.match(await panel.page.locator('.readout').innerText(), /^\d\.\d s\n/);
    await panel.picture('experiments one metric smoothed');
    await panel.assertClean();
  });

  it('moves the divider by keys and by the pointer, and remembers it', async () => {
    const panel = await open(runs(5, now));
    const sash = panel.page.getByRole('separator');
    await sash.focus();
    await panel.page.keyboard.press('ArrowUp');
    assert.equal((await panel.last('state'))?.state.split, 0.4);
    const box = await sash.boundingBox();
    assert.ok(box);
    await panel.page.mouse.move(300, box.y + 2);
    await panel.page.mouse.down();
    await panel.page.mouse.move(300, box.y + 150, { steps: 4 });
    await panel.page.mouse.up();
    const split = (await panel.saved<ExperimentsState>()).split ?? 0;
    assert.ok(split > 0.5 && split < 0.75, String(split));
  });

  it('holds ten thousand runs with only what is in sight in the document', async () => {
    const list = runs(10_000, now);
    const panel = await open(list, { selectedRunIds: [runId(0)] });
    await panel.text('10,000 runs').waitFor();
    const grid = panel.page.getByRole('grid');
    assert.equal(await grid.getAttribute('aria-rowcount'), '10001');
    assert.ok((await panel.page.getByRole('row').count()) < 60);
    await grid.focus();
    await panel.page.keyboard.press('End');
    await row(panel, new RegExp(list[9999]?.run.name ?? '')).waitFor();
    assert.ok((await panel.page.getByRole('row').count()) < 60);
    await panel.page.getByRole('textbox', { name: 'Filter runs' }).fill('metrics.auc > 0.94');
    const expected = list.filter(({ run: { metrics } }) => (metrics['auc']?.value ?? 0) > 0.94).length;
    await panel.text(new RegExp(`^10,000 → ${expected.toLocaleString('en-US')} run`)).waitFor();
    await panel.picture('experiments ten thousand runs');
    await panel.assertClean();
  });

  it('shows hostile and awkward values as what they are', async () => {
    const long = 'a'.repeat(250);
    const list = [
      run(0, now, { name: '<img src=x onerror="window.hacked = 1"><script>window.hacked = 1</script>' }),
      run(1, now, { name: long }),
      run(2, now, { name: 'not-a-number' }),
      run(3, now),
    ];
    const [first, , third] = list;
    assert.ok(first && third);
    first.run.params['<b>bold</b>'] = '"><svg onload="window.hacked = 1">';
    first.run.metrics = {};
    const metric = third.run.metrics['auc'];
    assert.ok(metric);
    metric.value = NaN;
    const panel = await open(
      list,
      { selectedRunIds: [runId(1), runId(2)], baseline: runId(3) },
      { width: 1000 },
    );
    const asked = await panel.last('series');
    assert.ok(asked);
    await panel.send({
      kind: 'series',
      series: asked.runIds.map((id) => ({
        runId: id,
        key: 'auc',
        steps: [1, 2, 3, 4],
        timestamps: [now, now + 1, now + 2, now + 3],
        values: id === runId(2) ? ['NaN', 0.5, 'Infinity', 0.6] : [0.1, 0.2, 'NaN', 0.4],
      })),
    });
    await panel.text('<img src=x onerror').first().waitFor();
    assert.equal(await panel.page.evaluate('window.hacked'), undefined);
    assert.match(await row(panel, /not-a-number/).innerText(), /NaN/);
    await panel.picture('experiments hostile and awkward values');
    await panel.assertClean();
  });

  it('says what to do when there is nothing, while it loads, and when it fails', async () => {
    const panel = await pages.open<ToExperimentsPage, FromExperimentsPage>('experiments');
    await panel.page.getByRole('status', { name: 'Loading runs' }).waitFor();
    await panel.picture('experiments loading');
    await panel.send({
      kind: 'failure',
      error: {
        code: 'locked',
        message: 'mlflow.db is locked by another program.',
        remedy: 'Close what writes to it, then retry.',
        action: { title: 'Reveal mlflow.db', command: 'galley.reveal' },
      },
    });
    await panel.text('mlflow.db is locked by another program.').waitFor();
    await panel.picture('experiments failure');
    await panel.button('Retry').click();
    await panel.page.getByRole('progressbar', { name: 'Loading runs' }).waitFor();
    assert.ok(await panel.last('retry'));
    await panel.button('Show Log').click();
    assert.ok(await panel.last('showOutput'));
    await panel.button('Reveal mlflow.db').click();
    assert.ok(await panel.last('errorAction'));
    await panel.send(
      { kind: 'state', state: fresh, experiments: [experiment] },
      { kind: 'runs', runs: [], total: 0 },
    );
    await panel.text('No runs yet: run a pipeline, and its runs appear here.').waitFor();
    await panel.picture('experiments empty');
    await panel.send({ kind: 'runs', runs: runs(3, now), total: 3 });
    await panel.text(/Select runs to see their curves/).waitFor();
    await panel.send({ kind: 'failure', error: { code: 'unreachable', message: 'The engine has stopped.' } });
    await panel.text('The engine has stopped.').waitFor();
    assert.equal((await names(panel)).length, 3, 'the old content stays');
    await panel.picture('experiments failure over old content');
    await panel.assertClean();
  });

  it('works in a narrow panel, and restores its state', async () => {
    const list = runs(20, now);
    const saved: ExperimentsState = {
      ...fresh,
      selectedRunIds: [runId(1), runId(4)],
      filter: 'metrics.auc > 0',
      sort: { column: 'metrics.auc', descending: true },
    };
    const panel = await open(list, saved, { width: 320, height: 720, saved, reducedMotion: true });
    await answer(panel, list);
    assert.equal(
      await panel.page.getByRole('textbox', { name: 'Filter runs' }).inputValue(),
      'metrics.auc > 0',
    );
    await panel.picture('experiments narrow');
    await panel.assertClean();
  });
});
