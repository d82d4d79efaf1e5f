import assert from 'node:assert/strict';
import { readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { folder, galley, root } from './window';

describe('Create Pipeline', () => {
  const spec = () => path.join(folder(), 'galley.yaml');
  const aside = () => path.join(folder(), 'aside.txt');
  let project: string;

  before(async () => {
    project = await root();
    await rename(spec(), aside());
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await rm(path.join(folder(), 'train.py'), { force: true });
    await rename(aside(), spec());
  });

  it('writes a pipeline without a single diagnostic, and opens it', async () => {
    const written = await vscode.commands.executeCommand('galley.createPipeline');
    assert.equal(written, spec());
    assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, spec());
    const { engine } = await galley();
    assert.deepEqual(
      await engine.request('pipelines/validate', { root: project, files: ['galley.yaml'] }),
      [],
    );
    const [pipeline] = await engine.request('pipelines/list', { root: project });
    assert.deepEqual(
      pipeline?.stages.map(({ name }) => name),
      ['train'],
    );
  });

  it('never writes over a file', async () => {
    const before = await readFile(spec(), 'utf8');
    assert.equal(await vscode.commands.executeCommand('galley.createPipeline'), undefined);
    assert.equal(await readFile(spec(), 'utf8'), before);
    await vscode.commands.executeCommand('notifications.clearAll');
  });
});
