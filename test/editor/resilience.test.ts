import assert from 'node:assert/strict';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { RunState } from '../../engine/training/types';
import { folder, galley, root, rows, until } from './window';

describe('what goes wrong', function () {
  this.timeout(90_000);
  let project: string;

  before(async () => {
    project = await root();
  });
  after(async () => {
    await vscode.commands.executeCommand('notifications.clearAll');
  });

  it('starts the engine again after it was killed, and a request meanwhile fails with a reason', async () => {
    const { engine } = await galley();
    await engine.request('pipelines/list', { root: project });
    const before = engine.pid;
    assert.ok(before);
    const asked = engine
      .request('runs/list', { root: project, experimentIds: ['0'], limit: 1, offset: 0 })
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    process.kill(before, 'SIGKILL');
    const error = await asked;
    if (error !== undefined) {
      assert.equal((error as Error).name, 'GalleyError');
      assert.match((error as Error).message, /SIGKILL/);
    }
    const after = await until('another engine runs', () => (engine.pid === before ? undefined : engine.pid));
    assert.notEqual(after, before);
    assert.equal((await engine.request('pipelines/list', { root: project })).length, 1);
  });

  it('shows a spec with errors as one row, and its siblings live', async () => {
    const file = path.join(folder(), 'list.galley.yaml');
    await writeFile(file, '- not\n- a map\n');
    try {
      const shown = await until('both specs are shown', async () => {
        const list = await rows('pipelines');
        return list.some((row) => row.includes('list.galley.yaml')) ? list : undefined;
      });
      assert.ok(
        shown.some((row) => /list\.galley\.yaml · 1 error/.test(row)),
        shown.join('\n'),
      );
      assert.ok(shown.some((row) => row.startsWith('tiny | galley.yaml · 2 stages')));
      assert.equal(
        await vscode.commands.executeCommand('galley.runPipeline', {
          root: project,
          spec: 'list.galley.yaml',
        }),
        undefined,
      );
    } finally {
      await rm(file);
    }
  });

  it('shows a store that is none as a row with the reason in the view that needs it', async () => {
    const store = path.join(project, 'mlflow.db');
    const aside = path.join(project, 'mlflow.aside');
    const had = await rename(store, aside).then(
      () => true,
      () => false,
    );
    try {
      await mkdir(store);
      const { engine } = await galley();
      const pid = engine.pid;
      const shown = await until('the failure is shown', async () => {
        const list = await rows('experiments');
        return list[0]?.startsWith('mlflow.db') === true ? list : undefined;
      });
      assert.equal(shown.length, 2, shown.join('\n'));
      assert.match(shown[1] ?? '', /^ {2}\w.*\. \| $/, 'the remedy stands below it');
      assert.ok((await rows('pipelines')).some((row) => row.startsWith('tiny')));
      assert.equal(engine.pid, pid, 'the engine goes on');
    } finally {
      await rm(store, { recursive: true, force: true });
      if (had) await rename(aside, store);
    }
  });

  it('says below a deployment why nothing can be deployed there', async () => {
    const file = path.join(folder(), 'later.galley.yaml');
    await writeFile(
      file,
      'version: 1\nname: later\ndeployments:\n  next: {model: tiny, target: local, serve: {run: [node, a.mjs]}}\n',
    );
    try {
      const shown = await until('the reason is shown', async () => {
        const list = await rows('deployments');
        return list.some((row) => row.startsWith('next')) ? list : undefined;
      });
      const at = shown.findIndex((row) => row.startsWith('next | nothing in service'));
      assert.match(shown[at + 1] ?? '', /^ {2}later\.galley\.yaml is not on main, /, shown.join('\n'));
      assert.match(shown[at + 2] ?? '', /^ {4}Commit and push /);
      assert.ok(shown.some((row) => row.startsWith('production | ')));
    } finally {
      await rm(file);
    }
  });

  it('stops a run that would never end, from its row', async () => {
    const file = path.join(folder(), 'endless.galley.yaml');
    await writeFile(
      file,
      'version: 1\nname: endless\nstages:\n  wait:\n    run: [node, -e, "console.log(process.pid); setInterval(() => {}, 1000)"]\n',
    );
    try {
      const { engine } = await galley();
      const run = await vscode.commands.executeCommand<RunState>('galley.runPipeline', {
        root: project,
        spec: 'endless.galley.yaml',
      });
      assert.ok(run);
      const child = await until('the stage prints its process id', async () => {
        const { text } = await engine.request('runs/log', {
          root: project,
          runId: run.runId,
          offset: 0,
          limit: 10_000,
        });
        return /^\d+$/m.exec(text)?.[0];
      });
      await until('the stage is shown as running', async () =>
        (await rows('pipelines')).some((row) => /wait \| running/.test(row)),
      );
      const stopped = await vscode.commands.executeCommand<RunState>('galley.stopRun', {
        root: project,
        runId: run.runId,
      });
      assert.equal(stopped?.status, 'KILLED');
      assert.throws(() => process.kill(Number(child), 0), { code: 'ESRCH' });
      await until('the run is shown as stopped', async () =>
        (await rows('experiments')).some((row) => row.includes(`${run.runName} | stopped`)),
      );
    } finally {
      await rm(file);
    }
  });
});
