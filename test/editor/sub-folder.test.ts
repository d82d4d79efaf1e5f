import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { outermost, projectPlace } from '../../extension/project-roots';
import type { RunState } from '../../engine/training/types';
import { findRow, folder, galley, root, rows, until } from './window';

describe('a pipeline in a sub-folder', function () {
  this.timeout(60_000);
  const spec = 'models/inner/galley.yaml';
  let project: string;
  let inner: string;

  before(async () => {
    project = await root();
    inner = path.join(folder(), 'models/inner');
    await mkdir(inner, { recursive: true });
    await writeFile(
      path.join(inner, 'galley.yaml'),
      "version: 1\nname: inner\nstages:\n  note:\n    run: [node, -e, \"require('fs').writeFileSync('note.txt', process.cwd())\"]\n    outputs: {note: note.txt}\n",
    );
  });
  after(() => rm(path.join(folder(), 'models'), { recursive: true }));

  it('belongs to the project around it', async () => {
    await until('it is shown', async () => (await rows('pipelines')).includes(`inner | ${spec} · 1 stage`));
    assert.deepEqual(await (await galley()).projects(), [project]);
    const row = await findRow('pipelines', ({ target }) => target?.spec === spec);
    assert.equal(row?.target?.root, project);
  });

  it('runs in its own folder', async () => {
    const started = await vscode.commands.executeCommand<RunState>('galley.runPipeline', {
      root: project,
      spec,
    });
    assert.ok(started);
    const { engine } = await galley();
    const ended = await until('the run ends', async () => {
      const { state } = await engine.request('runs/get', { root: project, runId: started.runId });
      return state?.status === 'RUNNING' ? undefined : state;
    });
    assert.equal(ended.status, 'FINISHED', ended.reason);
    assert.equal(await readFile(path.join(inner, 'note.txt'), 'utf8'), path.join(project, 'models/inner'));
    await until('its stage is shown as finished', async () =>
      (await rows('pipelines')).some((row) => row.startsWith('  note | finished')),
    );
  });

  it('tells projects apart by where they lie', () => {
    const at = (...parts: string[]): string => path.join(path.parse(project).root, ...parts);
    assert.deepEqual(outermost([at('a', 'b'), at('ab'), at('a'), at('a', 'b', 'c'), at('a')]), [
      at('a'),
      at('ab'),
    ]);
    assert.equal(projectPlace(path.join(folder(), 'models/inner')), 'models/inner');
    assert.equal(projectPlace(folder()), undefined, 'a folder of the window needs no place');
  });
});
