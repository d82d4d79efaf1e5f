import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { GalleyError } from '../engine/errors';

const run = promisify(execFile);
const scheme = 'galley-commit';
const mostBytes = 20_000_000;

/** A file as it is in a commit; the path is relative to the repository's top folder. */
function commitUri(root: string, commit: string, file: string): vscode.Uri {
  return vscode.Uri.from({
    scheme,
    path: `/${file}`,
    query: new URLSearchParams({ root, commit }).toString(),
  });
}

async function show(uri: vscode.Uri): Promise<string> {
  const query = new URLSearchParams(uri.query);
  const root = query.get('root') ?? '';
  const commit = query.get('commit') ?? '';
  if (commit === '') return '';
  // Anything but a commit id could be read by git as an option or another revision.
  if (!/^[0-9a-f]{7,64}$/.test(commit)) throw new GalleyError('invalid', `${commit} is no commit.`);
  try {
    const { stdout } = await run('git', ['show', `${commit}:${uri.path.slice(1)}`], {
      cwd: root,
      maxBuffer: mostBytes,
    });
    return stdout;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    // A file that a side does not have is shown as empty: it was added or removed.
    if (/does not exist in|exists on disk, but not in/.test(said)) return '';
    throw error;
  }
}

/** Serves the two sides of {@link openCommitDiff} from git. */
export function registerCommitContent(): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(scheme, { provideTextDocumentContent: show });
}

/** Opens the change of one file between two commits in the diff editor. */
export async function openCommitDiff(
  root: string,
  { base, head }: { base?: string; head: string },
  file: string,
): Promise<void> {
  const short = (commit: string | undefined): string => commit?.slice(0, 7) ?? 'nothing';
  await vscode.commands.executeCommand(
    'vscode.diff',
    commitUri(root, base ?? '', file),
    commitUri(root, head, file),
    `${path.basename(file)} (${short(base)} ↔ ${short(head)})`,
  );
}
