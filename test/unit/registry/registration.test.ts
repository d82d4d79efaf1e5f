import { afterEach, beforeEach, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openLocalStore, type LocalStore } from '../../../engine/backends/local/store';
import { GalleyError, type ErrorCode } from '../../../engine/errors';
import { artifactDigest } from '../../../engine/registry/digest';
import { createModelRegistration } from '../../../engine/registry/registration';
import type { ModelRegistration } from '../../../engine/registry/service';
import { versionTags, type TestResult } from '../../../engine/registry/types';
import { runTags } from '../../../engine/tracking/types';
import { artifactFolder } from '../../../engine/training/artifact-folder';
import { createLocalTraining } from '../../../engine/training/local';

const stages = `
  prepare: {run: "true", outputs: {rows: build/rows}}
  train: {run: "true", outputs: {model: build/model}, metrics: [auc, loss], model: {name: fraud, from: outputs.model}}
`;

function spec(tests: string[], more = ''): string {
  return [
    'version: 1',
    'name: card-fraud',
    `stages:${stages}${more}`,
    'tests:',
    ...tests.map((test) => `  ${test}`),
  ].join('\n');
}

const isError =
  (code: ErrorCode, message: RegExp) =>
  (error: unknown): boolean => {
    assert(error instanceof GalleyError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    assert(error.data.remedy !== undefined || code === 'not-found');
    return true;
  };

describe('model registration', function () {
  this.timeout(60_000);
  let root: string;
  let store: LocalStore;
  let models: ModelRegistration;

  beforeEach(async () => {
    root = await realpath(await mkdtemp(path.join(os.tmpdir(), 'galley-registry-')));
    store = openLocalStore(root);
    const { tracking, registry } = store;
    const training = createLocalTraining({
      root,
      tracking,
      launcher: { command: process.execPath, args: [] },
    });
    models = createModelRegistration({ root, tracking, registry, training });
    await tests('good: {metric: auc, minimum: 0.9}');
  });
  afterEach(async () => {
    await store.close();
    await rm(root, { recursive: true, force: true });
  });

  const tests = (...lines: string[]) => writeFile(path.join(root, 'galley.yaml'), spec(lines));

  /** A run as a run process leaves it. */
  async function finishedRun(
    metrics: Record<string, number>,
    weights: string | undefined = 'weights',
  ): Promise<string> {
    const known = await store.tracking.experimentByName('card-fraud');
    const { id } = known ?? (await store.tracking.createExperiment('card-fraud'));
    const run = await store.tracking.createRun({
      experimentId: id,
      startedAt: Date.now(),
      tags: { [runTags.spec]: 'galley.yaml', 'mlflow.source.git.commit': 'c0ffee' },
    });
    const points = Object.entries(metrics).map(([key, value]) => ({ key, value, timestamp: 1, step: 0 }));
    await store.tracking.log(run.id, { metrics: points });
    if (weights !== undefined) {
      const artifact = path.join(artifactFolder(root, run.artifactUri), 'model');
      await mkdir(artifact, { recursive: true });
      await writeFile(path.join(artifact, 'weights'), weights);
    }
    await store.tracking.updateRun(run.id, { status: 'FINISHED', endedAt: Date.now() });
    return run.id;
  }

  /** Status and message of each test, by name. */
  const verdicts = (results: readonly TestResult[]) =>
    Object.fromEntries(results.map(({ name, status, message }) => [name, `${status}: ${message}`]));

  it('makes a version that says where it came from, and keeps the tests that it ran', async () => {
    const runId = await finishedRun({ auc: 0.94 });
    const { version, tests: ran } = await models.register({ runId, description: 'first' });
    const artifact = await store.registry.artifactPath('fraud', '1');
    assert.equal(await readFile(path.join(artifact, 'weights'), 'utf8'), 'weights');
    assert.equal(version.source, `runs:/${runId}/model`);
    assert.deepEqual(
      [version.name, version.version, version.runId, version.description],
      ['fraud', '1', runId, 'first'],
    );
    const { [versionTags.tests]: kept, ...tags } = version.tags;
    assert.deepEqual(tags, {
      [versionTags.digest]: await artifactDigest(artifact),
      [versionTags.commit]: 'c0ffee',
      [versionTags.pipeline]: 'card-fraud',
      [versionTags.spec]: 'galley.yaml',
      [versionTags.stage]: 'train',
    });
    assert.deepEqual(JSON.parse(kept ?? ''), ran);
    assert.deepEqual(models.results(version), ran);
    assert.deepEqual(verdicts(ran), { good: 'passed: auc is 0.94, at least 0.9.' });
  });

  it('keeps the version of an artifact that is registered twice, and makes a new one for another', async () => {
    const runId = await finishedRun({ auc: 0.94 });
    await models.register({ runId });
    assert.equal((await models.register({ runId })).version.version, '1');
    assert.equal((await models.register({ runId: await finishedRun({ auc: 0.95 }) })).version.version, '2');
  });

  it('says what is missing when nothing can be registered', async () => {
    const { id } = await store.tracking.createExperiment('other');
    const running = await store.tracking.createRun({ experimentId: id, startedAt: 1, tags: {} });
    await assert.rejects(models.register({ runId: running.id }), isError('invalid', /has not finished yet/));
    await store.tracking.updateRun(running.id, { status: 'FAILED', endedAt: 2 });
    await assert.rejects(models.register({ runId: running.id }), isError('invalid', /ended as FAILED/));
    await store.tracking.updateRun(running.id, { status: 'FINISHED', endedAt: 2 });
    await assert.rejects(
      models.register({ runId: running.id }),
      isError('invalid', /not started from a pipeline spec/),
    );
    await assert.rejects(models.register({ runId: '0'.repeat(32) }), isError('not-found', /run/i));

    const empty = await finishedRun({ auc: 1 }, undefined);
    await rm(path.join(artifactFolder(root, (await store.tracking.run(empty)).artifactUri), 'model'), {
      recursive: true,
      force: true,
    });
    await assert.rejects(
      models.register({ runId: empty }),
      isError('not-found', /no artifact model of the stage train/),
    );
    const runId = await finishedRun({ auc: 1 });
    await assert.rejects(
      models.register({ runId, stage: 'prepare' }),
      isError('invalid', /prepare makes no model/),
    );
    await assert.rejects(
      models.register({ runId, stage: 'toString' }),
      isError('invalid', /no stage toString/),
    );
    const second = '  other: {run: "true", outputs: {m: build/m}, model: {name: other, from: outputs.m}}\n';
    await writeFile(path.join(root, 'galley.yaml'), spec(['t: {metric: auc, minimum: 0}'], second));
    await assert.rejects(models.register({ runId }), isError('invalid', /Several stages .* train, other/));
    assert.equal((await models.register({ runId, stage: 'train' })).version.name, 'fraud');
    await writeFile(path.join(root, 'galley.yaml'), 'version: 1\nname: x\nstages:\n  a: {run: "true"}\n');
    await assert.rejects(
      models.register({ runId }),
      isError('invalid', /No stage of galley.yaml makes a model/),
    );
    assert.deepEqual(
      (await store.registry.models()).map(({ name }) => name),
      ['fraud'],
    );
  });

  it('judges metrics by their limits; what is not there or not a number is an error, not a failure', async () => {
    await tests(
      'low: {metric: auc, minimum: 0.95}',
      'edge: {metric: auc, minimum: 0.94, maximum: 0.94}',
      'high: {metric: loss, maximum: 0.1}',
      'never: {metric: f1, minimum: 0}',
      'nan: {metric: broken, minimum: 0}',
    );
    const { tests: ran } = await models.register({
      runId: await finishedRun({ auc: 0.94, loss: 0.2, broken: NaN }),
    });
    assert.deepEqual(verdicts(ran), {
      low: 'failed: auc is 0.94, below the minimum 0.95.',
      edge: 'passed: auc is 0.94, at least 0.94 and at most 0.94.',
      high: 'failed: loss is 0.2, above the maximum 0.1.',
      never: 'error: f1 was not logged by the run of v1.',
      nan: 'error: broken of v1 is not a number (NaN).',
    });
    assert.deepEqual([ran[0]?.measured, ran[0]?.limit], [0.94, 0.95]);
  });

  it('compares with an alias or a version, in the direction of the metric', async () => {
    await tests(
      'drop: {metric: auc, against: champion, max-drop: 0.005}',
      'rise: {metric: loss, against: champion, max-rise: 0.01}',
    );
    const first = await models.register({ runId: await finishedRun({ auc: 0.938, loss: 0.2 }) });
    assert.deepEqual(verdicts(first.tests), {
      drop: 'passed: No champion yet to compare with.',
      rise: 'passed: No champion yet to compare with.',
    });
    await store.registry.setAlias('fraud', 'champion', '1');
    // Exactly the limit, which binary numbers overshoot: 0.938 - 0.933 = 0.005000000000000004.
    const edge = await models.register({ runId: await finishedRun({ auc: 0.933, loss: 0.21 }) });
    assert.deepEqual(
      edge.tests.map(({ status }) => status),
      ['passed', 'passed'],
    );
    const worse = await models.register({ runId: await finishedRun({ auc: 0.93, loss: 0.25 }) });
    assert.deepEqual(verdicts(worse.tests), {
      drop: 'failed: auc is 0.93, champion v1 has 0.938: a drop of 0.008, more than 0.005.',
      rise: 'failed: loss is 0.25, champion v1 has 0.2: a rise of 0.05, more than 0.01.',
    });
    const better = await models.register({ runId: await finishedRun({ auc: 0.99, loss: 0.01 }) });
    assert.deepEqual(
      better.tests.map(({ status }) => status),
      ['passed', 'passed'],
    );

    await tests('drop: {metric: auc, against: "3", max-drop: 0}');
    assert.deepEqual(verdicts(await models.evaluate('fraud', '2')), {
      drop: 'passed: auc is 0.933, v3 has 0.93.',
    });
    assert.deepEqual(verdicts(models.results(await store.registry.version('fraud', '2'))), {
      drop: 'passed: auc is 0.933, v3 has 0.93.',
    });
  });

  it('runs tests that are commands on the artifact, and tells a failure from what could not be judged', async () => {
    const script = `
      const fs = require('node:fs');
      const [mode, model, name, version] = process.argv.slice(2);
      console.log('checked ' + name + ' v' + version + ' ' + fs.readFileSync(model + '/weights', 'utf8'));
      if (mode === 'fail') { console.error('gap 0.3 of at most 0.1'); process.exit(4); }
      if (mode === 'kill') process.kill(process.pid, 'SIGKILL');
    `;
    await writeFile(path.join(root, 'check.js'), script);
    const node = JSON.stringify(process.execPath);
    const command = (mode: string) =>
      `{run: [${node}, check.js, ${mode}, "\${{ model.path }}", "\${{ model.name }}", "\${{ model.version }}"]}`;
    await tests(
      `fine: ${command('ok')}`,
      `bad: ${command('fail')}`,
      `killed: ${command('kill')}`,
      'none: {run: [no-such-program]}',
    );
    const { tests: ran } = await models.register({ runId: await finishedRun({}, "we'ights") });
    assert.deepEqual(verdicts(ran), {
      fine: "passed: checked fraud v1 we'ights",
      bad: "failed: Exit code 4: checked fraud v1 we'ights\ngap 0.3 of at most 0.1",
      killed: "error: The command was ended by SIGKILL: checked fraud v1 we'ights",
      none: 'error: The command no-such-program was not found.',
    });
  });
});
