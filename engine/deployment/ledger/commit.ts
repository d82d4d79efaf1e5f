import { GalleyError } from '../../errors';
import { samePerson } from '../identity';
import { commitMessage, encodeEvent, eventPath, type StoredEvent } from './event';
import { GitFailure, type Git } from './git';

/** Who writes commits at this machine. */
export interface Writer {
  email: string;
  /** Their git signs commits. */
  signs: boolean;
}

/**
 * Writes the commit of one event on top of another, by plumbing only: no checkout, no index, no hook. The branch is
 * not moved. It is signed when the person's git signs commits and the event is their own.
 * @param parent absent: it becomes the root of an orphan branch
 * @param position 1 for the first event of the ledger
 * @param writer the person at this machine
 * @returns the commit's id
 */
export async function writeEvent(
  git: Git,
  event: StoredEvent,
  parent: string | undefined,
  position: number,
  writer: Writer,
): Promise<string> {
  const blob = await written(git, ['hash-object', '-w', '--stdin'], encodeEvent(event));
  const file = eventPath(position, event.kind).slice('events/'.length);
  const before = parent === undefined ? '' : await git.run(['ls-tree', '--full-tree', `${parent}:events`]);
  const events = await written(git, ['mktree'], `${before}100644 blob ${blob}\t${file}\n`);
  const tree = await written(git, ['mktree'], `040000 tree ${events}\tevents\n`);
  const sign = writer.signs && samePerson(event.who.email, writer.email);
  try {
    const commit = await git.run(
      [
        'commit-tree',
        ...(sign ? ['-S'] : []),
        ...(parent === undefined ? [] : ['-p', parent]),
        '-F',
        '-',
        tree,
      ],
      { input: commitMessage(event), author: event.who },
    );
    return commit.trim();
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    throw new GalleyError(
      'failed',
      `git could not ${sign ? 'sign' : 'write'} the event of the approval ledger: ${error.words}`,
      {
        subject: git.folder,
        remedy: sign ? 'Check that `git commit -S` works here.' : 'Check that `git commit` works here.',
      },
      { cause: error },
    );
  }
}

async function written(git: Git, args: string[], input: string): Promise<string> {
  return (await git.run(args, { input })).trim();
}
