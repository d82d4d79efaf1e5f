import assert from 'node:assert/strict';
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, describe, it } from 'mocha';
import { openLocalStore, type LocalStore } from '../../engine/backends/local/store';
import { startTrackingEndpoint } from '../../engine/tracking/endpoint/server';
import { dumpOurs, dumpTheirs } from './mlflow/dump';
import { mlflowPackages, pythonWith, runPython } from './python';

/** The real MLflow of Python, on the same files and over the endpoint. */
describe('MLflow', function () {
  this.timeout(15 * 60_000);
  let python: string;
  let root: string;
  let folder: string;

  before(async () => {
    python = await pythonWith(mlflowPackages);
    root = await realpath(await mkdtemp(path.join(os.tmpdir(), 'galley-mlflow-')));
  });

  beforeEach(async () => {
    folder = await mkdtemp(path.join(root, 'project-'));
  });

  after(async () => {
    await rm(root, { recursive: true, force: true });
  });

  const revision = async (...args: string[]) =>
    JSON.parse(
      await runPython(python, 'test/live/mlflow/revision.py', [path.join(folder, 'mlflow.db'), ...args], {
        cwd: folder,
      }),
    ) as { store: string; newest: string };

  /** Writes everything that Galley writes. */
  async function fill({ tracking, registry }: LocalStore, withLoggedModels: boolean): Promise<void> {
    const experiment = await tracking.createExperiment('card-fraud', { team: 'fraud', unicode: 'Prüfung ✓' });
    const run = await tracking.createRun({
      experimentId: experiment.id,
      startedAt: 1_700_000_000_000,
      name: 'brave-otter-12',
      tags: { 'mlflow.user': 'ana', quote: `it's "so"\n` },
    });
    await tracking.log(run.id, {
      params: { lr: '0.1', empty: '', long: 'x'.repeat(7000), emoji: '😀' },
      metrics: [
        { key: 'odd', value: Number.NaN, step: 0, timestamp: 5 },
        { key: 'odd', value: Infinity, step: 1, timestamp: 6 },
        { key: 'odd', value: -Infinity, step: 1, timestamp: 6 },
        { key: 'ends in nan', value: 1, step: 0, timestamp: 5 },
        { key: 'ends in nan', value: Number.NaN, step: 1, timestamp: 5 },
        { key: 'tie', value: 1, step: 3, timestamp: 5 },
        { key: 'tie', value: 2, step: 3, timestamp: 5 },
        { key: 'tie', value: 9, step: 2, timestamp: 9 },
        { key: 'small', value: 5e-324, step: -7, timestamp: 2 ** 40 },
        { key: 'third', value: 1 / 3, step: 2 ** 40, timestamp: 5 },
      ],
    });
    await tracking.logDatasets(run.id, [
      {
        name: 'transactions',
        digest: 'abc123',
        sourceType: 'local',
        source: '{"uri": "data/transactions.parquet"}',
        schema: '{"mlflow_colspec": []}',
        tags: { 'mlflow.data.context': 'training' },
      },
    ]);
    if (withLoggedModels) {
      const model = await tracking.createLoggedModel({
        experimentId: experiment.id,
        name: 'forest',
        sourceRunId: run.id,
        modelType: 'tree',
        params: { trees: '200' },
        tags: { a: 'b' },
      });
      await tracking.linkModels(run.id, { outputs: [{ modelId: model.id, step: 3 }] });
      await tracking.logLoggedModelMetrics(run.id, [
        { key: 'auc', value: 0.9, step: 1, timestamp: 5, modelId: model.id },
      ]);
      await tracking.finalizeLoggedModel(model.id, 'READY');
    }
    await tracking.updateRun(run.id, { status: 'FAILED', endedAt: 1_700_000_001_000 });
    const gone = await tracking.createRun({ experimentId: experiment.id, startedAt: 5, tags: {} });
    await tracking.deleteRun(gone.id);
    const source = `runs:/${run.id}/model`;
    for (const description of ['first', 'second', 'third'])
      await registry.createVersion({ name: 'fraud', source, runId: run.id, description, tags: { t: 'v' } });
    await registry.setAlias('fraud', 'champion', '1');
    await registry.setAlias('fraud', 'champion', '3');
    await registry.setAlias('fraud', 'challenger', '1');
    await registry.setVersionTag('fraud', '3', 'galley.digest', 'abc');
    await registry.deleteVersion('fraud', '2');
    await registry.setModelTag('fraud', 'owner', 'ana');
    await registry.createModel('empty', 'none yet');
  }

  it('opens a store that Galley made, without an upgrade, and reads the same in it', async () => {
    const store = openLocalStore(folder);
    await fill(store, true);
    const ours = await dumpOurs(store);
    assert.deepEqual(await dumpTheirs(python, folder, root), ours);
    const { store: made, newest } = await revision();
    assert.equal(made, newest, 'the schema in engine/backends/local/schema.sql is not the newest any more');
    // MLflow's opening left nothing behind that we read differently.
    assert.deepEqual(await dumpOurs(store), ours);
    await store.close();
  });

  it('makes stores in which Galley reads the same', async () => {
    await runPython(python, 'test/live/mlflow/fill.py', [], { cwd: folder });
    const store = openLocalStore(folder);
    const theirs = await dumpTheirs(python, folder, root);
    assert.deepEqual(await dumpOurs(store), theirs);
    const version = (await store.registry.versions('fraud')).find((entry) => entry.version === '1');
    assert.ok(version);
    const artifact = await store.registry.artifactPath('fraud', '1');
    assert.match(await readFile(path.join(artifact, 'MLmodel'), 'utf8'), /sklearn/);
    // Galley goes on in it: MLflow reads that too.
    const experiment = await store.tracking.experimentByName('card-fraud');
    const run = await store.tracking.createRun({
      experimentId: experiment?.id ?? '',
      startedAt: 9,
      tags: {},
    });
    await store.tracking.log(run.id, { metrics: [{ key: 'auc', value: 1, step: 0, timestamp: 0 }] });
    assert.deepEqual(await dumpTheirs(python, folder, root), await dumpOurs(store));
    await store.close();
  });

  for (const [version, older] of [
    ['2.8', 'acf3f17fdcc7'],
    ['3.0', '400f98739977'],
    ['3.9', 'c8d9e0f1a2b3'],
  ] as const)
    it(`upgrades a store of MLflow ${version} that Galley wrote to, and reads the same in it`, async () => {
      assert.equal((await revision(older)).store, older);
      const store = openLocalStore(folder);
      await fill(store, false);
      const before = await dumpOurs(store);
      assert.equal((await revision()).store, older);
      await runPython(python, 'test/live/mlflow/upgrade.py', [path.join(folder, 'mlflow.db')], {
        cwd: folder,
      });
      const { store: upgraded, newest } = await revision();
      assert.equal(upgraded, newest);
      // The same open store notices that its file has another schema now.
      assert.deepEqual(await dumpOurs(store), before);
      const theirs = (await dumpTheirs(python, folder, root)) as { experiments: Record<string, unknown> };
      // MLflow adds its Default experiment to a store that has none.
      delete theirs.experiments['0'];
      assert.deepEqual(theirs, before);
      await store.tracking.createExperiment('after the upgrade');
      await store.close();
    });

  /** Runs a client script as a stage of a run would. */
  async function withEndpoint(
    work: (
      store: LocalStore,
      runId: string,
      client: (script: string, ...args: string[]) => Promise<string>,
    ) => Promise<void>,
  ): Promise<void> {
    const store = openLocalStore(folder);
    const experiment = await store.tracking.createExperiment('card-fraud');
    const run = await store.tracking.createRun({
      experimentId: experiment.id,
      startedAt: Date.now(),
      tags: {},
    });
    const token = 'a-secret-token';
    const endpoint = await startTrackingEndpoint({ ...store, token, ownedRunId: run.id });
    const env = {
      MLFLOW_TRACKING_URI: endpoint.url,
      MLFLOW_TRACKING_TOKEN: token,
      MLFLOW_RUN_ID: run.id,
      MLFLOW_EXPERIMENT_ID: experiment.id,
      MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0',
    };
    try {
      await work(store, run.id, (script, ...args) =>
        runPython(python, `test/live/mlflow/${script}`, args, { cwd: root, env }),
      );
    } finally {
      await endpoint.close();
      await store.close();
    }
  }

  it('logs over the endpoint: metrics, params, tags, artifacts, inputs, autologged models, the registry, searches', async () => {
    await withEndpoint(async (store, runId, client) => {
      const out = path.join(folder, 'seen.json');
      await client('client.py', 'child-run', out);
      const seen = JSON.parse(await readFile(out, 'utf8')) as Record<string, unknown>;
      const run = await store.tracking.run(runId);
      const pick = (record: unknown, ...keys: string[]) =>
        Object.fromEntries(keys.map((key) => [key, (record as Record<string, unknown>)[key]]));
      assert.deepEqual(
        pick(
          seen,
          'param conflict',
          'status',
          'outputs',
          'alias',
          'prediction',
          'logged models',
          'child status',
        ),
        {
          'param conflict': 'INVALID_PARAMETER_VALUE',
          // The client ended it; only the run process may.
          status: 'RUNNING',
          outputs: 1,
          alias: '1',
          prediction: [0, 0, 1, 1],
          'logged models': [['model', 'READY', true, true]],
          'child status': 'FINISHED',
        },
      );
      assert.deepEqual(
        pick(seen, 'found', 'experiments', 'or', 'no run', 'twice', 'after delete', 'models'),
        {
          found: ['child-run'],
          experiments: ['Default', 'card-fraud', 'others'],
          or: 'INVALID_PARAMETER_VALUE',
          'no run': 'RESOURCE_DOES_NOT_EXIST',
          twice: 'RESOURCE_ALREADY_EXISTS',
          'after delete': ['2'],
          models: ['fraud', 'manual'],
        },
      );
      assert.deepEqual(
        seen['history'],
        [0, 1, 2, 3, 4].map((step) => [step, 1 / (step + 1)]),
      );
      assert.deepEqual(seen['reports'], [['reports/report.txt', 4]]);
      assert.deepEqual(pick(seen['params'], 'lr', 'depth', 'C'), { lr: '0.1', depth: '3', C: '0.5' });
      assert.deepEqual(seen['params'], run.params);
      assert.deepEqual(seen['tags'], run.tags);
      assert.deepEqual(pick(run.tags, 'team', 'unicode', 'gone'), {
        team: 'fraud',
        unicode: 'Prüfung ✓',
        gone: undefined,
      });
      assert.deepEqual(
        (seen['datasets'] as unknown[][]).map(([name, digest]) => [name, digest]),
        run.datasets.map(({ name, digest }) => [name, digest]),
      );
      assert.ok(run.datasets.some(({ name }) => name === 'transactions'));
      assert.ok('training_roc_auc' in run.metrics);
      assert.equal(await readFile(path.join(run.artifactUri, 'reports/report.txt'), 'utf8'), 'fine');
      const artifact = await store.registry.artifactPath('fraud', '1');
      assert.match(await readFile(path.join(artifact, 'MLmodel'), 'utf8'), /sklearn/);
      // And MLflow finds all of it in the file itself, without the endpoint.
      assert.deepEqual(await dumpTheirs(python, folder, root), await dumpOurs(store));
    });
  });

  it('logs from two clients at once, and every point is there', async () => {
    await withEndpoint(async (store, runId, client) => {
      await Promise.all([client('two_clients.py', 'one'), client('two_clients.py', 'two')]);
      const run = await store.tracking.run(runId);
      for (const name of ['one', 'two']) {
        const history = await store.tracking.metricHistory(runId, `${name}.loss`);
        assert.deepEqual(
          history.map(({ step, value }) => [step, value]),
          Array.from({ length: 40 }, (_, step) => [step, 1 / (step + 1)]),
        );
        assert.equal(Object.keys(run.params).filter((key) => key.startsWith(`${name}.`)).length, 40);
      }
      assert.equal(run.metrics['shared']?.value, 39);
      assert.match(run.tags['turn'] ?? '', /^(one|two) 39$/);
      const { runs } = await store.tracking.runs({ experimentIds: [run.experimentId] });
      assert.deepEqual(
        runs.map(({ name, status }) => `${name} ${status}`).sort(),
        [`${run.name} RUNNING`, 'one FINISHED', 'two FINISHED'].sort(),
      );
      assert.ok(
        runs.filter(({ id }) => id !== runId).every(({ tags }) => tags['mlflow.parentRunId'] === runId),
      );
    });
  });
});
