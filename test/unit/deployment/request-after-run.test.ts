import assert from 'node:assert/strict';
import path from 'node:path';
import { writeFile } from 'node:fs/promises';
import { after, before, beforeEach, afterEach, describe, it } from 'mocha';
import type { DeploymentStatus, LedgerEvent } from '../../../engine/deployment/types';
import type { RequestedAfterRun } from '../../../engine/deployment/request-after-run';
import type { Alert, MonitorStatus } from '../../../engine/monitoring/types';
import type { Run } from '../../../engine/tracking/types';
import { requestTags, type RunState } from '../../../engine/training/types';
import { buildGalley, waitFor, type BuiltGalley } from '../training/galley';
import { commitFiles, git, identify, isolateGit, temporaryFolder } from './repositories';

const spec = `version: 1
name: cards
params: {auc: 0.9}
datasets:
  payments: {path: data/payments.csv}
  scored: {path: data/scored.csv}
stages:
  train:
    run: node train.mjs \${{ params.auc }} \${{ outputs.model }}
    inputs: [train.mjs]
    outputs: {model: build/model.txt}
    metrics: {file: build/metrics.json}
    model: {name: cards, from: outputs.model}
tests:
  good-enough: {metric: auc, minimum: 0.8}
deployments:
  staging: {model: cards, target: local, serve: {run: "node serve.mjs \${{ port }}"}}
monitors:
  live:
    deployment: staging
    reference: datasets.payments
    current: datasets.scored
    drift: {columns: all}
    on-alert: [retrain]
retraining:
  again: {stages: all, params: {auc: 0.95}, then: request staging}
`;

const train = `import { writeFileSync } from 'node:fs';
const [auc, model] = process.argv.slice(2);
if (auc === '0') process.exit(7);
writeFileSync(model, auc);
writeFileSync('build/metrics.json', JSON.stringify({ auc: Number(auc) }));
`;

const column = (from: number): string =>
  ['amount', ...Array.from({ length: 60 }, (_, i) => from + i)].join('\n');

