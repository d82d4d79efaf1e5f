import { realpath } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';

/** Files that make the folder they lie in a project. */
const projectFiles = '**/{galley.yaml,*.galley.yaml,mlflow.db}';
const notProjects = '**/{node_modules,.venv,venv,.git,.galley,mlruns,site-packages}/**';
const mostProjectFiles = 500;

/** The project folders of the window; a project inside another one belongs to the outer one. */
export interface ProjectRoots extends vscode.Disposable {
  /** Absolute, real paths in alphabetical order; searched at the first call and when files come or go. */
  all(): Promise<string[]>;
  /** The project that a file lies in. */
  of(uri: vscode.Uri): Promise<string | undefined>;
  readonly onDidChange: vscode.Event<void>;
}

function contains(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return (
    relative === '' ||
    (!relative.startsWith(`..${path.sep}`) && relative !== '..' && !path.isAbsolute(relative))
  );
}

/** Leaves out folders that lie in another one of the list. */
export function outermost(folders: string[]): string[] {
  const sorted = [...new Set(folders)].sort();
  return sorted.filter((folder) => !sorted.some((other) => other !== folder && contains(other, folder)));
}

async function realFolder(uri: vscode.Uri): Promise<string> {
  try {
    return await realpath(path.dirname(uri.fsPath));
  } catch {
    // Gone between the search and now: the next event of the watcher searches again.
    return path.dirname(uri.fsPath);
  }
}

async function search(): Promise<string[]> {
  const files = await vscode.workspace.findFiles(projectFiles, notProjects, mostProjectFiles);
  return outermost(await Promise.all(files.filter((file) => file.scheme === 'file').map(realFolder)));
}

/** Where a project lies, for a row that has the folder's name already; undefined when it is a folder of the window. */
export function projectPlace(root: string): string | undefined {
  const place = vscode.workspace.asRelativePath(root);
  return path.isAbsolute(place) ? undefined : place;
}

export function createProjectRoots(): ProjectRoots {
  const changed = new vscode.EventEmitter<void>();
  let found: Promise<string[]> | undefined;

  async function publish(): Promise<string[]> {
    const roots = await search();
    // Two keys, because before the search neither is known.
    await vscode.commands.executeCommand('setContext', 'galley.hasProject', roots.length > 0);
    await vscode.commands.executeCommand('setContext', 'galley.noProject', roots.length === 0);
    return roots;
  }
  function again(): void {
    const before = found;
    found = publish();
    void Promise.all([before ?? [], found]).then(([old, now]) => {
      if (old.join('\n') !== now.join('\n')) changed.fire();
    });
  }

  const watcher = vscode.workspace.createFileSystemWatcher(projectFiles, false, true, false);
  const subscriptions = [
    changed,
    watcher,
    watcher.onDidCreate(again),
    watcher.onDidDelete(again),
    vscode.workspace.onDidChangeWorkspaceFolders(again),
  ];
  const all = (): Promise<string[]> => (found ??= publish());
  return {
    all,
    async of(uri) {
      if (uri.scheme !== 'file') return undefined;
      const folder = await realFolder(uri);
      return (await all()).find((root) => contains(root, folder));
    },
    onDidChange: changed.event,
    dispose: () => subscriptions.forEach((subscription) => void subscription.dispose()),
  };
}
