import * as vscode from 'vscode';
import { GalleyError } from '../../engine/errors';
import { chooseUnlessOne } from '../ask/prompts';
import type { GalleyCommand } from './command';
import { starterCode, starterSpec } from './starter';

async function exists(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}

/** Writes a small pipeline that runs with nothing but Python, and opens it. Never writes over a file. */
export const createPipeline: GalleyCommand = {
  id: 'galley.createPipeline',
  async run() {
    const folders = vscode.workspace.workspaceFolders ?? [];
    if (folders.length === 0) {
      throw new GalleyError('not-found', 'A pipeline needs a folder, and none is open.', {
        remedy: 'Open a folder first.',
        action: { title: 'Open Folder', command: 'workbench.action.files.openFolder' },
      });
    }
    const folder = await chooseUnlessOne(
      'Create pipeline',
      'Choose the folder for galley.yaml',
      folders.map((value) => ({ label: value.name, description: value.uri.fsPath, value })),
    );
    const spec = vscode.Uri.joinPath(folder.uri, 'galley.yaml');
    if (await exists(spec)) {
      await vscode.window.showTextDocument(spec);
      throw new GalleyError('conflict', `${folder.name} already has a galley.yaml.`, {
        remedy: 'It is open now.',
      });
    }
    const code = vscode.Uri.joinPath(folder.uri, 'train.py');
    if (!(await exists(code))) await vscode.workspace.fs.writeFile(code, Buffer.from(starterCode));
    await vscode.workspace.fs.writeFile(spec, Buffer.from(starterSpec(folder.name)));
    await vscode.window.showTextDocument(spec);
    return spec.fsPath;
  },
};
