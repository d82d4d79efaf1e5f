import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { GalleyError } from '../../../engine/errors';
import { isAlive } from '../../../engine/processes/identity';
import { buildGalley, type BuiltGalley } from '../training/galley';
import { score, servingProject, until, type ServingProject } from './serving-project';

describe('local target', function () {
  this.timeout(60_000);
  let built: BuiltGalley;
  let project: ServingProject;

  before(async () => {
    built = await buildGalley();
  });
  after(() => built.dispose());
  beforeEach(async () => {
    project = await servingProject(built.launcher);
  });
  afterEach(() => project.close());

  it('switches versions under load without a failed request, on one address, and ends all processes', async () => {
    const first = await project.target.rollout(await project.version('1', { label: 'one', slowMs: 15 }));
    assert.equal(first.status, 'healthy');
    let going = true;
    const seen = new Set<string>();
    const statuses = new Map<number, number>();
    const client = async (): Promise<void> => {
      while (going) {
        const answer = await score(first);
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        seen.add(answer.body.toString());
      }
    };
    const clients = [client(), client(), client(), client()];
    const second = await project.target.rollout(await project.version('2', { label: 'two' }));
    await until(async () => seen.has('{"predictions":["two"]}'));
    going = false;
    await Promise.all(clients);

    assert.deepEqual([...statuses.keys()], [200]);
    assert.deepEqual([...seen], ['{"predictions":["one"]}', '{"predictions":["two"]}']);
    assert.equal(second.url, first.url);
    const settled = await until(async () => {
      const state = await project.target.state('production');
      return state?.versions.length === 1 && state;
    });
    assert.equal(settled.versions[0]?.version, '2');
    assert.equal(await isAlive(first.versions[0]!.process), false);

    await project.target.stop('production');
    assert.equal(await isAlive(settled.process!), false);
    assert.equal(await isAlive(settled.versions[0]!.process), false);
    const stopped = await project.target.state('production');
    assert.deepEqual([stopped?.status, stopped?.versions, stopped?.url], ['stopped', [], undefined]);
  });

  it('leaves the old version in service when a new one dies at start or never gets healthy', async () => {
    const first = await project.target.rollout(await project.version('1', { label: 'one' }));
    await assert.rejects(
      project.target.rollout(await project.version('2', { mode: 'dies' })),
      (error: unknown) => {
        assert(error instanceof GalleyError);
        assert.match(
          error.message,
          /v2 ended with exit code 3 before it was healthy.*\n.*no such weights: layer 7/,
        );
        return true;
      },
    );
    const never = await project.version('3', { mode: 'never' });
    const spec = { ...never.spec, serve: { ...never.spec.serve!, startSeconds: 1 } };
    await assert.rejects(project.target.rollout({ ...never, spec }), /v3 did not answer \/health within 1 s/);

    const state = (await project.target.state('production'))!;
    assert.equal(state.status, 'healthy');
    assert.equal(state.url, first.url);
    assert.deepEqual(
      state.versions.filter(({ weight }) => weight > 0).map(({ version }) => version),
      ['1'],
    );
    assert.equal((await score(state)).body.toString(), '{"predictions":["one"]}');
  });

  it('ends, and says why, when the first version of all does not get healthy', async () => {
    await assert.rejects(project.target.rollout(await project.version('1', { mode: 'dies' })), /exit code 3/);
    const state = await until(async () => {
      const now = await project.target.state('production');
      return now?.status === 'stopped' && now;
    });
    assert.match(state.reason ?? '', /no such weights/);
    const fixed = await project.target.rollout(await project.version('2', { label: 'two' }));
    assert.equal((await score(fixed)).status, 200);
  });

  it('starts a model server again that dies, and goes on on the same address', async () => {
    const state = await project.target.rollout(await project.version('1', { label: 'one', dieAfter: 2 }));
    assert.equal((await score(state)).status, 200);
    // It dies while it has the request: broken off, or refused when asked once more.
    assert([502, 503].includes((await score(state)).status));
    await until(async () => (await project.starts('1')) >= 2);
    const answer = await until(async () => {
      const now = await score(state);
      return now.status === 200 && now;
    });
    assert.equal(answer.body.toString(), '{"predictions":["one"]}');
    const counted = await until(async () => {
      const now = await project.target.state('production');
      return now !== undefined && now.errors >= 1 && now.requests >= 3 && now;
    });
    assert.equal(counted.url, state.url);
  });

  it('settles a killed serve process as stopped, ends its model servers, and can roll out again', async () => {
    const state = await project.target.rollout(await project.version('1', { label: 'one' }));
    const { process: serving, versions } = state;
    process.kill(serving!.pid, 'SIGKILL');
    await until(async () => !(await isAlive(serving!)));
    const settled = (await project.target.state('production'))!;
    assert.equal(settled.status, 'stopped');
    assert.match(settled.reason ?? '', /ended without stopping/);
    await until(async () => !(await isAlive(versions[0]!.process)));

    const again = await project.target.rollout(await project.version('2', { label: 'two' }));
    assert.equal(again.url, state.url);
    assert.equal((await score(again)).body.toString(), '{"predictions":["two"]}');
  });

  it('stops with its model servers at SIGTERM', async () => {
    const state = await project.target.rollout(await project.version('1', { label: 'one' }));
    process.kill(state.process!.pid, 'SIGTERM');
    await until(async () => !(await isAlive(state.process!)));
    assert.equal(await isAlive(state.versions[0]!.process), false);
    assert.match((await project.target.state('production'))?.reason ?? '', /asked to end/);
  });

  it('gives way to a second rollout while the first still starts', async () => {
    const slow = project.target.rollout(await project.version('1', { mode: 'never' }));
    const refused = assert.rejects(slow, (error: unknown) => error instanceof GalleyError);
    await until(async () => (await project.starts('1')) > 0);
    const state = await project.target.rollout(await project.version('2', { label: 'two' }));
    await refused;
    assert.deepEqual(
      state.versions.filter(({ weight }) => weight === 100).map(({ version }) => version),
      ['2'],
    );
  });

  it('refuses what it cannot serve, before anything is started', async () => {
    const request = await project.version('1', {});
    const silent = { ...request.spec };
    delete silent.serve;
    const cases: [Parameters<typeof project.target.rollout>[0], string, RegExp][] = [
      [{ ...request, spec: { ...request.spec, target: 'kserve-prod' } }, 'unsupported', /kserve-prod.*local/],
      [{ ...request, spec: silent }, 'invalid', /does not say how/],
      [{ ...request, artifact: path.join(project.root, 'gone') }, 'not-found', /fraud v1 is not at/],
      [{ ...request, deployment: '../production' }, 'invalid', /cannot be the name/],
    ];
    for (const [rollout, code, message] of cases)
      await assert.rejects(project.target.rollout(rollout), (error: unknown) => {
        assert(error instanceof GalleyError);
        assert.equal(error.code, code);
        assert.match(error.message, message);
        return true;
      });
    assert.equal(await project.target.state('production'), undefined);
    await project.target.stop('production');
  });

  it('keeps what model servers print in the deployment log, and .galley out of git', async () => {
    await assert.rejects(project.target.rollout(await project.version('1', { mode: 'dies' })));
    const galley = path.join(project.root, '.galley');
    assert.match(
      await readFile(path.join(galley, 'serving/production/serve.log'), 'utf8'),
      /no such weights: layer 7/,
    );
    assert.match(await readFile(path.join(galley, '.gitignore'), 'utf8'), /^\*$/m);
  });
});
