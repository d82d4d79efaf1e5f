import { GalleyError } from '../../errors';
import { GitFailure, type Git } from './git';
import { ledgerBranch, trackingRef } from './refs';

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
    const defaultRef = branch === undefined ? undefined : `refs/remotes/${remote}/${branch}`;
    const head = `refs/remotes/${remote}/HEAD`;
    const known = await fetched(git, [
      trackingRef(remote),
      head,
      ...(defaultRef === undefined ? [] : [defaultRef]),
    ]);
    const wanted: string[] = [];
    if (ledger !== undefined && ledger !== known.get(trackingRef(remote))?.commit) {
      wanted.push(`+refs/heads/${ledgerBranch}:${trackingRef(remote)}`);
    }
    if (defaultRef !== undefined && commit !== undefined && commit !== known.get(defaultRef)?.commit) {
      wanted.push(`+refs/heads/${String(branch)}:${defaultRef}`);
    }
    if (wanted.length > 0) {
      const quiet = ['--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head'];
      await git.run(['fetch', ...quiet, '--no-auto-maintenance', remote, ...wanted], talk);
    }
    // What `git remote set-head --auto` does: policies are read from what is the default branch there now.
    if (defaultRef !== undefined && commit !== undefined && known.get(head)?.symref !== defaultRef) {
      await git.run(['symbolic-ref', head, defaultRef]);
    }
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

async function fetched(git: Git, names: string[]): Promise<Map<string, { commit: string; symref: string }>> {
  const output = await git.run(['for-each-ref', '--format=%(refname) %(objectname) %(symref)', ...names]);
  return new Map(
    output.split('\n').map((line) => {
      const [name = '', commit = '', symref = ''] = line.split(' ');
      return [name, { commit, symref }];
    }),
  );
}

/**
 * Pushes the ledger, fast-forward only.
 * @returns undefined when it is there; why not in git's words otherwise (someone was faster, no right, no network)
 */
export async function push(git: Git, remote: string, commit: string): Promise<string | undefined> {
  try {
    // A project's pre-push hook is about code, which this is not.
    await git.run(['push', '--no-verify', remote, `${commit}:refs/heads/${ledgerBranch}`], {
      silence,
    });
    return undefined;
  } catch (error) {
    if (error instanceof GitFailure) return error.words;
    throw error;
  }
}
