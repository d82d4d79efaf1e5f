import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import type { RunState } from '../../engine/training/types';
import { startEditor, type Editor } from './editor';
import { execIn } from './story';
import type { Window } from './window';

/** One stage that lasts until a file is there, with a child of its own that sleeps. */
const spec = `version: 1
name: slow
stages:
  wait:
    description: Waits for a file.
    run: [node, wait.mjs]
`;

const waitScript = `import { spawn } from 'node:child_process';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
writeFileSync('pids.new', JSON.stringify([process.pid, child.pid]));
renameSync('pids.new', 'pids.json');
console.log('waiting');
setInterval(() => {
  if (!existsSync('go')) return;
  child.kill();
  process.exit(0);
}, 50);
`;

/** Holds a store as a program does that never ends its transaction, until its input ends. */
const lockScript = `const { DatabaseSync } = require('node:sqlite');
const database = new DatabaseSync('mlflow.db');
database.exec('BEGIN EXCLUSIVE');
process.stdout.write('locked');
process.stdin.on('end', () => database.close()).resume();
`;

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('what goes wrong, in a real VS Code window', function () {
  this.timeout(120_000);
  let editor: Editor;
  let project: string;
  let window: Window;
  let holder: ChildProcess | undefined;
  const inProject = (file: string): string => path.join(project, file);

  /** States of the newest run first, as they are on disk: nothing here settles a run. */
  async function states(): Promise<RunState[]> {
    const runs = await readdir(inProject('.galley/runs')).catch(() => []);
    const all = await Promise.all(
      runs.map(async (run) => {
        const file = inProject(`.galley/runs/${run}/state.json`);
        return readFile(file, 'utf8').then(
          (text) => [JSON.parse(text) as RunState],
          () => [],
        );
      }),
    );
    return all.flat().sort((a, b) => b.startedAt - a.startedAt);
  }

  async function newestState(): Promise<RunState> {
    const [newest] = await states();
    assert.ok(newest);
    return newest;
  }

  async function askToRun(): Promise<void> {
    await window.command('Galley: Run Pipeline');
    await window.pick('Run every stage again');
  }

  /** Runs the pipeline until its stage waits. @returns ids of the stage's process and of its child */
  async function runUntilItWaits(): Promise<number[]> {
    await askToRun();
    await window.row('Pipelines', /wait.*running/s).waitFor();
    let pids: number[] = [];
    await window.until('the stage says who it is', async () => {
      pids = JSON.parse(await readFile(inProject('pids.json'), 'utf8').catch(() => '[]')) as number[];
      return pids.length === 2;
    });
    assert.deepEqual(pids.map(alive), [true, true]);
    return pids;
  }

  /** @returns the run's name */
  async function runToItsEnd(): Promise<string> {
    const earlier = (await states()).map(({ runId }) => runId);
    await writeFile(inProject('go'), '');
    await askToRun();
    let run: RunState | undefined;
    await window.until('the run finishes', async () => {
      run = (await states()).find(({ runId }) => !earlier.includes(runId));
      return run?.status === 'FINISHED';
    });
    const runName = run?.runName ?? '';
    await window.row('Experiments', runName).waitFor();
    await window.row('Pipelines', /wait.*finished/s).waitFor();
    return runName;
  }

  const gone = (pids: number[]): Promise<void> =>
    window.until('the processes of the stage are gone', async () => !pids.some(alive), 20);

  before(async () => {
    editor = await startEditor('resilience');
    project = path.join(editor.folder, 'slow');
    await mkdir(project);
    await writeFile(inProject('galley.yaml'), spec);
    await writeFile(inProject('wait.mjs'), waitScript);
    await execIn(project, 'git', 'init', '--quiet', '--initial-branch=main');
    await execIn(project, 'git', 'config', 'user.name', 'Ana Example');
    await execIn(project, 'git', 'config', 'user.email', 'ana@example.com');
    await execIn(project, 'git', 'add', '--all');
    await execIn(project, 'git', 'commit', '--quiet', '--message', 'Start');
    window = await editor.open(project, 'resilience');
    await window.showViews();
    await window.row('Pipelines', 'slow').waitFor();
  });
  beforeEach(async () => {
    await rm(inProject('go'), { force: true });
    await rm(inProject('pids.json'), { force: true });
  });
  afterEach(async function () {
    holder?.kill();
    holder = undefined;
    if (this.currentTest?.state === 'failed') await window.picture(`failed-${Date.now()}`);
    await window.dismissNotifications();
  });
  after(async () => editor?.close(project === undefined ? {} : { 'resilience-galley': project }));

  it('goes on with a run when the window is reloaded, and shows it again', async () => {
    const pids = await runUntilItWaits();
    await window.reload();
    await window.showViews();
    await window.row('Pipelines', /wait.*running/s).waitFor();
    await window.row('Experiments', /running wait/).waitFor();
    await window.statusBar('1 running').waitFor();
    assert.deepEqual(pids.map(alive), [true, true]);
    assert.equal((await states()).length, 1);
    await writeFile(inProject('go'), '');
    await window.row('Pipelines', /wait.*finished/s).waitFor();
    const { runName, status } = await newestState();
    assert.equal(status, 'FINISHED');
    await window.notification(`Run ${runName} finished`).waitFor();
    await gone(pids);
  });

  it('stops a run with everything that its stage started', async () => {
    const pids = await runUntilItWaits();
    await window.command('Galley: Stop Run');
    await window.pickWith(/running wait/);
    const { runName } = await newestState();
    await window.row('Experiments', new RegExp(`${runName}.*stopped`, 's')).waitFor();
    await window.row('Pipelines', /wait.*killed/s).waitFor();
    const { status, reason } = await newestState();
    assert.equal(status, 'KILLED');
    assert.match(reason ?? '', /stopped/);
    await gone(pids);
  });

  it('shows a run whose process was killed as failed, with the reason, and the store is sound', async () => {
    const pids = await runUntilItWaits();
    const { runId, runName, process: owner } = await newestState();
    process.kill(owner.pid, 'SIGKILL');
    const row = window.row('Experiments', new RegExp(`${runName}.*failed: stage wait`, 's'));
    await row.waitFor();
    await window.row('Pipelines', /wait.*failed/s).waitFor();
    await window
      .notification(`Run ${runName} failed. The run process (${owner.pid}) ended without finishing`)
      .waitFor();
    assert.match(await window.hover(row), /The run process \(\d+\) ended without finishing/);
    await gone(pids);
    const store = new DatabaseSync(inProject('mlflow.db'), { readOnly: true });
    try {
      assert.deepEqual({ ...store.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' });
      const { status } = { ...store.prepare('SELECT status FROM runs WHERE run_uuid = ?').get(runId) };
      assert.equal(status, 'FAILED');
    } finally {
      store.close();
    }
  });

  it('says that the store is locked, and goes on when it is not any more', async () => {
    const before = (await states()).length;
    holder = spawn(process.execPath, ['-e', lockScript], {
      cwd: project,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const held = holder;
    await new Promise((resolve) => held.stdout?.once('data', resolve));
    await askToRun();
    const message = window.notification(/mlflow\.db is locked by another process/);
    await message.waitFor();
    assert.match(await message.innerText(), /Close the program that holds/);
    await window.row('Pipelines', 'slow').waitFor();
    assert.equal((await states()).length, before, 'no run came of it');
    held.stdin?.end();
    await new Promise((resolve) => held.once('close', resolve));
    await runToItsEnd();
  });

  it('shows a store that is none as its reason and remedy, beside live pipelines', async () => {
    const runName = await runToItsEnd();
    await rename(inProject('mlflow.db'), inProject('mlflow.aside'));
    await writeFile(inProject('mlflow.db'), 'Dear diary, this is no database. '.repeat(200));
    await window.row('Experiments', /mlflow\.db is damaged or not a SQLite database/).waitFor();
    await window.row('Experiments', /Restore it from a copy/).waitFor();
    // The list takes rows out a moment after it shows new ones.
    await window.until(
      'only the reason and its remedy are left',
      async () => (await window.rows('Experiments').count()) === 2,
      20,
    );
    await window.row('Pipelines', /slow.*1 stage/s).waitFor();
    await rename(inProject('mlflow.aside'), inProject('mlflow.db'));
    await window.row('Experiments', runName).waitFor();
  });

  it('tells what is wrong with a spec, whatever is in it', async () => {
    await window.openFile('galley.yaml');
    const stages = '  step: {run: [node, --version]}\n';
    const broken: [content: string, problem: RegExp][] = [
      ['', /The file is empty/],
      ['- not\n- a map\n', /The file is a list/],
      ['version: 1\nname: slow\nstages:\n\twait:\n\t\trun: [node]\n', /A tab cannot indent/],
      [
        'version: 1\nname: slow\nstages:\n  a: {run: [node, b.txt], inputs: [b.txt], outputs: {x: a.txt}}\n' +
          '  b: {run: [node, a.txt], inputs: [a.txt], outputs: {x: b.txt}}\n',
        /wait for one another: a → b → a|`a` → `b` → `a`/,
      ],
      [
        `version: 1\nname: slow\nstages:\n${Array.from({ length: 160_000 }, (_, index) => stages.replace('step', `step-${index}`)).join('')}`,
        /The file is too large/,
      ],
    ];
    for (const [content, problem] of broken) {
      await writeFile(inProject('galley.yaml'), content);
      await window.until(
        `the problem is told: ${problem}`,
        async () => problem.test((await window.problems()).join('\n')),
        60,
      );
      await window.row('Pipelines', /1 error|2 errors/).waitFor();
    }
    await writeFile(inProject('galley.yaml'), spec);
    await window.until('no problem is left', async () => (await window.problems()).length === 0, 60);
    await window.row('Pipelines', /slow.*1 stage/s).waitFor();
    assert.match(await window.symbols(), /wait/);
  });
});
