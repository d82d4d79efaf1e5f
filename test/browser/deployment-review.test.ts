import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'mocha';
import type { FromReviewPage, ReviewState, ToReviewPage } from '../../webviews/deployment-review/contract';
import type { DeploymentReview } from '../../engine/protocol';
import { minute, review } from './data';
import type { Look, Panel } from './panel';
import { Pages } from './panel';
import type { ThemeName } from './themes';

type Review = Panel<ToReviewPage, FromReviewPage>;

const now = Date.now();
const state: ReviewState = { root: '/work/card-fraud', requestId: 'c0ffee0' };

describe('deployment review page', function () {
  this.timeout(120_000);
  let pages: Pages;
  before(async () => {
    pages = await Pages.start();
  });
  after(() => pages.stop());
  afterEach(function () {
    return pages.after(this.currentTest);
  });

  async function open(shown: DeploymentReview, look: Look = {}): Promise<Review> {
    const panel = await pages.open<ToReviewPage, FromReviewPage>('deployment-review', {
      width: 1280,
      height: 720,
      ...look,
    });
    await panel.send({ kind: 'review', review: shown, state });
    return panel;
  }

  const buttons = (panel: Review): Promise<string[]> =>
    panel.page.locator('.buttons vscode-button').allInnerTexts();

  /** Where the last fact of the verdict ends, in pixels from the top of the page. */
  const verdictBottom = (panel: Review): Promise<number> =>
    panel.page.evaluate(
      'document.querySelector("galley-deployment-review-page").shadowRoot.querySelector("dl").getBoundingClientRect().bottom',
    );

  for (const theme of ['dark', 'light', 'high-contrast', 'high-contrast-light'] as ThemeName[]) {
    it(`shows what a reviewer needs on one screen in the ${theme} theme`, async () => {
      const panel = await open(review(now), { theme });
      await panel.page.getByRole('heading', { name: 'Deploy card-fraud v12 to production' }).waitFor();
      await panel.text('1 of 2 approvals').waitFor();
      await panel.text('waiting for you or kim@example.com').waitFor();
      const comparison = await panel.page.getByRole('table').innerText();
      assert.match(comparison, /auc\s+0\.947\s+0\.938\s+▲ 0\.009 better/);
      assert.match(comparison, /latency_p95_ms\s+6\.1\s+5\.8\s+▼ 0\.3 worse/);
      assert.match(comparison, /log_loss\s+0\.171\s+0\.19\d*\s+▲ 0\.019 better/);
      await panel.text('3 of 6 columns drifted').waitFor();
      await panel.page.locator('summary', { hasText: 'good-enough' }).waitFor();
      assert.ok((await verdictBottom(panel)) <= 720, 'no scrolling on a laptop');
      assert.deepEqual(await panel.saved<ReviewState>(), state);
      await panel.picture(`review ${theme}`);
      await panel.assertClean();
    });
  }

  it('has the verdict on one screen in a window of 1280 x 720 with its side bar open', async () => {
    const panel = await open(review(now), { width: 930, height: 620 });
    assert.ok((await verdictBottom(panel)) <= 620, String(await verdictBottom(panel)));
    await panel.picture('review in a small window');
    await panel.assertClean();
  });

  it('tells how code and data differ: in nothing, in one commit, in thousands of files', async () => {
    const shown = review(now);
    const { head } = shown.code;
    const panel = await open({ ...shown, code: { base: head, head, files: [] } });
    await panel.text('The same: both versions come from a1b2c3d').waitFor();
    const files = Array.from({ length: 1234 }, (_, i) => ({ path: `src/f${i}.py`, added: 2, removed: 1 }));
    const data = (digest: string) => [
      { name: 'transactions', digest, sourceType: 'local', source: 'data', tags: {} },
    ];
    assert.ok(shown.candidate.run && shown.incumbent?.run);
    shown.candidate.run.datasets = data('aa');
    shown.incumbent.run.datasets = data('bb');
    await panel.send({
      kind: 'review',
      review: { ...shown, code: { base: 'e4f5a6b7', head, files } },
    });
    await panel.text('1,234 files changed').waitFor();
    await panel.text('+2,468').first().waitFor();
    await panel.text('other data than v7: transactions').waitFor();
    assert.ok((await verdictBottom(panel)) <= 720, 'a long list is folded');
    await panel.text('1,234 files changed').click();
    await panel.button('src/f99.py').waitFor();
    assert.equal(await panel.button('src/f100.py').count(), 0);
    await panel.text('1,134 more files').click();
    await panel.button('src/f1233.py').click();
    assert.deepEqual(await panel.last('openDiff'), { kind: 'openDiff', path: 'src/f1233.py' });
    await panel.assertClean();
  });

  it('names the effect on each button and tells the panel which was pressed', async () => {
    const panel = await open(review(now));
    assert.deepEqual(await buttons(panel), ['Approve v12 for production', 'Reject v12 for production']);
    await panel.button('Reject v12 for production').focus();
    await panel.page.keyboard.press('Enter');
    await panel.button('Approve v12 for production').click();
    assert.deepEqual(
      (await panel.posted()).map(({ kind }) => kind),
      ['ready', 'reject', 'approve'],
    );
    await panel.button('src/train.py').click();
    assert.deepEqual(await panel.last('openDiff'), { kind: 'openDiff', path: 'src/train.py' });
    await panel.send({ kind: 'busy', what: 'Approving' });
    await panel.page.getByRole('progressbar', { name: 'Approving' }).waitFor();
    await panel.button('Approve v12 for production').click({ force: true });
    assert.equal((await panel.posted()).filter(({ kind }) => kind === 'approve').length, 1, 'not twice');
    await panel.assertClean();
  });

  it('offers only what makes sense for the person and the state', async () => {
    const shown = review(now);
    const panel = await open(shown);
    const { request } = shown;
    const as = async (change: Partial<DeploymentReview>, status: Partial<DeploymentReview['request']>) => {
      await panel.send({
        kind: 'review',
        review: { ...shown, ...change, request: { ...request, ...status } },
      });
      return buttons(panel);
    };
    const requester = { name: 'Li Wei', email: 'LI@example.com' };
    assert.deepEqual(await as({ me: requester }, { waitingForMe: false }), ['Withdraw the request']);
    assert.deepEqual(await as({}, { waitingForMe: false }), []);
    assert.deepEqual(await as({}, { status: 'approved', waitingForMe: false }), [
      'Roll out v12 to production',
    ]);
    const rejection = { who: request.requestedBy, at: now, comment: 'Too slow.' };
    assert.deepEqual(await as({}, { status: 'rejected', waitingForMe: false, rejection }), []);
    await panel.text('by li@example.com: “Too slow.”').waitFor();
    assert.deepEqual(
      await as({}, { status: 'void', waitingForMe: false, reason: 'The policy has changed.' }),
      [],
    );
    await panel.text('The policy has changed.').waitFor();
  });

  it('waits for a reload when what is shown is stale', async () => {
    const panel = await open({ ...review(now), stale: 'The policy of production changed 5 min ago.' });
    await panel.text('The policy of production changed 5 min ago.').waitFor();
    await panel.button('Approve v12 for production').click({ force: true });
    assert.equal(await panel.last('approve'), undefined);
    await panel.picture('review stale');
    await panel.button('Reload').click();
    assert.ok(await panel.last('reload'));
    await panel.assertClean();
  });

  it('says what is wrong with the deployment, and what to do', async () => {
    const panel = await open(review(now));
    assert.equal(await panel.page.locator('.banner').count(), 0);
    await panel.send({
      kind: 'review',
      review: review(now),
      deployment: {
        problem: {
          code: 'unreachable',
          message: 'The remote origin does not answer.',
          remedy: 'Check the network, then refresh.',
        },
        unapproved: 'The alias production points to v9, but the ledger says v7.',
      },
    });
    const banners = panel.page.locator('.banner');
    assert.match(
      await banners.nth(0).innerText(),
      /Cannot be deployed now\.\s+The remote origin does not answer\.\s+Check the network, then refresh\./,
    );
    assert.match(
      await banners.nth(1).innerText(),
      /Unapproved change\.\s+The alias production points to v9, but the ledger says v7\./,
    );
    await panel.picture('review problem and unapproved change');
    await panel.send({ kind: 'review', review: review(now), deployment: {} });
    assert.equal(await banners.count(), 0, 'gone when it is settled');
    await panel.assertClean();
  });

  it('says that a request is not pushed yet, and that its evidence is recorded', async () => {
    const shown = review(now);
    shown.request.unshared = 'The remote origin does not answer.';
    shown.recorded =
      "card-fraud v12 is not in this machine's registry: this is what li@example.com had when it was requested.";
    const panel = await open(shown);
    const notices = panel.page.locator('.notice');
    assert.match(
      await notices.nth(0).innerText(),
      /Only on this machine so far: The remote origin does not answer\./,
    );
    assert.match(
      await notices.nth(1).innerText(),
      /Recorded evidence\.\s+card-fraud v12 is not in this machine's registry: this is what li@example\.com had/,
    );
    const above = await panel.page.evaluate(`(() => {
      const root = document.querySelector('galley-deployment-review-page').shadowRoot;
      return [...root.querySelectorAll('.notice')].at(-1).getBoundingClientRect().bottom
        <= root.querySelector('table').getBoundingClientRect().top;
    })()`);
    assert.equal(above, true, 'it stands before the numbers that it is about');
    await panel.picture('review recorded and not pushed');
    await panel.assertClean();
  });

  it('shows a first version, failed tests, long and hostile text', async () => {
    const { incumbent, lastCheck, ...shown } = review(now);
    assert.ok(incumbent && lastCheck);
    shown.request.comment = `<script>window.hacked = 1</script> ${'long '.repeat(60)}`;
    shown.tests = [
      { name: 'good-enough', status: 'failed', message: 'auc is 0.71, at least 0.8 is asked.', at: now },
      { name: 'fair', status: 'error', message: 'python was not found.', at: now },
    ];
    shown.code = { head: shown.request.binding.commit, files: [] };
    shown.request.approvals = [
      {
        who: { name: 'Li', email: 'li@example.com', assurance: 'asserted' },
        at: now - minute,
        comment: '',
        counts: false,
        why: 'the requester does not count',
      },
    ];
    shown.events = [];
    const panel = await open(shown, { width: 320 });
    await panel.text('nothing in service').waitFor();
    await panel.text('does not count: the requester does not count').waitFor();
    await panel.text('No monitor has checked this deployment yet.').waitFor();
    await panel.text('Nothing was in service before, so a1b2c3d is all new').waitFor();
    assert.equal(await panel.page.evaluate('window.hacked'), undefined);
    await panel.picture('review narrow first version');
    await panel.assertClean();
  });

  it('loads, fails and recovers', async () => {
    const panel = await pages.open<ToReviewPage, FromReviewPage>('deployment-review');
    await panel.page.getByRole('status', { name: 'Loading the request' }).waitFor();
    await panel.send({
      kind: 'failure',
      error: {
        code: 'not-found',
        message: 'The ledger has no request c0ffee0.',
        remedy: 'Fetch the ledger of the remote.',
      },
    });
    await panel.text('The ledger has no request c0ffee0.').waitFor();
    await panel.picture('review failure');
    await panel.button('Retry').click();
    assert.ok(await panel.last('reload'));
    await panel.send({ kind: 'review', review: review(now), state });
    await panel.text('1 of 2 approvals').waitFor();
    await panel.assertClean();
  });
});
