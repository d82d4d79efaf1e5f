import { access } from 'node:fs/promises';
import path from 'node:path';
import { GalleyError } from '../errors';
import { readSettings, type GitSettings } from './git-settings';
import { GitFailure, openGit, type Git } from './ledger/git';

/** The git repository that a project's folder lies in. */
export interface Repository {
  git: Git;
  /** The project's folder inside the repository with a `/` at the end; empty when it is the top. */
  prefix: string;
  /** As they were when the repository was looked for. */
  settings: GitSettings;
}

/**
 * Finds the repository of a project's folder.
 * @returns undefined when the folder is in none
 * @throws GalleyError when git is missing, or refuses the folder (e.g. because another user owns it)
 */
export async function findRepository(root: string): Promise<Repository | undefined> {
  const git = openGit(root);
  try {
    const [prefix, settings] = await Promise.all([
      git.run(['rev-parse', '--show-prefix']),
      readSettings(git),
    ]);
    return { git, prefix: prefix.replace(/\r?\n$/, ''), settings };
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    if (!(await liesBelowRepository(root))) return undefined;
    throw new GalleyError(
      'failed',
      `git refuses the folder ${root}: ${error.words}`,
      { subject: root, remedy: 'Do what git says, then try again.' },
      { cause: error },
    );
  }
}

/** Whether the folder or one above it has a `.git`: git's own words about that come in the person's language. */
async function liesBelowRepository(folder: string): Promise<boolean> {
  for (let at = folder; ; at = path.dirname(at)) {
    const found = await access(path.join(at, '.git')).then(
      () => true,
      () => false,
    );
    if (found) return true;
    if (path.dirname(at) === at) return false;
  }
}

/** The error of everything that needs the ledger, in a folder without a repository. */
export function noRepository(root: string): GalleyError {
  return new GalleyError(
    'policy',
    `${root} is not in a git repository, so nothing can be deployed from it.`,
    {
      subject: root,
      remedy: 'Run `git init` there and commit galley.yaml: approvals and rollouts are recorded in git.',
    },
  );
}

/**
 * The remote that the ledger is shared through: the ledger branch's own, `origin`, the current branch's, or the only
 * one there is.
 */
export async function ledgerRemote({ git, settings }: Repository): Promise<string | undefined> {
  const { remotes } = settings;
  if (remotes.length === 0) return undefined;
  const own = settings.get('branch.galley/ledger.remote');
  if (own !== undefined && remotes.includes(own)) return own;
  if (remotes.includes('origin')) return 'origin';
  const branch = await git.ask(['symbolic-ref', '--quiet', '--short', 'HEAD']);
  const tracked = branch === undefined ? undefined : settings.get(`branch.${branch}.remote`);
  if (tracked !== undefined && remotes.includes(tracked)) return tracked;
  return remotes.length === 1 ? remotes[0] : undefined;
}

/** The commit of a ref, or undefined. */
export function commitOf(git: Git, ref: string): Promise<string | undefined> {
  return git.ask(['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]);
}

/** A path of the project as the repository knows it. */
export function inRepository(repository: Repository, file: string): string {
  return path.posix.normalize(`${repository.prefix}${file}`);
}
