import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { GalleyError } from '../../../engine/errors';
import type { PlannedStage } from '../../../engine/pipeline/types';
import { openStageCache, type StageCache } from '../../../engine/training/cache';
import { openHasher, type ContentHasher } from '../../../engine/training/content-hash';

const planned = (more: Partial<PlannedStage> = {}): PlannedStage => ({
  name: 'train',
  command: { shell: 'python train.py' },
  inputs: ['src', 'data/*.csv', 'train.py'],
  outputs: { model: 'build/model', report: 'build/report.txt' },
  params: { rate: 0.1 },
  dependsOn: [],
  env: {},
  spec: {
    run: 'python train.py',
    inputs: [],
    outputs: {},
    metrics: [],
    env: {},
    backend: 'local',
    retries: 0,
  },
  ...more,
});

describe('stage cache', () => {
  let folder: string;
  let hasher: ContentHasher;
  let cache: StageCache;
  const at = (...parts: string[]) => path.join(folder, ...parts);

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'galley-cache-'));
    for (const name of ['src/inner', 'data', 'build/model/sub', 'artifacts/plots'])
      await mkdir(at(name), { recursive: true });
    await writeFile(at('src/inner/a.py'), 'a');
    await writeFile(at('data/one.csv'), '1');
    await writeFile(at('train.py'), 'train');
    await writeFile(at('build/model/model.pkl'), 'weights');
    await writeFile(at('build/model/sub/run.sh'), 'serve', { mode: 0o755 });
    await writeFile(at('build/report.txt'), 'good');
    await writeFile(at('artifacts/plots/roc.svg'), '<svg/>');
    hasher = await openHasher(at('cache/index'));
    cache = openStageCache(at('cache'), folder, hasher);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function store(stage = planned()): Promise<string> {
    const key = await cache.key(stage);
    assert.ok(key);
    await cache.store(key, stage, {
      runId: 'r1',
      artifacts: ['plots/roc.svg'],
      artifactFolder: at('artifacts'),
    });
    return key;
  }

  it('has the same key for the same things, and another for anything that matters', async () => {
    const key = await cache.key(planned());
    assert.equal(await cache.key(planned()), key);
    // Neither times nor what Python leaves beside its sources matter.
    await utimes(at('train.py'), 1, 1);
    await mkdir(at('src/__pycache__'));
    await writeFile(at('src/__pycache__/a.pyc'), 'x');
    assert.equal(await cache.key(planned()), key);

    const others = [
      planned({ command: { shell: 'python train.py -v' } }),
      planned({ command: { argv: ['python', 'train.py'] } }),
      planned({ params: { rate: 0.2 } }),
      planned({ params: { rate: '0.1' } }),
      planned({ env: { SEED: '1' } }),
      planned({ outputs: { model: 'build/model' } }),
      planned({ inputs: ['src', 'train.py'] }),
    ];
    const changes = [
      () => writeFile(at('data/two.csv'), '2'),
      () => writeFile(at('src/inner/a.py'), 'b'),
      () => appendFile(at('train.py'), '!'),
      () => rm(at('data/one.csv')),
    ];
    const keys = [key, ...(await Promise.all(others.map((stage) => cache.key(stage))))];
    for (const change of changes) {
      await change();
      keys.push(await cache.key(planned()));
    }
    assert.equal(new Set(keys).size, keys.length);
  });

  it('names a missing input, and does not cache what declares none or would replace the project', async () => {
    for (const input of ['nowhere.csv', 'data/*.parquet'])
      await assert.rejects(cache.key(planned({ inputs: [input] })), (error) => {
        assert.ok(error instanceof GalleyError);
        assert.equal(error.code, 'not-found');
        assert.equal(error.data.subject, input);
        assert.ok(error.message.includes(input) && error.message.includes('train'));
        return true;
      });
    assert.equal(await cache.key(planned({ inputs: [] })), undefined);
    for (const place of ['.', '..', folder, 'build/..'])
      assert.equal(await cache.key(planned({ outputs: { all: place } })), undefined);
  });

  it('leaves outputs that are right, and restores what is missing, tampered with or has more in it', async () => {
    const key = await store();
    const entry = await cache.find(key);
    assert.ok(entry);
    const before = await stat(at('build/report.txt'));
    assert.deepEqual(await cache.restore(key, entry), []);
    assert.equal((await stat(at('build/report.txt'))).ino, before.ino);

    await writeFile(at('build/report.txt'), 'bad!');
    await writeFile(at('build/model/extra'), 'x');
    assert.deepEqual(await cache.restore(key, entry), ['build/model', 'build/report.txt']);
    assert.equal(await readFile(at('build/report.txt'), 'utf8'), 'good');
    assert.deepEqual((await readdir(at('build/model'), { recursive: true })).sort(), [
      'model.pkl',
      'sub',
      path.join('sub', 'run.sh'),
    ]);
    assert.equal((await stat(at('build/model/sub/run.sh'))).mode & 0o111, 0o111);

    await rm(at('build'), { recursive: true });
    assert.deepEqual(await cache.restore(key, entry), ['build/model', 'build/report.txt']);
    assert.equal(await readFile(at('build/model/model.pkl'), 'utf8'), 'weights');

    // Editing what was restored must not reach the cache.
    await appendFile(at('build/model/model.pkl'), ' edited');
    assert.deepEqual(await cache.restore(key, entry), ['build/model']);
    assert.equal(await readFile(at('build/model/model.pkl'), 'utf8'), 'weights');
    assert.deepEqual(await readdir(at('build')), ['model', 'report.txt']);
    assert.ok(entry.artifacts[0] && (await cache.copyOut(entry.artifacts[0], at('again.svg'))));
    assert.equal(await readFile(at('again.svg'), 'utf8'), '<svg/>');
  });

  it('forgets an entry whose content is damaged and leaves the output as it was', async () => {
    const key = await store();
    const entry = await cache.find(key);
    const hash = entry?.outputs['build/report.txt']?.files[0]?.hash;
    assert.ok(entry && hash);
    await writeFile(at('cache/objects', hash.slice(0, 2), hash.slice(2)), 'rot');
    await writeFile(at('build/report.txt'), 'mine');
    assert.equal(await cache.restore(key, entry), undefined);
    assert.equal(await cache.find(key), undefined);
    assert.equal(await readFile(at('build/report.txt'), 'utf8'), 'mine');
    // A manifest that is no JSON is as good as none.
    await writeFile(at('cache/stages', `${key}.json`), '{"version": 1, ');
    assert.equal(await cache.find(key), undefined);
  });

  it('remembers hashes of files that rest, and never one of a file that changed', async () => {
    const old = new Date(Date.now() - 60_000);
    await utimes(at('train.py'), old, old);
    const first = await hasher.file(at('train.py'));
    // Same size and modification time; the time of change tells.
    await writeFile(at('train.py'), 'niart');
    await utimes(at('train.py'), old, old);
    assert.notEqual(await hasher.file(at('train.py')), first);
    await writeFile(at('cache-index'), 'no JSON');
    const fresh = await openHasher(at('cache-index'));
    assert.equal(await fresh.file(at('src/inner/a.py')), await hasher.file(at('src/inner/a.py')));
  });
});
