import { afterEach, beforeEach, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { openLocalStore, type LocalStore } from '../../../engine/backends/local/store';
import type { DeploymentStatus } from '../../../engine/deployment/types';
import { identify } from '../../../engine/processes/identity';
import { assertAliasMayMove } from '../../../engine/registry/alias-policy';
import { runCommandTest } from '../../../engine/registry/command-test';
import {
  encodeResults,
  longestTag,
  storedResults,
  storeResults,
} from '../../../engine/registry/test-results';
import { versionTags, type TestResult } from '../../../engine/registry/types';

const result: fc.Arbitrary<TestResult> = fc.record({
  name: fc.string({ minLength: 1, maxLength: 40 }),
  status: fc.constantFrom('passed', 'failed', 'error'),
  message: fc.string({ maxLength: 3000, unit: 'grapheme' }),
  at: fc.nat(),
});

describe('stored test results', () => {
  let root: string;
  let store: LocalStore;

  beforeEach(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'galley-results-'));
    store = openLocalStore(root);
  });
  afterEach(async () => {
    await store.close();
    await rm(root, { recursive: true, force: true });
  });

  it('fit the tag, whatever the tests say, and lose no verdict', async () => {
    await store.registry.createVersion({ name: 'fraud', source: 'file:///nowhere' });
    const read = () => store.registry.version('fraud', '1');
    const many = fc.array(result, { maxLength: 120, size: 'max' });
    await fc.assert(
      fc.asyncProperty(many, async (results) => {
        for (const text of encodeResults(results)) assert(text.length <= longestTag);
        await storeResults(store.registry, await read(), results);
        const stored = storedResults(await read());
        const bare = (list: TestResult[]) =>
          list.map(({ name, status, at }) => JSON.stringify([name, status, at])).sort();
        assert.deepEqual(bare(stored), bare(results));
        // Who reads only the first tag must not take a version for passed that is not.
        const first = JSON.parse((await read()).tags[versionTags.tests] ?? '') as TestResult[];
        const passed = (list: TestResult[]) => list.every(({ status }) => status === 'passed');
        assert.equal(passed(first), passed(results));
      }),
      { numRuns: 30 },
    );
  });

  it('are none when somebody else wrote the tag', async () => {
    for (const text of ['', 'passed', '{}', '[1]', '[{"name":"a","status":"ok","message":"","at":1}]'])
      assert.deepEqual(
        storedResults({
          ...(await store.registry.createVersion({ name: 'm', source: 'x' })),
          tags: { [versionTags.tests]: text },
        }),
        [],
      );
  });
});

describe('runCommandTest', function () {
  this.timeout(30_000);

  it('ends a command that runs too long, with everything that it started', async () => {
    const child = `const c = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {stdio: 'inherit'}); console.log(c.pid); setInterval(() => {}, 1000)`;
    const verdict = await runCommandTest({
      run: [process.execPath, '-e', child],
      root: os.tmpdir(),
      folder: os.tmpdir(),
      scope: {},
      timeoutMs: 1500,
    });
    assert.equal(verdict.status, 'error');
    const pid = /did not end within 1.5 s: (\d+)$/.exec(verdict.message)?.[1];
    await assert.rejects(identify(Number(pid)), /no process/);
  });
});

describe('assertAliasMayMove', () => {
  const deployment = (name: string, model: string, approvals: boolean): DeploymentStatus => ({
    name,
    spec: 'galley.yaml',
    model,
    target: 'local',
    requests: [],
    rollout: { strategy: 'all-at-once', steps: [100], waitSeconds: 0 },
    policy: approvals ? { required: 1, from: [], allowRequester: false } : undefined,
  });
  const all = [
    deployment('staging', 'fraud', false),
    deployment('production', 'fraud', true),
    deployment('live', 'churn', false),
  ];

  it('refuses aliases that follow a deployment with approvals, and no others', () => {
    for (const alias of ['production', 'champion'])
      assert.throws(() => assertAliasMayMove(all, 'fraud', alias), { code: 'policy' });
    for (const [model, alias] of [
      ['fraud', 'challenger'],
      ['fraud', 'staging'],
      ['churn', 'champion'],
      ['churn', 'live'],
      ['churn', 'production'],
    ] as const)
      assertAliasMayMove(all, model, alias);
  });
});
