import path from 'node:path';
import * as vscode from 'vscode';
import type { GalleyCommand } from './command';

/** Opens the spec at a stage. */
export const openStage: GalleyCommand = {
  id: 'galley.openStage',
  async run(_, target) {
    if (target?.spec === undefined) return;
    const document = await vscode.workspace.openTextDocument(path.join(target.root, target.spec));
    const { analyse } = await import('../../engine/pipeline/analyse');
    const { symbols } = analyse(document.getText(), { file: target.spec });
    const stage = symbols.find(({ kind, name }) => kind === 'stage' && name === target.stage);
    const { line, character } = stage?.nameRange.start ?? { line: 0, character: 0 };
    const place = new vscode.Position(line, character);
    await vscode.window.showTextDocument(document, { selection: new vscode.Range(place, place) });
  },
};
