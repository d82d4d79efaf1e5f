import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { after, before, describe, it } from 'mocha';
import { openLocalStore } from '../../engine/backends/local/store';
import { openFileStore, type FileStore } from '../../engine/backends/mlruns/store';
import { parseFilter } from '../../engine/tracking/filter';
import { dumpOurs, dumpTheirs } from './mlflow/dump';
import { mlflowPackages, pythonWith, runPython } from './python';

interface Dump {
  experiments: Record<string, { name: string }>;
  runs: Record<string, object>;
  models?: unknown;
  versions?: unknown;
}

/** Folders that the real MLflow's file store wrote. */
describe('an mlruns folder of MLflow', function () {
  this.timeout(15 * 60_000);
  let python: string;
  let folder: string;
  let uri: string;
  let store: FileStore;

  before(async () => {
    python = await pythonWith(mlflowPackages);
    folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'galley-mlruns-')));
    uri = `file://${path.join(folder, 'mlruns')}`;
    await runPython(python, 'test/live/mlflow/fill.py', [uri], {
      cwd: folder,
      env: { MLFLOW_ALLOW_FILE_STORE: 'true' },
    });
    store = openFileStore(path.join(folder, 'mlruns'));
  });

  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  async function dumps(): Promise<{ ours: Dump; theirs: Dump }> {
    const theirs = (await dumpTheirs(python, folder, folder, uri)) as Dump;
    // The file store's registry is not read.
    return {
      ours: (await dumpOurs({ tracking: store })) as Dump,
      theirs: { ...theirs, models: {}, versions: {} },
    };
  }

  it('reads as MLflow reads it, field by field', async () => {
    const { ours, theirs } = await dumps();
    assert.ok(Object.keys(theirs.runs).length >= 5);
    assert.deepEqual(ours, theirs);
  });

  it('takes tags, notes, names, ends, deletion and restoration so that MLflow reads them', async () => {
    const [experiment] = (await store.experiments()).filter(({ name }) => name === 'card-fraud');
    const { runs } = await store.runs({ experimentIds: [experiment!.id] });
    const [run, other] = [
      runs.find(({ name }) => name === 'by hand')!,
      runs.find(({ name }) => name === 'child')!,
    ];
    await store.log(run.id, {
      tags: {
        'mlflow.note.content': 'Sehr gut ✓\n<b>bold</b>',
        star: '',
        'n/b': 'below',
        yes: 'no',
        long: 'x'.repeat(9000),
      },
    });
    await store.deleteTag(run.id, 'a');
    await store.updateRun(run.id, { name: 'yes', status: 'KILLED', endedAt: 1_700_000_000_000 });
    await store.deleteRun(other.id);
    await store.setExperimentTag(experiment!.id, 'team', 'risk');
    await store.deleteExperimentTag(experiment!.id, 'unicode');
    await store.renameExperiment(experiment!.id, '2026-01-01');
    const { ours, theirs } = await dumps();
    assert.deepEqual(ours, theirs);
    assert.equal(theirs.experiments[experiment!.id]?.name, '2026-01-01');
    await store.deleteExperiment(experiment!.id);
    const deleted = await dumps();
    assert.deepEqual(deleted.ours, deleted.theirs);
    await store.restoreExperiment(experiment!.id);
    const restored = await dumps();
    assert.deepEqual(restored.ours, restored.theirs);
  });

  it('shows beside mlflow.db, and new runs go there', async () => {
    const project = openLocalStore(folder);
    try {
      const { tracking } = project;
      const old = await tracking.experiments();
      assert.ok(
        old.every(({ id }) => id.startsWith('mlruns-')) && old.length === 3,
        old.map(({ id }) => id).join(),
      );
      const before = await tracking.runs({ experimentIds: old.map(({ id }) => id), includeDeleted: true });
      const mine = await tracking.createExperiment('2026-01-01');
      const run = await tracking.createRun({ experimentId: mine.id, startedAt: Date.now() + 1000, tags: {} });
      await tracking.log(run.id, { metrics: [{ key: 'tie', value: 5, step: 0, timestamp: 0 }] });
      const ids = [...old.map(({ id }) => id), mine.id];
      const filter = parseFilter('metrics.tie >= 2 or name = child');
      const page = await tracking.runs({
        experimentIds: ids,
        limit: 2,
        ...(filter === undefined ? {} : { filter }),
      });
      assert.equal(page.total, 3);
      assert.equal(page.runs[0]?.id, run.id);
      assert.ok(page.runs[1]?.experimentId.startsWith('mlruns-'));
      assert.equal(
        (await tracking.runs({ experimentIds: ids, includeDeleted: true })).total,
        before.total + 1,
      );
    } finally {
      await project.close();
    }
  });

  it('shows once what MLflow has migrated', async () => {
    const moved = await mkdtemp(path.join(os.tmpdir(), 'galley-migrated-'));
    const project = openLocalStore(moved);
    try {
      await cp(path.join(folder, 'mlruns'), path.join(moved, 'mlruns'), { recursive: true });
      const { tracking } = project;
      const all = async () => {
        const experiments = await tracking.experiments({ includeDeleted: true });
        const experimentIds = experiments.map(({ id }) => id);
        const { runs } = await tracking.runs({ experimentIds, includeDeleted: true });
        return { names: experiments.map(({ name }) => name).sort(), runs: runs.map(({ id }) => id) };
      };
      // MLflow's migration stops at a point that was logged twice, and takes the infinities for one another.
      for (const file of await readdir(moved, { recursive: true }))
        if (/metrics.(tie|odd)$/.test(file)) {
          const lines = (await readFile(path.join(moved, file), 'utf8')).split('\n');
          await writeFile(
            path.join(moved, file),
            [...new Set(lines.filter((line) => !line.includes('inf')))].join('\n'),
          );
        }
      const before = await all();
      const migrate = [
        'migrate-filestore',
        '--source',
        moved,
        '--target',
        'sqlite:///mlflow.db',
        '--no-progress',
      ];
      await promisify(execFile)(python, ['-m', 'mlflow', ...migrate], { cwd: moved });
      assert.deepEqual(await all(), before);
      assert.ok((await tracking.experiments()).every(({ id }) => !id.startsWith('mlruns-')));
    } finally {
      await project.close();
      await rm(moved, { recursive: true, force: true });
    }
  });
});
