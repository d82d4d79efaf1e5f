import { after, afterEach, before, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { GalleyError } from '../../../engine/errors';
import { buildGalley, type BuiltGalley } from '../training/galley';
import { score, servingProject, until, type ServingProject } from './serving-project';

function isClosed(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(false);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
}

describe('canary rollout', function () {
  this.timeout(60_000);
  let built: BuiltGalley;
  let project: ServingProject;

  before(async () => {
    built = await buildGalley();
  });
  after(() => built.dispose());
  afterEach(() => project.close());

  const canary = async (waitSeconds: number): Promise<void> => {
    const rollout = { strategy: 'canary' as const, steps: [20, 100], waitSeconds };
    project = await servingProject(built.launcher, { rollout });
  };
  /** Once the new version has its first share. */
  const atStep = (percent: number) =>
    until(async () => {
      const state = await project.target.state('production');
      return state?.rollout?.percent === percent && state.rollout.status === 'running' && state;
    });

  it('gives the new version its exact share in each step, then everything', async () => {
    await canary(2);
    // The first version of all needs no steps.
    await project.target.rollout(await project.version('1', { label: 'one' }));
    const rollingOut = project.target.rollout(await project.version('2', { label: 'two' }));
    const state = await atStep(20);
    const answers = await Promise.all(Array.from({ length: 100 }, () => score(state)));
    const versions = answers.map(({ headers }) => headers['x-galley-version']);
    assert.deepEqual(
      [
        versions.filter((version) => version === '2').length,
        versions.filter((version) => version === '1').length,
      ],
      [20, 80],
    );
    for (const { headers, body } of answers)
      assert.equal(
        body.toString(),
        `{"predictions":["${headers['x-galley-version'] === '2' ? 'two' : 'one'}"]}`,
      );
    const done = await rollingOut;
    assert.deepEqual([done.rollout?.status, done.rollout?.percent], ['done', 100]);
    assert.equal((await score(done)).headers['x-galley-version'], '2');
  });

  it('goes back at once when too many requests of the new version fail', async () => {
    await canary(600);
    await project.target.rollout(await project.version('1', { label: 'one' }));
    const rollingOut = project.target.rollout(await project.version('2', { label: 'two', failEvery: 4 }));
    const state = await atStep(20);
    const refused = assert.rejects(rollingOut, (error: unknown) => {
      assert(error instanceof GalleyError);
      assert.match(error.message, /^v2 went back at 20 % of the traffic: \d+ of its \d+ requests failed\.$/);
      assert.match(error.data.remedy ?? '', /in service before still is/);
      return true;
    });
    await Promise.all(Array.from({ length: 200 }, () => score(state)));
    await refused;
    for (let turn = 0; turn < 10; turn++) assert.equal((await score(state)).headers['x-galley-version'], '1');
  });

  it('goes back when the new version dies, and callers get their answer from the old one', async () => {
    await canary(600);
    await project.target.rollout(await project.version('1', { label: 'one' }));
    const rollingOut = project.target.rollout(await project.version('2', { label: 'two' }));
    const state = await atStep(20);
    const refused = assert.rejects(rollingOut, /v2 went back at 20 % .* was ended by SIGKILL/);
    const dying = state.versions.find(({ version }) => version === '2')!;
    process.kill(dying.process.pid, 'SIGKILL');
    // A request that it was just taking is broken off; once its port is closed, none may be lost.
    await until(() => isClosed(dying.port));
    for (let turn = 0; turn < 30; turn++) assert.equal((await score(state)).status, 200);
    await refused;
    assert.equal(await project.starts('1'), 1);
  });

  it('is given up by a roll back to the version in service, which is not started again', async () => {
    await canary(600);
    const old = await project.version('1', { label: 'one' });
    await project.target.rollout(old);
    const rollingOut = project.target.rollout(await project.version('2', { label: 'two' }));
    await atStep(20);
    const refused = assert.rejects(rollingOut, (error: unknown) => error instanceof GalleyError);
    const state = await project.target.rollout(old);
    await refused;
    assert.deepEqual(
      state.versions.filter(({ weight }) => weight > 0).map(({ version }) => version),
      ['1'],
    );
    assert.equal(await project.starts('1'), 1);
  });
});
