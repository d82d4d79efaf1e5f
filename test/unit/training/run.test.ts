import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { GalleyError } from '../../../engine/errors';
import type { RunState } from '../../../engine/training/types';
import {
  buildGalley,
  ended,
  openTraining,
  processAlive,
  waitFor,
  writeFiles,
  type BuiltGalley,
  type OpenTraining,
} from './galley';
import { endlessFiles, lifeFiles } from './projects';

const stages = (state: RunState) =>
  Object.fromEntries(state.stages.map(({ name, status }) => [name, status]));

describe('a run in a process of its own', function () {
  this.timeout(120_000);
  let galley: BuiltGalley;
  let root: string;
  let open: OpenTraining[];

  before(async () => {
    galley = await buildGalley();
  });
  after(() => galley.dispose());
  beforeEach(async () => {
    root = await realpath(await mkdtemp(path.join(os.tmpdir(), 'galley-run-')));
    open = [];
  });
  afterEach(async () => {
    for (const { training, store } of open) {
      for (const { runId, status } of await training.runs())
        if (status === 'RUNNING') await training.stop(runId);
      await store.close();
    }
    await rm(root, { recursive: true, force: true });
  });

  function window(stopGraceMs?: number): OpenTraining {
    const opened = openTraining(root, galley.launcher, stopGraceMs);
    open.push(opened);
    return opened;
  }

  async function endlessPids(): Promise<number[]> {
    const text = await waitFor(() => readFile(path.join(root, 'pids'), 'utf8').catch(() => undefined));
    const pids = text.split(' ').map(Number);
    assert.ok(pids.length === 2 && pids.every(processAlive));
    return pids;
  }

  const gone = (pids: number[]) => waitFor(async () => !pids.some(processAlive));

  async function wholeLog({ training }: OpenTraining, runId: string): Promise<string> {
    return (await training.log(runId, 0, 1 << 20)).text;
  }

  it('leaves a whole run in the store, and the next one is restored from the cache with all that was logged', async () => {
    await writeFiles(root, lifeFiles);
    const { training, store } = window();
    const started = await training.start({ spec: 'galley.yaml', trigger: 'retrain:live' });
    assert.equal((await store.tracking.run(started.runId)).name, started.runName);
    const first = await ended(training, started.runId);
    assert.equal(first.status, 'FINISHED', first.reason);
    assert.deepEqual(stages(first), { prepare: 'finished', train: 'finished', evaluate: 'finished' });

    const run = await store.tracking.run(first.runId);
    assert.equal(run.status, 'FINISHED');
    assert.ok((run.endedAt ?? 0) >= run.startedAt, "the client's end is not the run's");
    assert.deepEqual(run.params, { rate: '0.1', optimizer: 'adam' });
    assert.equal(run.metrics['auc']?.value, 0.9);
    assert.ok(Number.isNaN(run.metrics['by.MT']?.value));
    assert.equal(run.tags['galley.trigger'], 'retrain:live');
    assert.equal(run.tags['mlflow.source.name'], 'galley.yaml');
    assert.equal(run.tags['mlflow.runName'], first.runName);
    const experiment = await store.tracking.experimentByName('life');
    assert.equal(experiment?.id, run.experimentId);
    assert.equal(await readFile(path.join(run.artifactUri, 'model/weights.txt'), 'utf8'), 'features 0.1');

    // Tampered outputs come back; what was logged is in the new run too, with its history.
    await writeFile(path.join(root, 'build/model/weights.txt'), 'tampered');
    await rm(path.join(root, 'build/metrics.json'));
    const second = await ended(training, (await training.start({ spec: 'galley.yaml' })).runId);
    assert.deepEqual(
      stages(second),
      { prepare: 'cached', train: 'cached', evaluate: 'cached' },
      second.reason,
    );
    const again = await store.tracking.run(second.runId);
    assert.deepEqual(again.params, run.params);
    const history = (id: string) => store.tracking.metricHistory(id, 'loss');
    assert.equal((await history(first.runId)).length, 5);
    assert.deepEqual(await history(second.runId), await history(first.runId));
    assert.equal(again.metrics['auc']?.value, 0.9);
    assert.equal(await readFile(path.join(again.artifactUri, 'model/weights.txt'), 'utf8'), 'features 0.1');
    assert.equal(await readFile(path.join(root, 'build/model/weights.txt'), 'utf8'), 'features 0.1');
    assert.ok(await stat(path.join(root, 'build/metrics.json')));

    // Another param: only what uses it, and what comes after that, runs.
    const third = await ended(
      training,
      (await training.start({ spec: 'galley.yaml', params: { rate: '0.2' } })).runId,
    );
    assert.deepEqual(
      stages(third),
      { prepare: 'cached', train: 'finished', evaluate: 'finished' },
      third.reason,
    );
    const forced = await ended(
      training,
      (await training.start({ spec: 'galley.yaml', force: true, stages: ['train'] })).runId,
    );
    assert.deepEqual(stages(forced), { train: 'finished' });
    assert.equal(await readFile(path.join(root, 'times-trained.txt'), 'utf8'), 'xxx');
    assert.deepEqual(
      (await training.runs()).map(({ runId }) => runId),
      [forced, third, second, first].map(({ runId }) => runId),
    );

    // The token was printed by the stage and is in nothing that Galley keeps.
    const token = await readFile(path.join(root, 'token.txt'), 'utf8');
    const kept = await readdir(path.join(root, '.galley'), { recursive: true, withFileTypes: true });
    const files = kept
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => path.join(parentPath, name));
    assert.ok(token.length >= 32 && files.length > 10);
    for (const file of [...files, path.join(root, 'mlflow.db')])
      assert.ok(!(await readFile(file)).includes(token), file);
    const log = await wholeLog({ training, store }, first.runId);
    assert.match(log, /^token is \*\*\*$/m);
    assert.match(log, /^==> train: node train\.mjs 0\.1 build\/model$/m);
    assert.equal(
      await readFile(path.join(root, '.galley/.gitignore'), 'utf8'),
      '*\n!backends.yaml\n!.gitignore\n',
    );
  });

  it('ends FAILED with the reason, the last lines and the exit code when a stage fails', async () => {
    await writeFiles(root, {
      'galley.yaml': `
version: 1
name: failing
stages:
  bad:
    run: node -e "console.log('about to fail'); process.exit(3)"
    outputs: {out: build/out}
  next:
    run: node -e "0" \${{ stages.bad.outputs.out }}
`,
    });
    const { training, store } = window();
    const { runId } = await training.start({ spec: 'galley.yaml' });
    const state = await ended(training, runId);
    assert.deepEqual([state.status, stages(state)], ['FAILED', { bad: 'failed', next: 'skipped' }]);
    assert.equal(state.stages[0]?.exitCode, 3);
    assert.equal(state.reason, 'Stage bad failed with exit code 3.\nabout to fail');
    const run = await store.tracking.run(runId);
    assert.deepEqual([run.status, run.tags['galley.reason']], ['FAILED', state.reason]);
  });

  it('names a command that is not there, an input that is missing, an output and metrics that were not written', async () => {
    const cases: [string, RegExp][] = [
      ['run: galley-no-such-command', /command not found: galley-no-such-command/],
      ['run: [galley-no-such-command]', /command not found: galley-no-such-command/],
      ['run: node -e 0\n    inputs: ["data/*.csv"]', /input data\/\*\.csv does not exist/],
      ['run: node -e 0\n    outputs: {out: build/out}', /output build\/out is not there/],
      ['run: node -e 0\n    metrics: {file: m.json}', /metrics file m\.json was not written/],
      ['run: node -e "setInterval(() => {}, 9)"\n    timeout: 1s', /longer than its time-out of 1 s/],
    ];
    const { training } = window();
    for (const [stage, reason] of cases) {
      await writeFiles(root, { 'galley.yaml': `version: 1\nname: wrong\nstages:\n  only:\n    ${stage}\n` });
      const state = await ended(training, (await training.start({ spec: 'galley.yaml' })).runId);
      assert.equal(state.status, 'FAILED', stage);
      assert.match(state.reason ?? '', reason);
    }
    await writeFiles(root, {
      'galley.yaml': 'version: 1\nname: wrong\nstages:\n  only:\n    run: node flaky.mjs\n    retries: 1\n',
      'flaky.mjs': `import { existsSync, writeFileSync } from 'node:fs'; if (!existsSync('once')) { writeFileSync('once', ''); process.exit(1); }`,
    });
    const flaky = await ended(training, (await training.start({ spec: 'galley.yaml' })).runId);
    assert.deepEqual([flaky.status, flaky.stages[0]?.attempt], ['FINISHED', 2]);
  });

  it('is seen and stopped by another window, and nothing of it stays', async () => {
    await writeFiles(root, endlessFiles);
    const { runId } = await window().training.start({ spec: 'galley.yaml' });
    const pids = await endlessPids();
    const other = window();
    const [seen] = await other.training.runs();
    assert.deepEqual([seen?.runId, seen?.status], [runId, 'RUNNING']);
    assert.match(await wholeLog(other, runId), /é first[^]*waiting for ever/);

    const stopped = await other.training.stop(runId);
    assert.deepEqual([stopped.status, stages(stopped)], ['KILLED', { first: 'finished', wait: 'killed' }]);
    await gone(pids);
    for (const { training, store } of open) {
      assert.equal((await training.state(runId))?.status, 'KILLED');
      assert.equal((await store.tracking.run(runId)).status, 'KILLED');
    }
    assert.equal((await other.training.stop(runId)).status, 'KILLED', 'stopping again changes nothing');
  });

  it('is FAILED at next sight when its process was killed, with no leftover and a sound store', async () => {
    await writeFiles(root, endlessFiles);
    const { runId } = await window().training.start({ spec: 'galley.yaml' });
    const pids = await endlessPids();
    const leader = (await open[0]?.training.state(runId))?.process.pid;
    assert.ok(leader !== undefined);
    process.kill(leader, 'SIGKILL');
    await gone([leader]);

    // Nobody may write the store at first sight; the next sight makes up for it.
    const other = window();
    const lock = new DatabaseSync(path.join(root, 'mlflow.db'));
    lock.exec('BEGIN IMMEDIATE');
    const locked = await other.training.runs();
    assert.deepEqual([locked[0]?.status, locked[0]?.storePending], ['FAILED', true]);
    lock.exec('ROLLBACK');
    const states = await Promise.all([other, window(), window()].map(({ training }) => training.runs()));
    await gone(pids);
    for (const [state] of states) {
      assert.equal(state?.status, 'FAILED');
      assert.match(
        state?.reason ?? '',
        /^The run process \(\d+\) ended without finishing[^]*waiting for ever/,
      );
      assert.deepEqual(stages(state ?? assert.fail()), { first: 'finished', wait: 'failed' });
      assert.equal(state?.storePending, undefined);
    }
    const run = await other.store.tracking.run(runId);
    assert.deepEqual([run.status, run.tags['galley.reason']], ['FAILED', states[0]?.[0]?.reason]);
    assert.deepEqual({ ...lock.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' });
    lock.close();
  });

  it('is KILLED when it does not answer the request to stop', async () => {
    await writeFiles(root, endlessFiles);
    const { training, store } = window(300);
    const { runId, process: leader } = await training.start({ spec: 'galley.yaml' });
    const pids = await endlessPids();
    process.kill(leader.pid, 'SIGSTOP');
    const stopped = await training.stop(runId);
    assert.equal(stopped.status, 'KILLED');
    assert.equal((await store.tracking.run(runId)).status, 'KILLED');
    await gone([...pids, leader.pid]);
  });

  it('does not begin on a locked store, a bad spec or a wrong param, and leaves nothing half made', async () => {
    await writeFiles(root, { ...lifeFiles, 'bad.galley.yaml': 'version: 1\nname: x\nstages: {a: {}}\n' });
    const { training, store } = window();
    await store.tracking.createExperiment('life');
    const lock = new DatabaseSync(path.join(root, 'mlflow.db'));
    lock.exec('BEGIN IMMEDIATE');
    const rejects = (start: Parameters<typeof training.start>[0], code: string) =>
      assert.rejects(training.start(start), (error) => {
        assert.ok(error instanceof GalleyError, String(error));
        assert.equal(error.code, code, error.message);
        assert.ok(error.data.remedy);
        return true;
      });
    await rejects({ spec: 'galley.yaml' }, 'locked');
    lock.exec('ROLLBACK');
    lock.close();
    await rejects({ spec: 'bad.galley.yaml' }, 'invalid');
    await rejects({ spec: 'galley.yaml', params: { rate: 'fast' } }, 'invalid');
    await rejects({ spec: 'galley.yaml', stages: ['nowhere'] }, 'not-found');
    await rejects({ spec: 'none.galley.yaml' }, 'not-found');
    await assert.rejects(training.state('../../etc').then((state) => assert.ok(state)));
    const { id } = (await store.tracking.experimentByName('life')) ?? assert.fail();
    assert.equal((await store.tracking.runs({ experimentIds: [id] })).total, 0);
    assert.deepEqual(await readdir(path.join(root, '.galley/runs')), []);
  });

  it('lets only one of two runs at once write the same output', async () => {
    await writeFiles(root, endlessFiles);
    const windows = [window(), window()];
    const results = await Promise.allSettled(
      windows.map(({ training }) => training.start({ spec: 'galley.yaml' })),
    );
    const refused = results.filter((result) => result.status === 'rejected');
    assert.equal(refused.length, 1);
    assert.equal((refused[0]?.reason as GalleyError).code, 'conflict');
    assert.match((refused[0]?.reason as GalleyError).message, /is writing build\/first/);
  });

  it('runs in the terminal: a plan, the log on stderr, one JSON value on stdout, exit 1, Ctrl-C', async () => {
    await writeFiles(root, lifeFiles);
    const plan = await galley.galley(['--cwd', root, 'run', '--dry-run', '--format', 'json']);
    assert.deepEqual(
      (JSON.parse(plan.stdout) as { stages: { name: string; action: string }[] }).stages.map(
        ({ action }) => action,
      ),
      ['run', 'run', 'run'],
    );
    assert.deepEqual((await readdir(root)).sort(), Object.keys(lifeFiles).sort(), 'a plan makes nothing');

    const run = await galley.galley([
      '--cwd',
      root,
      'run',
      '--param',
      'rate=0.3',
      '--jobs',
      '1',
      '--format',
      'json',
    ]);
    assert.equal(run.code, 0, run.stderr);
    const state = JSON.parse(run.stdout) as RunState;
    assert.deepEqual([state.status, state.params], ['FINISHED', { rate: 0.3 }]);
    assert.match(run.stderr, /==> train: finished/);
    const planned = await galley.galley(['--cwd', root, 'run', '--dry-run', '--param', 'rate=0.3']);
    assert.match(planned.stdout, /train {2}cached/);

    const list = JSON.parse(
      (await galley.galley(['--cwd', root, 'runs', 'list', '--format', 'json'])).stdout,
    ) as {
      run: { id: string };
      state: RunState;
    }[];
    assert.deepEqual(
      list.map((entry) => [entry.run.id, entry.state.status]),
      [[state.runId, 'FINISHED']],
    );
    assert.match((await galley.galley(['--cwd', root, 'runs', 'show', state.runName])).stdout, /auc {2}0\.9/);
    assert.match(
      (await galley.galley(['--cwd', root, 'runs', 'logs', state.runId.slice(0, 8)])).stdout,
      /==> evaluate: /,
    );
    assert.equal((await galley.galley(['--cwd', root, 'run', '--jobs', '0'])).code, 2);

    await rm(path.join(root, 'evaluate.mjs'));
    assert.equal((await galley.galley(['--cwd', root, 'run'])).code, 1);

    await writeFiles(root, endlessFiles);
    const interrupted = galley.galley(['--cwd', root, 'run', '--format', 'json']);
    const pids = await endlessPids();
    const [running] = await window().training.runs();
    process.kill(running?.process.pid ?? assert.fail(), 'SIGINT');
    const { code, stdout } = await interrupted;
    assert.deepEqual([code, (JSON.parse(stdout) as RunState).status], [1, 'KILLED']);
    await gone(pids);
  });
});
