import os from 'node:os';
import { readSettings } from '../deployment/git-settings';
import { knownIdentity } from '../deployment/identity';
import { openGit } from '../deployment/ledger/git';

/** Who acts here, for alerts: the e-mail address that git knows, else the name of the account. */
export async function personHere(root: string): Promise<string> {
  try {
    const identity = knownIdentity(await readSettings(openGit(root)));
    if (identity !== undefined) return identity.email;
  } catch {
    // A project without git has monitors all the same.
  }
  return os.userInfo().username;
}
