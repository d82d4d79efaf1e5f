import assert from 'node:assert/strict';
import { access, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { after, before, describe, it } from 'mocha';
import { openLocalStore, type LocalStore } from '../../../engine/backends/local/store';
import type { MetricPoint } from '../../../engine/tracking/types';
import { failure, temporaryFolder } from './folder';

describe('local tracking store', function () {
  this.timeout(60_000);
  let folder: string;
  let remove: () => Promise<void>;
  let store: LocalStore;
  let experimentId: string;

  before(async () => {
    ({ folder, remove } = await temporaryFolder());
    store = openLocalStore(folder);
    experimentId = (await store.tracking.createExperiment('card-fraud', { team: 'fraud' })).id;
  });

  after(async () => {
    await store.close();
    await remove();
  });

  const newRun = async () => (await store.tracking.createRun({ experimentId, startedAt: 1000, tags: {} })).id;

  it('reads a folder without a store as empty and makes nothing in it', async () => {
    const empty = await temporaryFolder();
    const other = openLocalStore(empty.folder);
    assert.deepEqual(await other.tracking.experiments(), []);
    assert.deepEqual(await other.tracking.runs({ experimentIds: ['0', '1'] }), { runs: [], total: 0 });
    assert.deepEqual(await other.registry.models(), []);
    assert.equal(await other.tracking.experimentByName('card-fraud'), undefined);
    await assert.rejects(other.tracking.run('0'.repeat(32)), failure('not-found'));
    await assert.rejects(other.tracking.metricHistory('0'.repeat(32), 'auc'), failure('not-found'));
    const before = await other.tracking.revision();
    assert.deepEqual(await readdir(empty.folder), []);

    const experiment = await other.tracking.createExperiment('first');
    assert.equal(experiment.id, '1');
    assert.equal(experiment.artifactLocation, path.join(empty.folder, 'mlruns', '1'));
    assert.deepEqual((await other.tracking.experiments()).map(({ name }) => name).sort(), [
      'Default',
      'first',
    ]);
    assert.notEqual(await other.tracking.revision(), before);
    await other.close();
    await empty.remove();
  });

  it('makes a run as MLflow does, finds it again, renames, ends, deletes and restores it', async () => {
    const { tracking } = store;
    const id = 'abcdef0123456789abcdef0123456789';
    const run = await tracking.createRun({
      id,
      experimentId,
      startedAt: 1000,
      tags: { 'mlflow.user': 'ana' },
    });
    assert.match(run.name, /^[a-z]+-[a-z]+-\d{1,4}$/);
    assert.ok(run.name.length <= 20);
    assert.equal(run.tags['mlflow.runName'], run.name);
    assert.equal(run.user, 'ana');
    assert.equal(run.status, 'RUNNING');
    assert.equal(run.artifactUri, path.join(folder, 'mlruns', experimentId, id, 'artifacts'));
    await assert.rejects(
      tracking.createRun({ id, experimentId, startedAt: 1, tags: {} }),
      failure('conflict'),
    );
    for (const bad of ['', 'ABCDEF0123456789abcdef0123456789', '../x'])
      await assert.rejects(
        tracking.createRun({ id: bad, experimentId, startedAt: 1, tags: {} }),
        failure('invalid'),
      );
    await assert.rejects(
      tracking.createRun({ experimentId: '99', startedAt: 1, tags: {} }),
      failure('not-found'),
    );

    await tracking.log(id, { tags: { 'mlflow.runName': 'calm-fox-11' } });
    assert.equal((await tracking.run(id)).name, 'calm-fox-11');
    const ended = await tracking.updateRun(id, { status: 'FINISHED', endedAt: 2000, name: 'brave-otter-12' });
    assert.equal(ended.tags['mlflow.runName'], 'brave-otter-12');
    assert.deepEqual([ended.status, ended.endedAt], ['FINISHED', 2000]);

    await tracking.deleteRun(id);
    await assert.rejects(tracking.log(id, { tags: { a: 'b' } }), failure('invalid', /deleted/));
    const ids = async (includeDeleted: boolean) =>
      (await tracking.runs({ experimentIds: [experimentId], includeDeleted })).runs.map((entry) => entry.id);
    assert.ok(!(await ids(false)).includes(id));
    assert.ok((await ids(true)).includes(id));
    await tracking.restoreRun(id);
    assert.ok((await ids(false)).includes(id));
  });

  it('pages runs in order of their start', async () => {
    const { tracking } = store;
    const experiment = await tracking.createExperiment('paged');
    const query = { experimentIds: [experiment.id] };
    for (let start = 1; start <= 5; start++)
      await tracking.createRun({
        experimentId: experiment.id,
        startedAt: start,
        tags: {},
        name: `run-${start}`,
      });
    const names = async (more: object) =>
      (await tracking.runs({ ...query, ...more })).runs.map(({ name }) => name);
    assert.deepEqual(await names({ limit: 2, offset: 1 }), ['run-4', 'run-3']);
    assert.deepEqual(await names({ oldestFirst: true, limit: 2 }), ['run-1', 'run-2']);
    assert.deepEqual(await tracking.runs({ ...query, limit: 0 }), { runs: [], total: 5 });
    assert.deepEqual(await tracking.runs({ experimentIds: [] }), { runs: [], total: 0 });
  });

  it('keeps params as they were first logged, all of a batch or none', async () => {
    const { tracking } = store;
    const id = await newRun();
    await tracking.log(id, { params: { lr: '0.1' } });
    await tracking.log(id, { params: { lr: '0.1', depth: '3' } });
    await assert.rejects(
      tracking.log(id, {
        params: { trees: '5', lr: '0.2' },
        metrics: [{ key: 'auc', value: 1, step: 0, timestamp: 0 }],
        tags: { late: 'yes' },
      }),
      failure('conflict', /“lr” was logged as “0\.1”/),
    );
    const run = await tracking.run(id);
    assert.deepEqual(run.params, { lr: '0.1', depth: '3' });
    assert.deepEqual(run.metrics, {});
    assert.equal(run.tags['late'], undefined);
  });

  it('holds MLflow’s limits: keys are refused, long values are cut', async () => {
    const { tracking } = store;
    const id = await newRun();
    const metric = (key: string, more: Partial<MetricPoint> = {}) => ({
      metrics: [{ key, value: 1, step: 0, timestamp: 0, ...more }],
    });
    await tracking.log(id, { params: { ['k'.repeat(250)]: 'v' }, ...metric('a/b c.d-e_f:Ä') });
    for (const bad of ['', 'k'.repeat(251), 'a\tb', 'a"b', '../a', '/a', 'a/../b', 'a//b', '.', 'a/']) {
      await assert.rejects(tracking.log(id, { params: { [bad]: 'v' } }), failure('invalid'), bad);
      await assert.rejects(tracking.log(id, { tags: { [bad]: 'v' } }), failure('invalid'), bad);
      await assert.rejects(tracking.log(id, metric(bad)), failure('invalid'), bad);
    }
    await assert.rejects(tracking.log(id, metric('m', { step: 0.5 })), failure('invalid', /step/));
    await assert.rejects(tracking.log(id, metric('m', { timestamp: -1 })), failure('invalid', /timestamp/));
    await tracking.log(id, { params: { long: '😀'.repeat(6001) }, tags: { long: 'x'.repeat(8001) } });
    const run = await tracking.run(id);
    assert.equal(run.params['long'], '😀'.repeat(6000));
    assert.equal(run.tags['long'], 'x'.repeat(8000));
    await assert.rejects(tracking.createExperiment('x'.repeat(501)), failure('invalid'));
    await assert.rejects(tracking.createExperiment('card-fraud'), failure('conflict'));
  });

  it('keeps NaN and infinities as MLflow does', async () => {
    const { tracking } = store;
    const id = await newRun();
    const values = [Number.NaN, Infinity, -Infinity, -0.5, 5e-324, 1.7976931348623157e308];
    await tracking.log(id, {
      metrics: values.map((value, step) => ({ key: 'odd', value, step, timestamp: 7 })),
    });
    const history = await tracking.metricHistory(id, 'odd');
    assert.deepEqual(
      history.map(({ value }) => value),
      [Number.NaN, Number.MAX_VALUE, -Number.MAX_VALUE, -0.5, 5e-324, Number.MAX_VALUE],
    );
    const database = new DatabaseSync(path.join(folder, 'mlflow.db'), { readOnly: true });
    const [first] = database
      .prepare('SELECT value, is_nan FROM metrics WHERE run_uuid = ? ORDER BY step')
      .all(id);
    assert.deepEqual({ ...first }, { value: 0, is_nan: 1 });
    database.close();
  });

  it('keeps the last value of a metric by step, timestamp and value, in whatever order and batches it comes', async () => {
    const point = fc.record({
      key: fc.constantFrom('auc', 'loss', '__proto__'),
      value: fc.constantFrom(-1, 0, 0.5, 2, Number.NaN, Infinity, -Infinity),
      step: fc.integer({ min: -2, max: 3 }),
      timestamp: fc.integer({ min: 0, max: 2 }),
    });
    const stored = (value: number) =>
      Number.isNaN(value) ? 0 : Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(point, { maxLength: 8 }), { maxLength: 5 }), async (batches) => {
        const id = await newRun();
        for (const metrics of batches) await store.tracking.log(id, { metrics });
        const points = batches.flat();
        const { metrics } = await store.tracking.run(id);
        assert.deepEqual(new Set(Object.keys(metrics)), new Set(points.map(({ key }) => key)));
        for (const [key, last] of Object.entries(metrics)) {
          const ofKey = points.filter((entry) => entry.key === key);
          const history = await store.tracking.metricHistory(id, key);
          // The same point twice is one; NaN and 0 are two, although MLflow ranks them the same.
          const identity = ({ step, timestamp, value }: MetricPoint) =>
            `${step} ${timestamp} ${stored(value)} ${Number.isNaN(value)}`;
          assert.deepEqual(new Set(history.map(identity)), new Set(ofKey.map(identity)));
          assert.equal(history.length, new Set(ofKey.map(identity)).size);
          const rank = ({ step, timestamp, value }: MetricPoint) => [step, timestamp, stored(value)] as const;
          const best = ofKey.reduce((a, b) => {
            const [x, y] = [rank(a), rank(b)];
            const difference = y[0] - x[0] || y[1] - x[1] || Math.sign(y[2] - x[2]);
            return difference > 0 ? b : a;
          });
          assert.deepEqual(rank(last), rank(best));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('gives back every text as it was written', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 40 });
    const key = fc.stringMatching(/^[a-z_][a-zA-Z0-9_.]{0,20}$/).filter((name) => name !== 'mlflow.runName');
    await fc.assert(
      fc.asyncProperty(fc.dictionary(key, text), fc.dictionary(key, text), async (params, tags) => {
        const id = await newRun();
        await store.tracking.log(id, { params, tags });
        const run = await store.tracking.run(id);
        assert.deepEqual({ ...run.params }, { ...params });
        assert.deepEqual({ ...run.tags }, { 'mlflow.runName': run.name, ...tags });
      }),
      { numRuns: 60 },
    );
  });

  it('links a dataset once, and shares it between runs', async () => {
    const dataset = {
      name: 'transactions',
      digest: 'abc123',
      sourceType: 'local',
      source: '{"uri": "data.parquet"}',
      schema: '{}',
      tags: { 'mlflow.data.context': 'training' },
    };
    const [one, two] = [await newRun(), await newRun()];
    await store.tracking.logDatasets(one, [dataset, { ...dataset, tags: {} }]);
    await store.tracking.logDatasets(one, [{ ...dataset, tags: { other: 'tag' } }]);
    await store.tracking.logDatasets(two, [dataset]);
    assert.deepEqual((await store.tracking.run(one)).datasets, [dataset]);
    assert.deepEqual((await store.tracking.run(two)).datasets, [dataset]);
    await assert.rejects(
      store.tracking.logDatasets(one, [{ ...dataset, digest: 'x'.repeat(37) }]),
      failure('invalid', /digest/),
    );
  });

  it('refuses runs in a deleted experiment and says how to get it back', async () => {
    const { tracking } = store;
    const { id } = await tracking.createExperiment('short-lived');
    const run = await tracking.createRun({ experimentId: id, startedAt: 1, tags: {} });
    await tracking.deleteExperiment(id);
    assert.equal((await tracking.run(run.id)).lifecycleStage, 'deleted');
    await assert.rejects(
      tracking.createRun({ experimentId: id, startedAt: 1, tags: {} }),
      failure('invalid', /mlflow experiments restore/),
    );
    await assert.rejects(tracking.createExperiment('short-lived'), failure('conflict', /deleted/));
    await tracking.restoreExperiment(id);
    assert.equal((await tracking.run(run.id)).lifecycleStage, 'active');
    assert.equal((await tracking.experimentByName('short-lived'))?.lifecycleStage, 'active');
  });

  it('keeps writes in the order in which they were asked for', async () => {
    const id = await newRun();
    await Promise.all(
      Array.from({ length: 50 }, (_, turn) => store.tracking.log(id, { tags: { turn: String(turn) } })),
    );
    assert.equal((await store.tracking.run(id)).tags['turn'], '49');
  });

  it('goes on after the file was replaced or deleted, and refuses work once it is closed', async () => {
    const place = await temporaryFolder();
    const [one, two] = [openLocalStore(place.folder), openLocalStore(place.folder)];
    await one.tracking.createExperiment('before');
    assert.equal((await two.tracking.experiments()).length, 2);
    await rm(path.join(place.folder, 'mlflow.db'));
    assert.deepEqual(await two.tracking.experiments(), []);
    await one.tracking.createExperiment('after');
    assert.deepEqual((await two.tracking.experiments()).map(({ name }) => name).sort(), ['Default', 'after']);
    await one.close();
    await assert.rejects(one.tracking.createExperiment('late'), failure('cancelled'));
    await assert.rejects(one.tracking.experiments(), failure('cancelled'));
    await two.close();
    await access(path.join(place.folder, 'mlflow.db'));
    await place.remove();
  });
});
