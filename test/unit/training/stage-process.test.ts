import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { ResolvedCommand } from '../../../engine/pipeline/types';
import { openRunLog, type RunLog } from '../../../engine/training/run-log';
import { runCommand, type CommandResult, type StageCommand } from '../../../engine/training/stage-process';

/** A Node program as an argument vector. */
const program = (code: string): ResolvedCommand => ({ argv: [process.execPath, '-e', code] });

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function waitFor<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(20);
  }
}

describe('stage process', function () {
  this.timeout(60_000);
  let folder: string;
  let log: RunLog;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'galley-process-'));
    log = await openRunLog(path.join(folder, 'run.log'));
  });
  afterEach(async () => {
    await log.close();
    await rm(folder, { recursive: true, force: true });
  });

  const run = (command: ResolvedCommand, more: Partial<StageCommand> = {}): Promise<CommandResult> =>
    runCommand({
      command,
      cwd: folder,
      env: process.env,
      log,
      signal: new AbortController().signal,
      ...more,
    });
  const logged = () => readFile(path.join(folder, 'run.log'), 'utf8');

  it('keeps both streams in the log and the last 20 lines for the reason', async () => {
    const { end, lastLines } = await run(
      program(`for (let i = 1; i <= 30; i++) console.log('line ' + i); process.exitCode = 3`),
    );
    assert.deepEqual(end, { kind: 'exit', code: 3 });
    assert.deepEqual(
      lastLines,
      Array.from({ length: 20 }, (_, index) => `line ${index + 11}`),
    );
    const bar = await run(program(`process.stderr.write('10 %\\r50 %\\r100 %\\nend')`));
    assert.deepEqual(bar.lastLines, ['100 %', 'end']);
    const text = await logged();
    assert.equal(text.split('\n').filter((line) => line.startsWith('line ')).length, 30);
    assert.ok(text.endsWith('100 %\nend\n'));
  });

  it('names a command that does not exist, with and without a shell', async () => {
    assert.deepEqual((await run({ argv: ['galley-no-such-command', 'x'] })).end, {
      kind: 'not-found',
      command: 'galley-no-such-command',
    });
    assert.deepEqual((await run({ shell: 'true && galley-no-such-command --x' })).end, {
      kind: 'not-found',
      command: 'galley-no-such-command',
    });
  });

  it('tells a missing folder and a file that may not be executed from a missing command', async () => {
    const gone = await run({ argv: ['true'] }, { cwd: path.join(folder, 'gone') });
    assert.equal(gone.end.kind, 'not-started');
    assert.match(gone.end.kind === 'not-started' ? gone.end.message : '', /gone does not exist/);
    await writeFile(path.join(folder, 'plain.sh'), 'true');
    assert.equal((await run({ argv: ['./plain.sh'] })).end.kind, 'not-started');
  });

  it('takes 50 MB of output, also without one line end, in bounded memory', async () => {
    const before = process.memoryUsage().rss;
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
    const { end } = await run(
      program(`
      const write = (text) => new Promise((done) => process.stdout.write(text, done));
      (async () => {
        for (let i = 0; i < 25; i++) await write('x'.repeat(1 << 20));
        for (let i = 0; i < 25; i++) await write(('y'.repeat(99) + '\\n').repeat(10486));
      })();`),
    );
    clearInterval(watch);
    assert.deepEqual(end, { kind: 'exit', code: 0 });
    assert.equal((await stat(path.join(folder, 'run.log'))).size, 25 * (1 << 20) + 25 * 10486 * 100);
    assert.ok(most - before < 150 * (1 << 20), `grew by ${(most - before) >> 20} MB`);
  });

  it('never writes a secret, not even where a piece without line ends is cut', async () => {
    const secret = 'tok3n'.repeat(10);
    await run(
      program(
        `process.stdout.write('a'.repeat(65500)); setTimeout(() => process.stdout.write(process.env.T + 'b'.repeat(70000) + process.env.T + '\\n'), 200)`,
      ),
      { env: { ...process.env, T: secret }, secrets: [secret] },
    );
    const text = await logged();
    assert.ok(!text.includes('tok3n'));
    assert.equal(text.split('***').length, 3);
  });

  it('ends a command that never ends, and its grandchildren, also one that ignores the request', async () => {
    const stop = new AbortController();
    const pids = path.join(folder, 'pids');
    const stubborn = `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); require('fs').appendFileSync(${JSON.stringify(pids)}, process.pid + '\\n')`;
    await writeFile(path.join(folder, 'stubborn.js'), stubborn);
    const running = run(
      { shell: `"${process.execPath}" stubborn.js & "${process.execPath}" stubborn.js & sleep 1000` },
      { signal: stop.signal },
    );
    const started = await waitFor(async () => {
      const lines = (await readFile(pids, 'utf8').catch(() => '')).split('\n').filter(Boolean);
      return lines.length === 2 ? lines.map(Number) : undefined;
    });
    assert.ok(started.every(alive));
    stop.abort();
    assert.deepEqual((await running).end, { kind: 'stopped' });
    await waitFor(async () => (started.some(alive) ? undefined : true));
  });

  it('ends what a finished command left running, and does not wait for a daemon that holds its output', async () => {
    const pids = path.join(folder, 'pids');
    const { end } = await run({ shell: `sleep 1000 & echo $! >> "${pids}"; echo done` });
    assert.deepEqual(end, { kind: 'exit', code: 0 });
    const leftover = Number(await readFile(pids, 'utf8'));
    await waitFor(async () => (alive(leftover) ? undefined : true));

    const daemon = await run(
      program(`
      const child = require('child_process').spawn('sleep', ['1000'], { detached: true, stdio: 'inherit' });
      require('fs').writeFileSync(${JSON.stringify(pids)}, String(child.pid));
      child.unref();`),
    );
    assert.deepEqual(daemon.end, { kind: 'exit', code: 0 });
    process.kill(Number(await readFile(pids, 'utf8')), 'SIGKILL');
  });

  it('reports a signal', async () => {
    assert.deepEqual((await run(program(`process.kill(process.pid, 'SIGKILL')`))).end, {
      kind: 'signal',
      signal: 'SIGKILL',
    });
  });

  it('fails when the log cannot be written, and ends the command', async () => {
    let leader = 0;
    const full = { write: () => Promise.reject(new Error('no space left on device')) };
    await assert.rejects(
      run(program(`setInterval(() => console.log('x'), 10)`), {
        log: full,
        onStart: ({ pid }) => (leader = pid),
      }),
      /no space left/,
    );
    assert.ok(leader > 0 && !alive(leader));
  });
});
