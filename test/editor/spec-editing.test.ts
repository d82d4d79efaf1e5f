import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { folder, galley, show, until } from './window';

const broken = `version: 1
name: broken
params:
  rate: {type: number, default: 0.1}
stages:
  train:
    run: echo \${{ params.speed }} \${{ params.rate }}
`;

/** Place of a text in a document, \`offset\` characters into it. */
function placeOf(document: vscode.TextDocument, text: string, offset = 0): vscode.Position {
  const at = document.getText().indexOf(text);
  assert.ok(at >= 0, text);
  return document.positionAt(at + offset);
}

describe('editing galley.yaml', () => {
  const file = () => path.join(folder(), 'broken.galley.yaml');

  before(async () => {
    await writeFile(file(), broken);
    await galley();
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await rm(file(), { force: true });
  });

  it('marks an unknown reference where it stands', async () => {
    const { document } = await show('broken.galley.yaml');
    const diagnostic = await until('the diagnostic is there', () =>
      vscode.languages.getDiagnostics(document.uri).find(({ message }) => message.includes('speed')),
    );
    assert.equal(diagnostic.severity, vscode.DiagnosticSeverity.Error);
    assert.equal(document.getText(diagnostic.range).includes('speed'), true);
    const code = typeof diagnostic.code === 'object' ? diagnostic.code.value : diagnostic.code;
    assert.equal(code, 'unknown-reference');
  });

  it('takes the mark away when the text is right', async () => {
    const editor = await show('broken.galley.yaml');
    const start = placeOf(editor.document, 'params.speed');
    await editor.edit((edit) => edit.replace(new vscode.Range(start, start.translate(0, 12)), 'params.rate'));
    await until(
      'no diagnostic is left',
      () => vscode.languages.getDiagnostics(editor.document.uri).length === 0,
    );
  });

  it('says nothing against a sound file', async () => {
    const { document } = await show('galley.yaml');
    const { language } = await galley();
    await until('the language server has started', () => language());
    // A hover is answered after the document's diagnostics are computed.
    await vscode.commands.executeCommand(
      'vscode.executeHoverProvider',
      document.uri,
      new vscode.Position(1, 2),
    );
    const errors = vscode.languages
      .getDiagnostics(document.uri)
      .filter(({ severity }) => severity === vscode.DiagnosticSeverity.Error);
    assert.deepEqual(errors, []);
  });

  it('explains a key on hovering', async () => {
    const { document } = await show('galley.yaml');
    const hovers = await until('a hover comes', async () => {
      const found = await vscode.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        document.uri,
        placeOf(document, 'after: staging', 1),
      );
      return found.length > 0 ? found : undefined;
    });
    const text = hovers.flatMap(({ contents }) =>
      contents.map((content) => (typeof content === 'string' ? content : content.value)),
    );
    assert.match(text.join('\n'), /deployment/i);
  });

  it('completes the keys of a stage', async () => {
    const { document } = await show('galley.yaml');
    const list = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      document.uri,
      placeOf(document, 'inputs: [src/draw.mjs]'),
    );
    const labels = list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    for (const key of ['timeout', 'retries']) assert.ok(labels.includes(key), `${key} in ${labels.join()}`);
  });

  it('lists the stages in the outline', async () => {
    const { document } = await show('galley.yaml');
    const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>(
      'vscode.executeDocumentSymbolProvider',
      document.uri,
    );
    const names = (list: vscode.DocumentSymbol[]): string[] =>
      list.flatMap(({ name, children }) => [name, ...names(children ?? [])]);
    for (const name of ['draw', 'count', 'production']) assert.ok(names(symbols).includes(name), name);
  });

  it('shows what can be done above each entry', async () => {
    const { document } = await show('galley.yaml');
    const lenses = await until('every lens is there', async () => {
      const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        'vscode.executeCodeLensProvider',
        document.uri,
      );
      return found.length > 0 ? found : undefined;
    });
    const at = (command: string): string[] =>
      lenses
        .filter((lens) => lens.command?.command === command)
        .map((lens) => document.lineAt(lens.range.start.line).text.trim());
    assert.deepEqual(at('galley.runPipeline'), ['stages:']);
    assert.deepEqual(at('galley.runStage'), ['draw:', 'count:']);
    assert.deepEqual(at('galley.deployModel'), ['staging:', 'production:']);
    assert.deepEqual(at('galley.checkDrift'), ['live:']);
    assert.equal(at('galley.retrain').length, 1);
    for (const lens of lenses)
      assert.equal((lens.command?.arguments?.[0] as { spec?: string }).spec, 'galley.yaml');
  });
});
