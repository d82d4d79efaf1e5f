import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { openLocalStore } from '../../../engine/backends/local/store';
import { openFileStore, type FileStore } from '../../../engine/backends/mlruns/store';
import { failure, temporaryFolder } from './folder';

const runId = (digit: string) => digit.repeat(32);

describe('a damaged mlruns folder', () => {
  let project: string;
  let root: string;
  let remove: () => Promise<void>;
  let store: FileStore;

  before(async () => {
    ({ folder: project, remove } = await temporaryFolder());
    root = path.join(project, 'mlruns');
    store = openFileStore(root);
  });
  after(() => remove());

  async function file(place: string, text: string): Promise<void> {
    await mkdir(path.dirname(path.join(root, place)), { recursive: true });
    await writeFile(path.join(root, place), text);
  }

  const meta = (id: string, more = '') =>
    `artifact_uri: file:///nowhere/${id}\nexperiment_id: '1'\nlifecycle_stage: active\nrun_id: ${id}\nrun_name: 1e5\nstart_time: 5\nstatus: 3\n${more}`;

  it('that is not there, or holds artifacts of mlflow.db only, is empty', async () => {
    assert.deepEqual(await store.experiments(), []);
    assert.deepEqual(await store.runs({ experimentIds: ['1'] }), { runs: [], total: 0 });
    await file(`7/${runId('a')}/artifacts/model/MLmodel`, 'x');
    assert.deepEqual(await store.experiments(), []);
    await assert.rejects(store.run(runId('a')), failure('not-found'));
    const local = openLocalStore(project);
    assert.deepEqual(await local.tracking.experiments(), []);
    await local.close();
  });

  it('shows what can be read of it', async () => {
    await file(
      '1/meta.yaml',
      "artifact_location: file:///x\nexperiment_id: '1'\nlifecycle_stage: active\nname: whole\n",
    );
    await file('2/meta.yaml', 'artifact_location: file:///x\nexperim');
    await file('3/meta.yaml', '');
    await file('4/meta.yaml', '{{{ ::: \u0000');
    const names = (await store.experiments()).map(({ id, name }) => [id, name]).sort();
    assert.deepEqual(names, [
      ['1', 'whole'],
      ['2', '2'],
      ['3', '3'],
      ['4', '4'],
    ]);

    await file(`1/${runId('a')}/meta.yaml`, meta(runId('a'), 'end_time: 9\n').slice(0, -5));
    await file(`1/${runId('a')}/tags/mlflow.runName`, 'half-written');
    await file(`1/${runId('b')}/meta.yaml`, '');
    await file(`1/${runId('b')}/tags/mlflow.runName`, '<img src=x onerror=alert(1)>');
    await file(`1/${runId('c')}/meta.yaml`, meta(runId('c')).replace("'1'", "'2'"));
    await file(`1/${runId('d')}/params/lr`, '1');
    await file(`1/${runId('e')}/meta.yaml`, meta(runId('e')));
    await file(`1/${runId('e')}/inputs/x/meta.yaml`, 'source_type: DATASET\nsource_id: ../../../2\n');
    const { runs } = await store.runs({ experimentIds: ['1'], order: [], oldestFirst: true });
    assert.deepEqual(runs.map(({ id, name, status }) => [id[0], name, status]).sort(), [
      ['a', '1e5', 'FINISHED'],
      ['b', '<img src=x onerror=alert(1)>', 'RUNNING'],
      ['e', '1e5', 'FINISHED'],
    ]);
    assert.equal(runs.find(({ id }) => id === runId('a'))?.endedAt, undefined);
    assert.deepEqual(runs.find(({ id }) => id === runId('e'))?.datasets, []);
  });

  it('keeps whole lines of metrics, and leaves out those that were cut', async () => {
    await file(
      `1/${runId('e')}/metrics/a/b`,
      '5 1.5 0\n6 nan 1\n7 -inf 2\n8 1e-05 -3\n9 0.51795561859453 2.0 4\n\ngarbage\n9 0.9 3\n10 0.',
    );
    await file(`1/${runId('e')}/metrics/old`, '5 1.0\n');
    await file(`1/${runId('e')}/metrics/empty`, '');
    await file(`1/${runId('e')}/metrics/cut`, '17955618');
    await file(`1/${runId('e')}/metrics/__proto__`, '5 2.0 0 cards abc\n');
    assert.deepEqual(await store.metricHistory(runId('e'), 'a/b'), [
      { key: 'a/b', value: 1e-5, timestamp: 8, step: -3 },
      { key: 'a/b', value: 1.5, timestamp: 5, step: 0 },
      { key: 'a/b', value: Number.NaN, timestamp: 6, step: 1 },
      { key: 'a/b', value: -Infinity, timestamp: 7, step: 2 },
      { key: 'a/b', value: 0.9, timestamp: 9, step: 3 },
    ]);
    const { metrics } = await store.run(runId('e'));
    assert.deepEqual(Object.keys(metrics).sort(), ['__proto__', 'a/b', 'old']);
    assert.equal(metrics['a/b']?.value, 0.9);
    assert.deepEqual(await store.metricHistory(runId('e'), '../tags/x'), []);
    assert.deepEqual(await store.metricHistory(runId('e'), 'cut'), []);
  });

  it('lets no name lead out of it, and takes no new runs', async () => {
    await file('secret', 'x');
    for (const id of ['..', '../1', '1/../..', '', '.', 'tags', `../${runId('e')}`])
      await assert.rejects(store.run(id), failure('not-found'));
    for (const key of ['../../../secret', '..', '/etc/passwd', 'a/../../b', ''])
      await assert.rejects(store.log(runId('e'), { tags: { [key]: 'y' } }), failure('invalid'));
    await assert.rejects(store.deleteTag(runId('e'), '../params/lr'), failure('not-found'));
    assert.equal(await readFile(path.join(root, 'secret'), 'utf8'), 'x');
    await assert.rejects(
      store.createRun({ experimentId: '1', startedAt: 1, tags: {} }),
      failure('unsupported', /mlflow\.db/),
    );
    await assert.rejects(
      store.log(runId('e'), { params: { a: 'b' }, tags: { t: 'u' } }),
      failure('unsupported'),
    );
    assert.equal((await store.run(runId('e'))).tags['t'], undefined);
    await store.log(runId('e'), { tags: { a: '1' } });
    await assert.rejects(store.log(runId('e'), { tags: { 'a/b': '1' } }), failure('conflict'));
  });

  it('has another revision after each change', async () => {
    const seen = new Set([await store.revision()]);
    const changes = [
      () => store.log(runId('e'), { tags: { star: '1' } }),
      () => store.deleteRun(runId('e')),
      () => store.restoreRun(runId('e')),
      () => file(`1/${runId('f')}/meta.yaml`, meta(runId('f')).replace('status: 3', 'status: 1')),
      () => file(`1/${runId('f')}/metrics/loss`, '5 1.0 0\n'),
      () => file(`1/${runId('f')}/metrics/loss`, '5 1.0 0\n6 1.0 1\n'),
    ];
    for (const [index, change] of changes.entries()) {
      await change();
      seen.add(await store.revision());
      assert.equal(seen.size, index + 2);
    }
    assert.equal(await store.revision(), [...seen].at(-1));
  });

  it('leaves the writes to mlflow.db beside it in the order in which they were asked for', async () => {
    const { tracking, close } = openLocalStore(project);
    try {
      const { id: experimentId } = await tracking.createExperiment('mine');
      const { id } = await tracking.createRun({ experimentId, startedAt: 1, tags: {} });
      const turns = Array.from({ length: 20 }, (_, turn) =>
        tracking.log(id, { tags: { turn: String(turn) } }),
      );
      await Promise.all([...turns, tracking.updateRun(id, { status: 'FINISHED' }), tracking.deleteRun(id)]);
      const run = await tracking.run(id);
      assert.deepEqual([run.tags['turn'], run.status, run.lifecycleStage], ['19', 'FINISHED', 'deleted']);
      const old = (await tracking.experiments()).filter((experiment) => experiment.id.startsWith('mlruns-'));
      assert.equal(old.length, 4);
    } finally {
      await close();
    }
  });
});
