import { execFile } from 'node:child_process';
import os from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

async function git(folder: string, ...args: string[]): Promise<string | undefined> {
  try {
    // A status must not take the index lock from the person's own git.
    const { stdout } = await run('git', ['--no-optional-locks', ...args], { cwd: folder, windowsHide: true });
    return stdout.trim();
  } catch {
    // No git, no repository, no commit yet: the run simply has no commit.
    return undefined;
  }
}

/** An address without the user and password that it may carry. */
function withoutCredentials(address: string): string {
  return address.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1');
}

function userName(): string {
  try {
    return os.userInfo().username;
  } catch {
    // A container may run as a user id that has no name.
    return process.env['USER'] ?? process.env['USERNAME'] ?? 'unknown';
  }
}

/**
 * MLflow's own tags on where a run comes from: user, source, and the commit when the folder is in a git repository.
 * @param folder absolute folder of the spec file
 * @param spec path of the spec file, as shown
 */
export async function sourceTags(folder: string, spec: string): Promise<Record<string, string>> {
  const [commit, branch, remote, changes] = await Promise.all([
    git(folder, 'rev-parse', 'HEAD'),
    git(folder, 'symbolic-ref', '--short', '-q', 'HEAD'),
    git(folder, 'remote', 'get-url', 'origin'),
    git(folder, 'status', '--porcelain', '--untracked-files=no'),
  ]);
  return {
    'mlflow.user': userName(),
    'mlflow.source.name': spec,
    'mlflow.source.type': 'LOCAL',
    ...(commit ? { 'mlflow.source.git.commit': commit } : {}),
    ...(commit && branch ? { 'mlflow.source.git.branch': branch } : {}),
    ...(commit && remote ? { 'mlflow.source.git.repoURL': withoutCredentials(remote) } : {}),
    ...(commit && changes ? { 'galley.uncommitted': 'true' } : {}),
  };
}
