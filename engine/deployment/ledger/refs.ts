import { GalleyError } from '../../errors';
import { corrupt } from './chain';
import { GitFailure, type Git } from './git';

/** The ledger's own branch. */
export const ledgerBranch = 'galley/ledger';
const localRef = `refs/heads/${ledgerBranch}`;
/** Newest local head that was accepted: keeps the old history alive when someone rewrites the branch. */
const seenRef = 'refs/galley/ledger-seen';
/** Newest head that the remote is known to have had. */
const sharedRef = 'refs/galley/ledger-shared';

/** Where the ledger stands on this machine. */
export interface LedgerRefs {
  local?: string;
  seen?: string;
  shared?: string;
  /** The remote's ledger as fetched last, by us or by the person. */
  tracking?: string;
}

/** Ref that holds the remote's ledger as fetched last. */
export function trackingRef(remote: string): string {
  return `refs/remotes/${remote}/${ledgerBranch}`;
}

/** Reads all refs of the ledger at once. */
export async function readRefs(git: Git, remote: string | undefined): Promise<LedgerRefs> {
  const names = [localRef, seenRef, sharedRef, ...(remote === undefined ? [] : [trackingRef(remote)])];
  const output = await git.run(['for-each-ref', '--format=%(refname) %(objectname)', ...names]);
  const found = new Map(output.split('\n').map((line) => line.split(' ', 2) as [string, string]));
  const refs: LedgerRefs = {};
  const [local, seen, shared] = [found.get(localRef), found.get(seenRef), found.get(sharedRef)];
  const tracking = remote === undefined ? undefined : found.get(trackingRef(remote));
  if (local !== undefined) refs.local = local;
  if (seen !== undefined) refs.seen = seen;
  if (shared !== undefined) refs.shared = shared;
  if (tracking !== undefined) refs.tracking = tracking;
  return refs;
}

/** Whether `older` is `newer` or one of its ancestors. */
export async function isAncestor(git: Git, older: string, newer: string): Promise<boolean> {
  // `--is-ancestor` answers by its exit code alone, which simple-git waits longer for than for words.
  return older === newer || (await git.ask(['merge-base', older, newer])) === older;
}

/**
 * Moves the ledger's branch, and what is remembered of it, in one transaction: compare-and-swap on the branch.
 * @param from the head that the caller built on; absent: the branch must not exist
 * @returns false when another process was faster
 */
export async function moveLocal(
  git: Git,
  from: string | undefined,
  to: string,
  shared?: string,
): Promise<boolean> {
  const commands = [
    from === undefined ? `create ${localRef} ${to}` : `update ${localRef} ${to} ${from}`,
    `update ${seenRef} ${to}`,
    ...(shared === undefined ? [] : [`update ${sharedRef} ${shared}`]),
  ];
  try {
    await updateRefs(git, commands);
    return true;
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    const { local } = await readRefs(git, undefined);
    // The branch may still be where it was, but locked by the process that is about to move it.
    if (local !== from || /lock/i.test(error.words)) return false;
    throw new GalleyError(
      'failed',
      `git could not write the approval ledger: ${error.words}`,
      { subject: localRef, remedy: 'Check that the repository is writable.' },
      { cause: error },
    );
  }
}

/** Remembers what the remote has, after a push or a look at it. */
export async function rememberShared(git: Git, remote: string, commit: string): Promise<void> {
  await updateRefs(git, [`update ${sharedRef} ${commit}`, `update ${trackingRef(remote)} ${commit}`]);
}

/** One transaction: all of them or none. */
async function updateRefs(git: Git, commands: string[]): Promise<void> {
  const input = ['start', ...commands, 'prepare', 'commit'].map((line) => `${line}\n`).join('');
  await git.run(['update-ref', '-m', 'galley: ledger', '--stdin'], { input });
}

/**
 * The local head, after checking that it still holds everything that was seen on it before.
 * @throws GalleyError `corrupt` that names the first event that was taken away
 */
export async function acceptedHead(git: Git, refs: LedgerRefs): Promise<string | undefined> {
  const { local, seen, tracking } = refs;
  if (local === undefined) {
    if (seen !== undefined) {
      const remedy = `\`git update-ref ${localRef} ${seenRef}\` brings it back; find out who deleted it.`;
      throw corrupt(seen, `the branch ${ledgerBranch} that had it was deleted`, remedy);
    }
    return tracking;
  }
  if (seen === undefined || seen === local) return local;
  await mustContain(git, seen, local, 'its history was rewritten: that event was taken away');
  return local;
}

/** @throws GalleyError `corrupt` when `head` lacks anything of `seen` */
export async function mustContain(git: Git, seen: string, head: string, otherwise: string): Promise<void> {
  if (await isAncestor(git, seen, head)) return;
  const lost = (await git.run(['rev-list', '--reverse', '--topo-order', `${head}..${seen}`])).split(
    '\n',
    1,
  )[0];
  throw corrupt(lost === undefined || lost === '' ? seen : lost, otherwise);
}
