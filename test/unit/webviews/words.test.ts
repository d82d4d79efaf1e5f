import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { DeploymentRequest } from '../../../engine/deployment/types';
import type { MonitorStatus } from '../../../engine/monitoring/types';
import type { DeploymentReview } from '../../../engine/protocol';
import { metricRows } from '../../../webviews/deployment-review/comparison';
import { buttons, standing, waitingFor } from '../../../webviews/deployment-review/words';
import { outlines } from '../../../webviews/monitor/outline';
import { shareTimeline } from '../../../webviews/monitor/timeline';
import { barLength, verdict } from '../../../webviews/monitor/verdict';
import { monitor, review } from '../../browser/data';

const now = Date.UTC(2026, 9, 3);

describe('deployment review in words', () => {
  const shown = review(now);
  const request = (change: Partial<DeploymentRequest>): DeploymentRequest => ({
    ...shown.request,
    ...change,
  });
  const labels = (change: Partial<DeploymentRequest>, me = 'sam@example.com'): string[] =>
    buttons({ ...shown, me: { name: '', email: me }, request: request(change) }).map(({ label }) => label);

  it('names whom the request waits for, and never who has approved or asked', () => {
    assert.equal(waitingFor(shown.request, shown.me), 'waiting for you or kim@example.com');
    assert.equal(
      waitingFor(request({ waitingForMe: false }), { email: 'li@example.com' }),
      'waiting for sam@example.com or kim@example.com',
    );
    const policy = { required: 1, from: [], allowRequester: false };
    assert.equal(
      waitingFor(request({ policy, waitingForMe: true }), shown.me),
      'waiting for you or anyone else',
    );
  });

  it('offers each button only where it makes sense', () => {
    assert.deepEqual(labels({}), ['Approve v12 for production', 'Reject v12 for production']);
    assert.deepEqual(labels({ waitingForMe: false }, 'Li@Example.com'), ['Withdraw the request']);
    assert.deepEqual(labels({ status: 'approved', waitingForMe: false }, 'li@example.com'), [
      'Roll out v12 to production',
      'Withdraw the request',
    ]);
    for (const status of ['rejected', 'withdrawn', 'void', 'rolled-out', 'superseded'] as const)
      assert.deepEqual(labels({ status, waitingForMe: false }, 'li@example.com'), [], status);
  });

  it('says where the request stands', () => {
    const of = (change: Partial<DeploymentRequest>): string => {
      const { headline, rest } = standing({ ...shown, request: request(change) } as DeploymentReview);
      return `${headline}: ${rest}`;
    };
    assert.equal(of({}), '1 of 2 approvals: waiting for you or kim@example.com');
    assert.equal(
      of({ status: 'void', reason: 'The digest of v12 changed.' }),
      'Void: The digest of v12 changed.',
    );
    const rejection = { who: shown.request.requestedBy, at: now, comment: '' };
    assert.equal(of({ status: 'rejected', rejection }), 'Rejected: by li@example.com');
    assert.equal(of({ status: 'approved', policy: undefined }), 'No approval needed: ready to roll out');
  });

  it('compares both versions, first what both have', () => {
    const candidate = shown.candidate.run;
    const incumbent = structuredClone(shown.incumbent?.run);
    assert.ok(candidate && incumbent);
    delete incumbent.metrics['auc'];
    const rows = metricRows(candidate, incumbent, 'v7');
    assert.equal(rows.at(-1)?.metric, 'auc');
    const loss = rows.find(({ metric }) => metric === 'log_loss');
    assert.deepEqual(
      [loss?.candidate, loss?.incumbent, loss?.change?.words],
      ['0.171', '0.190', '0.0191 better than v7'],
    );
    assert.deepEqual(metricRows(undefined, undefined, 'v7'), []);
  });
});

describe('monitor in words', () => {
  const status = monitor(now);
  const sentence = (change: Partial<NonNullable<MonitorStatus['last']>>): string => {
    assert.ok(status.last);
    return verdict({ ...status, last: { ...status.last, ...change } }).sentence.replaceAll('\u00a0', ' ');
  };

  it('says the verdict in one sentence', () => {
    assert.ok(status.last?.drift);
    const { drift } = status.last;
    assert.equal(sentence({}), '3 of 6 columns drift, and so does the dataset (50 % of 30 %).');
    assert.equal(
      sentence({ drift: { ...drift, driftedColumns: 1, share: 1 / 6, drifted: false } }),
      '1 of 6 columns drifts; the dataset does not (17 % of 30 %).',
    );
    const steady = { ...drift, driftedColumns: 0, share: 0, drifted: false };
    const performance = { metric: 'auc', value: 0.87, minimum: 0.88, degraded: true, rows: 100 };
    assert.equal(sentence({ drift: steady }), 'None of 6 columns drifts.');
    assert.equal(
      sentence({ drift: steady, performance }),
      'None of 6 columns drifts. auc is 0.87, should be at least 0.88.',
    );
    assert.equal(sentence({ failure: 'No file matches.' }), 'The last check failed: No file matches.');
    const { last, ...never } = status;
    assert.ok(last);
    assert.equal(verdict(never).sentence, 'Not checked yet.');
  });

  it('draws severity with the threshold always in the middle', () => {
    assert.equal(barLength(1), 0.5);
    assert.equal(barLength(0), 0);
    assert.equal(barLength(Infinity), 1);
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        (s) => barLength(s) <= 1 && barLength(s + 1) >= barLength(s),
      ),
    );
  });

  it('marks where an alert began, once', () => {
    const chart = shareTimeline(status.timeline, '#fff', 0.3);
    assert.equal(chart?.marks.length, 1);
    assert.equal(chart?.marks[0]?.x, status.timeline[43]?.at);
    assert.equal(shareTimeline([{ at: 1, alert: false }], '#fff', 0.3), undefined);
  });

  it('outlines distributions inside their box, whatever the edges', () => {
    const shape = outlines({ edges: [0, 1, 10], reference: [0.5, 0.5], current: [0.9, 0.1] }, 100, 20);
    assert.match(shape.reference.line, /^M0 [\d.]+L10 [\d.]+L10 [\d.]+L100 [\d.]+$/);
    const odd = outlines({ edges: [0, Infinity], categories: ['x'], reference: [], current: [1] }, 100, 20);
    assert.equal(odd.reference.line, '');
    assert.doesNotMatch(odd.current.area, /NaN|Infinity/);
  });
});
