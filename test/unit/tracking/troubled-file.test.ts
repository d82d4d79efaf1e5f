import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { openLocalStore, type LocalStore } from '../../../engine/backends/local/store';
import { failure, temporaryFolder } from './folder';

const holdLock = `
  const { DatabaseSync } = require('node:sqlite');
  const database = new DatabaseSync(process.argv[1]);
  database.exec(process.argv[2]);
  process.stdout.write('locked');
  setInterval(() => undefined, 1000);
`;

describe('a troubled mlflow.db', function () {
  this.timeout(60_000);
  let folder: string;
  let file: string;
  let remove: () => Promise<void>;
  let store: LocalStore;
  let child: ChildProcess | undefined;

  beforeEach(async () => {
    ({ folder, remove } = await temporaryFolder());
    file = path.join(folder, 'mlflow.db');
    store = openLocalStore(folder);
    await store.tracking.createExperiment('card-fraud');
  });

  afterEach(async () => {
    await unlock();
    await store.close();
    await remove();
  });

  async function lock(statement: string): Promise<void> {
    const holder = spawn(process.execPath, ['-e', holdLock, file, statement], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child = holder;
    await once(holder.stdout, 'data');
  }

  async function unlock(): Promise<void> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Runs `work` as a user who may read the store but not write it. */
  async function asReader(work: () => Promise<void>): Promise<void> {
    const isRoot = process.geteuid?.() === 0;
    await chmod(file, 0o444);
    await chmod(folder, 0o555);
    // Root may write whatever the mode says, so it becomes somebody else for the while.
    if (isRoot) process.seteuid?.(65_534);
    try {
      await work();
    } finally {
      if (isRoot) process.seteuid?.(0);
      await chmod(folder, 0o755);
      await chmod(file, 0o644);
    }
  }

  it('locked for writing: reads go on, a write fails as locked without blocking, and works once the lock is gone', async () => {
    await lock('BEGIN IMMEDIATE');
    const order: string[] = [];
    const write = store.tracking.createExperiment('late').catch((error: unknown) => {
      order.push('write');
      throw error;
    });
    const other = store.registry.createModel('late');
    for (let turn = 0; turn < 5; turn++) assert.equal((await store.tracking.experiments()).length, 2);
    order.push('reads');
    await store.tracking.revision();
    await Promise.all([
      assert.rejects(write, failure('locked', /another process.*Nothing was written/s)),
      assert.rejects(other, failure('locked')),
    ]);
    assert.deepEqual(order, ['reads', 'write']);
    await unlock();
    await store.tracking.createExperiment('late');
    assert.equal((await store.tracking.experiments()).length, 3);
  });

  it('locked for a while: a write waits for its turn', async () => {
    await lock('BEGIN EXCLUSIVE');
    const write = store.tracking.createExperiment('patient');
    const read = store.tracking.experiments();
    await store.tracking.revision();
    await unlock();
    assert.equal((await write).name, 'patient');
    assert.ok((await read).length >= 2);
  });

  it('read-only: reads go on, a write says so', async () => {
    await asReader(async () => {
      const reader = openLocalStore(folder);
      assert.equal((await reader.tracking.experiments()).length, 2);
      await assert.rejects(reader.tracking.createExperiment('no'), failure('read-only', /writable/));
      assert.equal((await reader.tracking.experiments()).length, 2);
      await reader.close();
    });
    await store.tracking.createExperiment('yes');
  });

  it('in a folder that cannot be written: the first write says so', async () => {
    const place = await temporaryFolder();
    await chmod(place.folder, 0o555);
    const reader = openLocalStore(place.folder);
    await asReader(async () => {
      assert.deepEqual(await reader.tracking.experiments(), []);
      await assert.rejects(reader.tracking.createExperiment('no'), failure('read-only', /folder/));
    });
    await reader.close();
    await chmod(place.folder, 0o755);
    await place.remove();
  });

  it('not a database, or cut short: corrupt', async () => {
    await store.close();
    const whole = await readFile(file);
    await truncate(file, 5000);
    store = openLocalStore(folder);
    await assert.rejects(store.tracking.experiments(), failure('corrupt', /Restore it from a copy/));
    await writeFile(file, 'version: 1\n'.repeat(1000));
    await assert.rejects(store.tracking.experiments(), failure('corrupt'));
    await assert.rejects(store.tracking.createExperiment('x'), failure('corrupt'));
    await store.tracking.revision();
    await writeFile(file, whole);
    assert.equal((await store.tracking.experiments()).length, 2);
  });

  it('without a table: corrupt, with its name; another program’s database: unsupported and left alone', async () => {
    const database = new DatabaseSync(file);
    database.exec('DROP TABLE latest_metrics');
    database.close();
    await assert.rejects(store.tracking.experiments(), failure('corrupt', /“latest_metrics”/));
    await store.close();
    await writeFile(file, '');
    const foreign = new DatabaseSync(file);
    foreign.exec('CREATE TABLE recipes (name TEXT)');
    foreign.close();
    store = openLocalStore(folder);
    await assert.rejects(store.tracking.experiments(), failure('unsupported', /not an MLflow store/));
    await assert.rejects(store.tracking.createExperiment('x'), failure('unsupported'));
    const after = new DatabaseSync(file);
    assert.deepEqual(
      after
        .prepare('SELECT name FROM sqlite_master')
        .all()
        .map(({ name }) => name),
      ['recipes'],
    );
    after.close();
  });

  it('an empty file, as another program makes it before its first table, is a new store', async () => {
    await store.close();
    await writeFile(file, '');
    store = openLocalStore(folder);
    assert.deepEqual(await store.tracking.experiments(), []);
    await store.tracking.createExperiment('first');
    assert.equal((await store.tracking.experiments()).length, 2);
  });

  it('made by two processes at once: one store with what both wrote', async () => {
    const place = await temporaryFolder();
    const stores = Array.from({ length: 4 }, () => openLocalStore(place.folder));
    await Promise.all(stores.map((each, index) => each.tracking.createExperiment(`from-${index}`)));
    const [one] = stores;
    assert.equal((await one?.tracking.experiments())?.length, 5);
    await Promise.all(stores.map((each) => each.close()));
    await place.remove();
  });
});
