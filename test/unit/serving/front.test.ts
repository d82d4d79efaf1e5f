import { after, before, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { ServingState } from '../../../engine/deployment/types';
import { buildGalley, type BuiltGalley } from '../training/galley';
import { score, send, servingProject, until, type ServingProject } from './serving-project';

describe('address of a deployment', function () {
  this.timeout(60_000);
  let built: BuiltGalley;
  let project: ServingProject;
  let state: ServingState;
  let url: string;

  before(async () => {
    built = await buildGalley();
    project = await servingProject(built.launcher);
    state = await project.target.rollout(await project.version('7', { label: 0.25 }));
    url = state.url ?? '';
  });
  after(async () => {
    await project.close();
    await built.dispose();
  });

  it('passes any body, method, status and header through, but what is for one connection only', async () => {
    const body = randomBytes(100_000);
    const answer = await send(url, {
      method: 'PATCH',
      path: '/echo',
      body,
      headers: {
        'content-type': 'application/x-model',
        'x-mine': 'yes',
        connection: 'x-private',
        'x-private': '1',
      },
    });
    assert.equal(answer.status, 201);
    assert(answer.body.equals(body));
    assert.equal(answer.headers['content-type'], 'application/x-model');
    assert.equal(answer.headers['x-method'], 'PATCH');
    assert.deepEqual(answer.headers['set-cookie'], ['a=1', 'b=2']);
    const seen = JSON.parse(String(answer.headers['x-seen'])) as Record<string, string>;
    assert.equal(seen['x-mine'], 'yes');
    assert.equal(seen['x-private'], undefined);
    assert.equal(seen['x-request-id'], answer.headers['x-request-id']);
  });

  it('passes bodies through that are larger than it holds, with and without a length', async () => {
    const body = Buffer.alloc(17 * 1024 * 1024, 'x');
    assert.equal((await send(url, { path: '/length', body })).body.toString(), String(body.length));
    const chunked = await send(url, { path: '/length', body, headers: { 'transfer-encoding': 'chunked' } });
    assert.equal(chunked.body.toString(), String(body.length));
  });

  it('survives callers that go away in the middle', async () => {
    const halves = Array.from({ length: 20 }, () => {
      const asked = request(new URL('/invocations', url), {
        method: 'POST',
        headers: { 'content-length': 1000 },
      });
      asked.on('error', () => undefined);
      asked.write('{"dataframe_records": [');
      return asked;
    });
    await score(state);
    for (const asked of halves) asked.destroy();
    assert.equal((await score(state)).status, 200);
  });

  it('logs a line a row with its prediction, by the id that the caller was told', async () => {
    const rows = [
      { id: 'a', amount: 12.5, known: true, note: null, parts: [1, { deep: 'x' }] },
      { id: 'b', amount: 3 },
    ];
    const body = JSON.stringify({ dataframe_records: rows });
    const plain = await send(url, { body });
    const named = await send(url, {
      body: gzipSync(body),
      headers: { 'content-encoding': 'gzip', 'x-request-id': 'payment-4711' },
    });
    assert.equal(named.headers['x-request-id'], 'payment-4711');
    for (const answer of [plain, named]) {
      const id = answer.headers['x-request-id'];
      const lines = await until(async () => {
        const found = (await project.logged(1)).filter(({ _request }) => _request === id);
        return found.length === 2 && found;
      });
      const { _time, _latency_ms, ...first } = lines[0]!;
      assert.deepEqual(first, {
        id: 'a',
        amount: 12.5,
        known: true,
        note: null,
        parts: '[1,{"deep":"x"}]',
        prediction: 0.25,
        _version: '7',
        _request: id,
        _status: 200,
      });
      assert(typeof _time === 'number' && typeof _latency_ms === 'number');
      assert.deepEqual([lines[1]?.['id'], lines[1]?.['prediction']], ['b', 0.25]);
    }
  });

  it('logs nothing for bodies without rows, and for requests that the model server refuses', async () => {
    const mark = { dataframe_records: [{ mark: 'last' }] };
    await send(url, { path: '/echo', body: 'amount=1&country=MT' });
    await send(url, { path: '/echo', body: '' });
    await send(url, { path: '/refuse', body: JSON.stringify({ dataframe_records: [{ refused: 1 }] }) });
    await send(url, { body: JSON.stringify(mark) });
    const lines = await until(async () => {
      const all = await project.logged(1);
      return all.at(-1)?.['mark'] === 'last' && all;
    });
    assert.equal(lines.filter((line) => 'refused' in line || 'instance' in line).length, 0);
  });

  it('answers all the same when the log cannot be written', async () => {
    const blocked = await servingProject(built.launcher);
    try {
      // A file where the folder should be fails for every user, root too.
      await mkdir(path.join(blocked.root, 'serving'));
      await writeFile(path.join(blocked.root, 'serving', 'production'), '');
      const served = await blocked.target.rollout(await blocked.version('1', { label: 1 }));
      for (let turn = 0; turn < 3; turn++) assert.equal((await score(served)).status, 200);
    } finally {
      await blocked.close();
    }
  });
});
