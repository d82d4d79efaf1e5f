import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { galley, manifest, root } from './window';

describe('activation', () => {
  it('starts no process before something needs one', async () => {
    const { engine, language, projects } = await galley();
    assert.equal((await projects()).length, 1);
    assert.equal(engine.pid, undefined);
    assert.equal(language(), undefined);
  });

  it('finds the project, at its real path', async () => {
    assert.ok(existsSync(path.join(await root(), 'galley.yaml')));
  });

  it('registers exactly the commands of the manifest', async () => {
    await galley();
    const views = manifest().contributes.views.galley.map(({ id }) => id);
    const registered = (await vscode.commands.getCommands(true))
      .filter((id) => id.startsWith('galley.'))
      // The editor itself adds focus, open and the like for each view.
      .filter((id) => !views.some((view) => id.startsWith(`${view}.`)));
    const declared = manifest().contributes.commands.map(({ command }) => command);
    assert.deepEqual(registered.sort(), declared.sort());
  });

  it('gives every command a title, a category and an icon, and names no unknown one in menus', () => {
    const { commands, menus, viewsWelcome, walkthroughs } = manifest().contributes;
    const known = new Set(commands.map(({ command }) => command));
    for (const command of commands) {
      assert.equal(command.category, 'Galley', command.command);
      assert.match(command.title, /^[A-Z]/, command.command);
      assert.match(command.icon, /^\$\([a-z-]+\)$/, command.command);
    }
    const named = [
      ...Object.values(menus).flatMap((items) => items.map(({ command }) => command)),
      ...[
        ...viewsWelcome.map(({ contents }) => contents),
        ...steps().map((step) => step.description),
      ].flatMap((text) => [...text.matchAll(/command:(galley\.\w+)/g)].map((match) => match[1] ?? '')),
    ];
    assert.deepEqual(
      named.filter((command) => !known.has(command)),
      [],
    );
    function steps() {
      return walkthroughs.flatMap((walkthrough) => walkthrough.steps);
    }
  });

  it('has a picture for every step of the walkthrough', () => {
    const extension = vscode.extensions.getExtension('galley.galley');
    for (const { steps } of manifest().contributes.walkthroughs)
      for (const { media } of steps)
        assert.ok(existsSync(path.join(extension?.extensionPath ?? '', media.svg)), media.svg);
  });

  it('offers a next step in every view that can be empty', () => {
    const { views, viewsWelcome } = manifest().contributes;
    for (const { id } of views.galley)
      assert.ok(
        viewsWelcome.some((welcome) => welcome.view === id && welcome.contents.includes('](command:')),
        id,
      );
  });
});
