import { GalleyError } from '../../errors';
import { GitFailure, type Git } from './git';
import { isAncestor, ledgerBranch, trackingRef } from './refs';

/** Milliseconds without a sign of life after which a remote counts as unreachable. */
const silence = 30_000;

/** What the remote has now. */
export interface RemoteState {
  /** Head of the ledger there. */
  ledger?: string;
}

function unreachable(remote: string, error: GitFailure): GalleyError {
  return new GalleyError(
    'unreachable',
    `The git remote ${remote} does not answer: ${error.words}`,
    { subject: remote, remedy: `Check that \`git fetch ${remote}\` works, then try again.` },
    { cause: error },
  );
}

/**
 * Asks the remote, and fetches the ledger and the default branch when they are not what was fetched last. The
 * default branch is brought up to date because policies are read from it.
 * @throws GalleyError `unreachable`
 */
export async function lookAtRemote(git: Git, remote: string): Promise<RemoteState> {
  const talk = { silence };
  try {
    const listed = await git.run(
      ['ls-remote', '--symref', remote, 'HEAD', `refs/heads/${ledgerBranch}`],
      talk,
    );
    const { branch, commit, ledger } = parseListing(listed);
    const wanted: string[] = [];
    if (ledger !== undefined && ledger !== (await currentOf(git, trackingRef(remote)))) {
      wanted.push(`+refs/heads/${ledgerBranch}:${trackingRef(remote)}`);
    }
    const defaultRef = branch === undefined ? undefined : `refs/remotes/${remote}/${branch}`;
    if (defaultRef !== undefined && commit !== undefined && commit !== (await currentOf(git, defaultRef))) {
      wanted.push(`+refs/heads/${String(branch)}:${defaultRef}`);
    }
    if (wanted.length > 0) {
      const quiet = ['--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head'];
      await git.run(['fetch', ...quiet, '--no-auto-maintenance', remote, ...wanted], talk);
    }
    if (defaultRef !== undefined && commit !== undefined) await followDefault(git, remote, defaultRef);
    return ledger === undefined ? {} : { ledger };
  } catch (error) {
    if (error instanceof GitFailure) throw unreachable(remote, error);
    throw error;
  }
}

function parseListing(listed: string): { branch?: string; commit?: string; ledger?: string } {
  const state: { branch?: string; commit?: string; ledger?: string } = {};
  for (const line of listed.split('\n')) {
    const [value = '', name] = line.split('\t');
    if (name === 'HEAD' && value.startsWith('ref: refs/heads/'))
      state.branch = value.slice('ref: refs/heads/'.length);
    else if (name === 'HEAD') state.commit = value;
    else if (name === `refs/heads/${ledgerBranch}`) state.ledger = value;
  }
  return state;
}

function currentOf(git: Git, ref: string): Promise<string | undefined> {
  return git.ask(['rev-parse', '--verify', '--quiet', ref]);
}

/** Points `<remote>/HEAD` at the branch that is the default there now, as `git remote set-head --auto` does. */
async function followDefault(git: Git, remote: string, defaultRef: string): Promise<void> {
  const head = `refs/remotes/${remote}/HEAD`;
  if ((await git.ask(['symbolic-ref', '--quiet', head])) !== defaultRef) {
    await git.run(['symbolic-ref', head, defaultRef]);
  }
}

/**
 * Pushes the ledger, fast-forward only.
 * @returns undefined when it is there; why not in git's words otherwise (someone was faster, no right, no network)
 */
export async function push(git: Git, remote: string, commit: string): Promise<string | undefined> {
  try {
    // A project's pre-push hook is about code, which this is not.
    await git.run(['push', '--quiet', '--no-verify', remote, `${commit}:refs/heads/${ledgerBranch}`], {
      silence,
    });
    const ref = trackingRef(remote);
    const tracked = await currentOf(git, ref);
    if (tracked === undefined || (await isAncestor(git, tracked, commit))) {
      await git.run(['update-ref', ref, commit]);
    }
    return undefined;
  } catch (error) {
    if (error instanceof GitFailure) return error.words;
    throw error;
  }
}
