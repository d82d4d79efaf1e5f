import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'mocha';
import { openLocalStore } from '../../../engine/backends';
import { buildGalley, type BuiltGalley } from './galley';

describe('galley track', function () {
  this.timeout(60_000);
  let galley: BuiltGalley;
  let root: string;
  let child: ChildProcess | undefined;

  before(async () => {
    galley = await buildGalley();
    root = await realpath(await mkdtemp(path.join(os.tmpdir(), 'galley-track-')));
  });
  after(async () => {
    await galley.dispose();
    await rm(root, { recursive: true, force: true });
  });
  afterEach(() => child?.kill('SIGKILL'));

  async function track(token: string | undefined): Promise<{ url: string; token?: string }> {
    const environment = { ...process.env };
    delete environment['GALLEY_TRACKING_TOKEN'];
    const { command, args } = galley.launcher;
    child = spawn(command, [...args, '--cwd', root, 'track', '--format', 'json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: token === undefined ? environment : { ...environment, GALLEY_TRACKING_TOKEN: token },
    });
    let text = '';
    for await (const chunk of child.stdout ?? []) {
      text += String(chunk);
      if (text.trimEnd().endsWith('}')) break;
    }
    return JSON.parse(text) as { url: string; token?: string };
  }

  const create = (url: string, token: string) =>
    fetch(`${url}/api/2.0/mlflow/experiments/create`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: `from ${token.slice(0, 4)}` }),
    });

  it('serves the store to who has the token, made up or given, and ends when asked', async () => {
    const made = await track(undefined);
    assert.ok(made.token !== undefined && made.token.length >= 32);
    assert.equal((await create(made.url, 'wrong')).status, 401);
    assert.equal((await create(made.url, made.token)).status, 200);
    child?.kill('SIGTERM');
    assert.ok(child);
    assert.deepEqual(await once(child, 'exit'), [0, null]);

    const given = await track('given-token-of-24-letters');
    assert.equal(given.token, undefined, 'a given token is not shown');
    assert.equal((await create(given.url, 'given-token-of-24-letters')).status, 200);
    const store = openLocalStore(root);
    assert.deepEqual(
      (await store.tracking.experiments())
        .map(({ name }) => name)
        .filter((name) => name.startsWith('from'))
        .sort(),
      [`from ${made.token.slice(0, 4)}`, 'from give'].sort(),
    );
    await store.close();
  });

  it('refuses a token that is too short and a port that is none', async () => {
    const short = await galley.galley(['--cwd', root, 'track'], { GALLEY_TRACKING_TOKEN: 'short' });
    assert.equal(short.code, 2);
    assert.match(short.stderr, /GALLEY_TRACKING_TOKEN is no safe token/);
    assert.equal((await galley.galley(['--cwd', root, 'track', '--port', '70000'])).code, 2);
  });
});