describe('a deployment that is requested after a run', function () {
  this.timeout(120_000);
  let built: BuiltGalley;
  let root: string;
  let remove: () => Promise<void>;

  before(async () => {
    isolateGit();
    built = await buildGalley();
  });
  after(() => built.dispose());
  beforeEach(async () => {
    ({ folder: root, remove } = await temporaryFolder());
    await git(root, 'init', '--quiet', '--initial-branch=main');
    await identify(root, 'ana');
    const ignored = 'mlflow.db*\nmlruns/\nbuild/\n';
    await commitFiles(root, { 'galley.yaml': spec, 'train.mjs': train, '.gitignore': ignored });
    await commitFiles(root, { 'data/payments.csv': column(0), 'data/scored.csv': column(0) });
  });
  afterEach(() => remove());

  const galley = (...args: string[]) => built.galley(['--cwd', root, ...args]);
  const json = async <T>(...args: string[]): Promise<T> =>
    JSON.parse((await galley(...args, '--format', 'json')).stdout) as T;
  const runTags = async (id: string) => (await json<{ run: Run }>('runs', 'show', id)).run.tags;

  it('comes from the retraining that an alert starts, when whoever started it is gone; all of it is on the ledger', async () => {
    await writeFile(path.join(root, 'data/scored.csv'), column(500));
    const checked = await galley('monitor', 'run');
    assert.equal(checked.code, 1, checked.stderr);
    const [monitor] = (await json<{ monitors: MonitorStatus[] }>('monitor', 'status')).monitors;
    const alert = monitor?.openAlert;
    assert.ok(alert?.retraining !== undefined && 'runId' in alert.retraining, JSON.stringify(alert));
    const { runId } = alert.retraining;

    const tags = await waitFor(async () => {
      const now = await runTags(runId);
      return (now[requestTags.request] ?? now[requestTags.failure]) !== undefined && now;
    });
    assert.equal(tags[requestTags.failure], undefined);
    assert.deepEqual([tags[requestTags.deployment], tags[requestTags.version]], ['staging', 'cards/1']);
    const [staging] = await json<DeploymentStatus[]>('deploy', 'status', 'staging');
    const [request] = staging?.requests ?? [];
    assert.equal(request?.id, tags[requestTags.request]);
    assert.equal(request?.binding.version, '1');
    const { run } = await json<{ run: Run }>('runs', 'show', runId);
    assert.equal(request?.comment, `Made by run ${run.name} (${runId}), started by retrain:live.`);
    const { stdout: log } = await galley('runs', 'logs', runId);
    assert.match(
      log,
      /==> cards v1 is registered; 1 of 1 tests passed\.\n==> Its deployment to staging is requested: /,
    );

    const acknowledged = await json<Alert>('monitor', 'ack', alert.id, '--comment', 'It is the season.');
    assert.deepEqual(
      [acknowledged.acknowledged?.by, acknowledged.acknowledged?.unrecorded],
      ['ana@example.com', undefined],
    );
    const events = await json<LedgerEvent[]>('ledger', 'log');
    assert.deepEqual(
      events.map((event) => [event.kind, event.spec, event.deployment]),
      ['alerted', 'requested', 'acknowledged'].map((kind) => [kind, 'galley.yaml', 'staging']),
    );
    assert.equal(events[2]?.comment, 'It is the season.');
    assert.equal(events[2]?.detail?.['alert'], alert.id);
  });

  it('is not made, and the reason is kept with the run, when a test, the run or the name is wrong', async () => {
    const cases: [args: string[], version: string | undefined, failure: RegExp][] = [
      [
        ['--then-request', 'staging', '--param', 'auc=0.5'],
        'cards/1',
        /good-enough: auc is 0\.5, below the minimum 0\.8/,
      ],
      [['--then-request', 'staging', '--param', 'auc=0'], undefined, /The run ended as FAILED/],
      [['--then-request', 'nowhere'], undefined, /galley\.yaml has no deployment nowhere\./],
    ];
    for (const [args, version, failure] of cases) {
      const result = await galley('run', ...args, '--format', 'json');
      assert.equal(result.code, 1, result.stderr);
      const { runId, requested } = JSON.parse(result.stdout) as RunState & { requested: RequestedAfterRun };
      assert.deepEqual([requested.version, requested.request], [version, undefined]);
      assert.match(requested.failure ?? '', failure);
      const tags = await runTags(runId);
      assert.equal(tags[requestTags.failure], requested.failure);
      assert.equal(tags[requestTags.version], version);
      assert.match((await galley('runs', 'logs', runId)).stdout, failure);
      assert.match(result.stderr, failure);
    }
    assert.deepEqual(await json<LedgerEvent[]>('ledger', 'log'), []);
  });

  it('is the request of a run without anything else to say: exit 0', async () => {
    const result = await galley('run', '--then-request', 'staging', '--format', 'json');
    assert.equal(result.code, 0, result.stderr);
    const { runName, runId, requested } = JSON.parse(result.stdout) as RunState & {
      requested: RequestedAfterRun;
    };
    assert.equal(requested.version, 'cards/1');
    const [event] = await json<LedgerEvent[]>('ledger', 'log');
    assert.deepEqual([event?.id, event?.comment], [requested.request, `Made by run ${runName} (${runId}).`]);
  });

  it('leaves an alert acknowledged that cannot go to the ledger, and says so', async () => {
    await writeFile(path.join(root, 'data/scored.csv'), column(500));
    await writeFile(path.join(root, 'galley.yaml'), spec.replace('[retrain]', '[notify]'));
    await galley('monitor', 'run');
    const [monitor] = (await json<{ monitors: MonitorStatus[] }>('monitor', 'status')).monitors;
    await git(root, 'config', '--unset', 'user.email');
    const result = await galley('monitor', 'ack', monitor?.openAlert?.id ?? '', '--format', 'json');
    assert.equal(result.code, 0, result.stderr);
    const { acknowledged } = JSON.parse(result.stdout) as Alert;
    assert.match(acknowledged?.unrecorded ?? '', /git/i);
    assert.match(result.stderr, /could not be passed on/);
    const [kept] = (await json<{ monitors: MonitorStatus[] }>('monitor', 'status')).monitors;
    assert.deepEqual(kept?.openAlert?.acknowledged, acknowledged);
  });
});
