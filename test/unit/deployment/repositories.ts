import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** A temporary folder for one suite, removed by `remove`. */
export async function temporaryFolder(): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'galley-deployment-')));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Real git, untouched by the machine's configuration; answers what it prints. */
export async function git(folder: string, ...args: string[]): Promise<string> {
  const { stdout } = await execute('git', args, { cwd: folder });
  return stdout.trimEnd();
}

/** Keeps the machine's own git configuration out of this test process and the gits that it starts. */
export function isolateGit(): void {
  for (const name of Object.keys(process.env))
    if (name.startsWith('GIT_')) Reflect.deleteProperty(process.env, name);
  process.env['GIT_CONFIG_GLOBAL'] = os.devNull;
  process.env['GIT_CONFIG_NOSYSTEM'] = '1';
}

export async function identify(clone: string, name: string): Promise<void> {
  await git(clone, 'config', 'user.name', name);
  await git(clone, 'config', 'user.email', `${name}@example.com`);
}

export async function commitFiles(clone: string, files: Record<string, string>): Promise<string> {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(clone, file)), { recursive: true });
    await writeFile(path.join(clone, file), text);
  }
  await git(clone, 'add', '--', ...Object.keys(files));
  await git(clone, 'commit', '--quiet', '-m', 'Change');
  return git(clone, 'rev-parse', 'HEAD');
}

/** A bare origin with one commit on `main`, and a clone for each name. */
export async function originWithClones(
  folder: string,
  names: string[],
  files: Record<string, string>,
): Promise<{ origin: string; clones: string[] }> {
  const origin = path.join(folder, 'origin.git');
  await git(folder, 'init', '--quiet', '--bare', '--initial-branch=main', origin);
  const seed = path.join(folder, 'seed');
  await git(folder, 'clone', '--quiet', origin, seed);
  await identify(seed, 'seed');
  await git(seed, 'checkout', '--quiet', '-B', 'main');
  await commitFiles(seed, files);
  await git(seed, 'push', '--quiet', 'origin', 'main');
  const clones: string[] = [];
  for (const name of names) {
    const clone = path.join(folder, name);
    await git(folder, 'clone', '--quiet', origin, clone);
    await identify(clone, name);
    clones.push(clone);
  }
  return { origin, clones };
}
