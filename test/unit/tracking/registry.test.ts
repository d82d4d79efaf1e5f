import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, before, describe, it } from 'mocha';
import { openLocalStore, type LocalStore } from '../../../engine/backends/local/store';
import { failure, temporaryFolder } from './folder';

describe('local model registry', function () {
  this.timeout(30_000);
  let folder: string;
  let remove: () => Promise<void>;
  let store: LocalStore;
  let runId: string;
  let model: string;

  before(async () => {
    ({ folder, remove } = await temporaryFolder());
    store = openLocalStore(folder);
    const { id } = await store.tracking.createExperiment('card-fraud');
    const run = await store.tracking.createRun({ experimentId: id, startedAt: 1, tags: {} });
    runId = run.id;
    model = path.join(run.artifactUri, 'model');
    await mkdir(model, { recursive: true });
    await writeFile(path.join(model, 'MLmodel'), 'flavors: {}');
  });

  after(async () => {
    await store.close();
    await remove();
  });

  it('numbers versions from 1 and never gives a number twice', async () => {
    const { registry } = store;
    const made = await registry.createVersion({
      name: 'fraud',
      source: `runs:/${runId}/model`,
      runId,
      description: 'first',
      tags: { 'galley.digest': 'abc' },
    });
    assert.equal(made.version, '1');
    assert.deepEqual(await registry.version('fraud', '1'), made);
    await registry.createVersion({ name: 'fraud', source: model });
    await registry.deleteVersion('fraud', '2');
    await registry.createVersion({ name: 'fraud', source: model });
    assert.deepEqual(
      (await registry.versions('fraud')).map(({ version }) => version),
      ['3', '1'],
    );
    const { versionCount, latestVersion } = await registry.model('fraud');
    assert.deepEqual([versionCount, latestVersion], [2, '3']);
    await assert.rejects(registry.version('fraud', '2'), failure('not-found'));
    await assert.rejects(registry.version('fraud', 'two'), failure('invalid'));
    await assert.rejects(registry.versions('nobody'), failure('not-found'));
    await assert.rejects(registry.createModel('fraud'), failure('conflict'));
    for (const bad of ['', '  ', 'a/b', 'a:b', '..'])
      await assert.rejects(registry.createModel(bad), failure('invalid'), bad);
  });

  it('moves aliases and keeps tags', async () => {
    const { registry } = store;
    await registry.setAlias('fraud', 'champion', '1');
    await registry.setAlias('fraud', 'champion', '3');
    await registry.setAlias('fraud', 'challenger', '3');
    assert.deepEqual((await registry.model('fraud')).aliases, { challenger: '3', champion: '3' });
    assert.deepEqual((await registry.version('fraud', '3')).aliases, ['challenger', 'champion']);
    assert.deepEqual((await registry.version('fraud', '1')).aliases, []);
    await registry.deleteAlias('fraud', 'challenger');
    await registry.deleteAlias('fraud', 'challenger');
    assert.deepEqual((await registry.model('fraud')).aliases, { champion: '3' });
    for (const bad of ['', 'latest', 'v1', 'a b'])
      await assert.rejects(registry.setAlias('fraud', bad, '1'), failure('invalid'), bad);
    await assert.rejects(registry.setAlias('fraud', 'champion', '9'), failure('not-found'));

    await registry.setVersionTag('fraud', '1', 'stage', 'old');
    await registry.setVersionTag('fraud', '1', 'stage', 'new');
    assert.equal((await registry.version('fraud', '1')).tags['stage'], 'new');
    await registry.deleteVersionTag('fraud', '1', 'stage');
    assert.equal((await registry.version('fraud', '1')).tags['stage'], undefined);
    await registry.setModelTag('fraud', 'owner', 'ana');
    assert.deepEqual((await registry.model('fraud')).tags, { owner: 'ana' });
  });

  it('finds the artifact of every kind of source, and says when it is gone or elsewhere', async () => {
    const { registry, tracking } = store;
    const logged = await tracking.createLoggedModel({
      experimentId: '1',
      name: 'forest',
      sourceRunId: runId,
    });
    await mkdir(logged.artifactLocation, { recursive: true });
    await mkdir(path.join(folder, 'mlartifacts', '1', 'x y'), { recursive: true });
    const artifact = async (source: string) => {
      const { version } = await registry.createVersion({ name: 'sources', source });
      return registry.artifactPath('sources', version);
    };
    assert.equal(await artifact(`runs:/${runId}/model`), model);
    assert.equal(await artifact(model), model);
    assert.equal(await artifact(pathToFileURL(model).href), model);
    assert.equal(await artifact(path.relative(folder, model)), model);
    assert.equal(await artifact('models:/fraud/1'), model);
    assert.equal(await artifact('models:/fraud@champion'), model);
    assert.equal(await artifact(`models:/${logged.id}`), logged.artifactLocation);
    // MLflow 3 keeps a logged model outside its run, and still lets people name it by the run.
    assert.equal(await artifact(`runs:/${runId}/forest`), logged.artifactLocation);
    assert.equal(await artifact('mlflow-artifacts:/1/x%20y'), path.join(folder, 'mlartifacts', '1', 'x y'));

    await assert.rejects(artifact(`runs:/${runId}/nothing`), failure('not-found', /moved or deleted/));
    await assert.rejects(
      artifact(`runs:/${'0'.repeat(32)}/model`),
      failure('not-found', /not in this store/),
    );
    await assert.rejects(artifact(`runs:/${runId}/../../../../etc`), failure('invalid', /leads out/));
    await assert.rejects(artifact('mlflow-artifacts:/%2e%2e/%2e%2e/etc'), failure('invalid', /leads out/));
    await assert.rejects(artifact('s3://bucket/model'), failure('unsupported', /not on this machine/));
    await assert.rejects(artifact('models:/fraud'), failure('invalid'));
    await assert.rejects(artifact('models:/fraud@nobody'), failure('not-found'));
    await assert.rejects(artifact(''), failure('invalid'));
  });

  it('deletes a model with all that belongs to it', async () => {
    const { registry } = store;
    await registry.deleteModel('fraud');
    await assert.rejects(registry.model('fraud'), failure('not-found'));
    assert.deepEqual(
      (await registry.models()).map(({ name }) => name),
      ['sources'],
    );
    assert.equal((await registry.createVersion({ name: 'fraud', source: model })).version, '1');
    assert.deepEqual((await registry.version('fraud', '1')).tags, {});
  });
});
