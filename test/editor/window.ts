import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import type { GalleyApi } from '../../extension/main';
import type { ViewName } from '../../extension/views';
import type { TreeNode } from '../../extension/views/tree';

/** The extension in this window, active. */
export async function galley(): Promise<GalleyApi> {
  const extension = vscode.extensions.getExtension<GalleyApi>('galley.galley');
  assert.ok(extension, 'the extension is installed');
  return extension.activate();
}

/** Manifest of the extension. */
export function manifest(): {
  activationEvents: string[];
  contributes: {
    commands: { command: string; title: string; category: string; icon: string }[];
    views: { galley: { id: string }[] };
    viewsWelcome: { view: string; contents: string }[];
    menus: Record<string, { command: string; when: string }[]>;
    walkthroughs: { id: string; steps: { description: string; media: { svg: string } }[] }[];
  };
} {
  return vscode.extensions.getExtension('galley.galley')?.packageJSON;
}

/** The only workspace folder. */
export function folder(): string {
  const uri = vscode.workspace.workspaceFolders?.[0]?.uri;
  assert.ok(uri, 'the window has a folder');
  return uri.fsPath;
}

/** The project's root as the engine knows it. */
export async function root(): Promise<string> {
  const [first] = await (await galley()).projects();
  assert.ok(first, 'the folder is a project');
  return first;
}

/** A file of the workspace, shown in an editor. */
export async function show(file: string): Promise<vscode.TextEditor> {
  return vscode.window.showTextDocument(vscode.Uri.file(path.join(folder(), file)));
}

/** Waits until a question has an answer; fails with the last error or the description. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  seconds = 30,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + seconds * 1000;
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== null && answer !== false) return answer;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`, { cause: last });
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** One row as a person reads it, its children indented below it. */
export async function rows(view: ViewName, depth = 3): Promise<string[]> {
  const { views } = await galley();
  const provider = views[view];
  const read = async (node: TreeNode | undefined, level: number): Promise<string[]> => {
    const children = (await provider.getChildren(node)) ?? [];
    const lines: string[] = [];
    for (const child of children) {
      const item = await provider.getTreeItem(child);
      lines.push(`${'  '.repeat(level)}${item.label as string} | ${item.description ?? ''}`);
      if (level + 1 < depth && child.children !== undefined) lines.push(...(await read(child, level + 1)));
    }
    return lines;
  };
  return read(undefined, 0);
}

/** The first row of a view, at any depth, that satisfies a condition. */
export async function findRow(
  view: ViewName,
  fits: (node: TreeNode) => boolean,
): Promise<TreeNode | undefined> {
  const provider = (await galley()).views[view];
  const search = async (node: TreeNode | undefined): Promise<TreeNode | undefined> => {
    for (const child of (await provider.getChildren(node)) ?? []) {
      if (fits(child)) return child;
      const found = child.children === undefined ? undefined : await search(child);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return search(undefined);
}
