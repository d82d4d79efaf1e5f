import path from 'node:path';
import type { DeploymentReview } from '../protocol';
import { GitFailure } from './ledger/git';
import { commitOf, type Repository } from './repository';

/**
 * What changed in the repository between the commits of two versions.
 * @param base commit of the version in service; absent when nothing is
 * @returns files relative to the project's folder, with lines added and removed (0 for binary files)
 */
export async function codeChanges(
  repository: Repository,
  base: string | undefined,
  head: string,
): Promise<DeploymentReview['code']> {
  const { git, prefix } = repository;
  if (base === undefined) return { head, files: [] };
  for (const commit of [base, head]) {
    if (!/^[0-9a-f]{7,64}$/.test(commit) || (await commitOf(git, commit)) === undefined) {
      const failure = `The commit ${commit.slice(0, 12) || '(none)'} is not in this clone; fetch it to see the changes.`;
      return { base, head, files: [], failure };
    }
  }
  try {
    const options = ['--numstat', '-z', '--no-renames', '--no-ext-diff', '--no-textconv', '--no-relative'];
    const output = await git.run(['diff', ...options, base, head, '--']);
    return { base, head, files: parseNumstat(output, prefix) };
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    return { base, head, files: [], failure: `git could not compare the commits: ${error.words}` };
  }
}

function parseNumstat(output: string, prefix: string): DeploymentReview['code']['files'] {
  return output
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const [added = '', removed = '', ...name] = line.split('\t');
      const file = path.posix.relative(`/${prefix}`, `/${name.join('\t')}`);
      return { path: file, added: Number(added) || 0, removed: Number(removed) || 0 };
    });
}
