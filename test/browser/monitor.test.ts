import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'mocha';
import type { MonitorStatus } from '../../engine/monitoring/types';
import type { FromMonitorPage, MonitorState, ToMonitorPage } from '../../webviews/monitor/contract';
import { monitor } from './data';
import type { Look, Panel } from './panel';
import { Pages } from './panel';
import type { ThemeName } from './themes';

type Monitor = Panel<ToMonitorPage, FromMonitorPage>;

const now = Date.now();
const state: MonitorState = { root: '/work/card-fraud', spec: 'galley.yaml', monitor: 'live' };

describe('monitor page', function () {
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
    status: MonitorStatus,
    look: Look = {},
    view: Partial<MonitorState> = {},
  ): Promise<Monitor> {
    const panel = await pages.open<ToMonitorPage, FromMonitorPage>('monitor', { height: 900, ...look });
    await panel.send({ kind: 'monitor', status, state: { ...state, ...view } });
    return panel;
  }

  for (const theme of ['dark', 'light', 'high-contrast', 'high-contrast-light'] as ThemeName[]) {
    it(`says first what is the matter in the ${theme} theme`, async () => {
      const panel = await open(monitor(now), { theme }, { column: 'device_age_days' });
      const heading = panel.page.getByRole('heading', { level: 1 });
      assert.match(
        await heading.innerText(),
        /3 of 6 columns drift, and so does the dataset \(50\s% of 30\s%\)\./,
      );
      const names = await panel.page.locator('button.name').allInnerTexts();
      assert.deepEqual(
        names.map((name) => name.replace(/[^\w]/g, '')),
        ['device_age_days', 'amount', 'country', 'merchant', 'hour', 'payments_last_day'],
      );
      await panel.text('4.9 times past it. Missing values: 0.2 % in the reference, 3.1 % now.').waitFor();
      assert.equal(await panel.page.locator('canvas').count(), 3);
      await panel.picture(`monitor ${theme}`);
      await panel.assertClean();
    });
  }

  it('opens a column, remembers it, and draws categories as bars', async () => {
    const panel = await open(monitor(now));
    const country = panel.button('country');
    await country.focus();
    await panel.page.keyboard.press('Enter');
    assert.equal((await panel.saved<MonitorState>()).column, 'country');
    assert.deepEqual((await panel.last('state'))?.state, { ...state, column: 'country' });
    const table = await panel.page.locator('galley-distribution-chart table').innerText();
    assert.match(table, /MT\s+2\s%\s+11\s%/);
    await panel.picture('monitor categories');
    await country.click();
    assert.equal((await panel.saved<MonitorState>()).column, undefined);
    await panel.assertClean();
  });

  it('acts at the head, and acknowledges only an open alert that nobody has', async () => {
    const status = monitor(now);
    const panel = await open(status);
    for (const name of ['Check now', 'Retrain', 'Roll back', 'Acknowledge']) await panel.button(name).click();
    assert.deepEqual((await panel.posted()).slice(1), [
      { kind: 'check' },
      { kind: 'retrain' },
      { kind: 'rollback' },
      { kind: 'acknowledge', alertId: 'live-1' },
    ]);
    await panel.send({ kind: 'busy', what: 'Checking' });
    await panel.page.getByRole('progressbar', { name: 'Checking' }).waitFor();
    const { openAlert, deployment, ...rest } = status;
    assert.ok(openAlert && deployment);
    const acknowledged = { at: now, by: 'ana@example.com', comment: 'On it.' };
    await panel.send({
      kind: 'monitor',
      status: { ...rest, openAlert: { ...openAlert, acknowledged } },
      state,
    });
    await panel.text(/Acknowledged by ana@example.com[^]*“On it.”/).waitFor();
    assert.equal(await panel.button('Acknowledge').count(), 0);
    assert.equal(await panel.button('Roll back').count(), 0, 'nothing is deployed');
    await panel.assertClean();
  });

  it('reads a timeline point by keyboard', async () => {
    const panel = await open(monitor(now));
    const plot = panel.page.getByRole('group', { name: /Line chart of Share of drifted columns/ });
    assert.match((await plot.getAttribute('aria-label')) ?? '', /threshold 30\s%; Alert \d{4}/);
    await plot.focus();
    await panel.page.keyboard.press('End');
    assert.match(
      await panel.page.locator('.readout').innerText(),
      /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\nDrifted\n50\s%/,
    );
  });

  it('works when it was never checked, when the check failed, and with values that JSON loses', async () => {
    const { last, openAlert, ...never } = monitor(now);
    assert.ok(last?.drift && openAlert);
    const panel = await open({ ...never, timeline: [] }, { width: 320, height: 640 });
    await panel.text('Not checked yet.').waitFor();
    await panel.picture('monitor never checked');
    await panel.send({
      kind: 'monitor',
      status: {
        ...never,
        last: {
          monitor: 'live',
          at: now,
          failure: 'serving/production/requests has no file yet.',
          alert: false,
        },
      },
      state,
    });
    await panel.text('The last check failed: serving/production/requests has no file yet.').waitFor();
    const columns = last.drift.columns.map((column, i) =>
      i === 0
        ? {
            ...column,
            column: `<img src=x onerror="window.hacked = 1">${'x'.repeat(200)}`,
            score: 0,
            scoreIs: 'p-value' as const,
            threshold: 0.05,
            severity: Infinity,
          }
        : column,
    );
    await panel.send({
      kind: 'monitor',
      status: { ...never, openAlert, last: { ...last, drift: { ...last.drift, columns } } },
      state,
    });
    const first = panel.page.locator('tr.column').first();
    assert.match(await first.innerText(), /<img src=x[\s\S]*p 0/);
    assert.equal(await panel.page.evaluate('window.hacked'), undefined);
    await panel.picture('monitor narrow');
    await panel.assertClean();
  });

  it('loads, fails and recovers', async () => {
    const panel = await pages.open<ToMonitorPage, FromMonitorPage>('monitor');
    await panel.page.getByRole('status', { name: 'Loading the monitor' }).waitFor();
    await panel.send({
      kind: 'failure',
      error: { code: 'not-found', message: 'galley.yaml has no monitor live any more.' },
    });
    await panel.text('galley.yaml has no monitor live any more.').waitFor();
    await panel.button('Retry').click();
    assert.equal((await panel.posted()).filter(({ kind }) => kind === 'ready').length, 2);
    await panel.send({ kind: 'monitor', status: monitor(now), state });
    await panel.page.getByRole('heading', { level: 1 }).waitFor();
    await panel.assertClean();
  });
});
