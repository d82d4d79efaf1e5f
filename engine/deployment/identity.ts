import { GalleyError } from '../errors';
import type { Identity } from './types';
import type { Git } from './ledger/git';

/** E-mail addresses name the same person whatever their case. */
export function samePerson(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase();
}

/**
 * The person at this machine as git knows them (`GIT_AUTHOR_EMAIL`, `author.email`, `user.email`), or undefined when
 * git does not. It is asserted: anyone can write any address there.
 */
export async function knownIdentity(git: Git): Promise<Identity | undefined> {
  const email = await setting(git, 'EMAIL', 'email');
  if (email === undefined) return undefined;
  const name = (await setting(git, 'NAME', 'name')) ?? email;
  return { name, email, assurance: 'asserted' };
}

async function setting(git: Git, variable: string, key: string): Promise<string | undefined> {
  const own = process.env[`GIT_AUTHOR_${variable}`]?.trim();
  if (own !== undefined && own !== '') return own;
  for (const section of ['author', 'user']) {
    const value = (await git.ask(['config', '--get', `${section}.${key}`]))?.trim();
    if (value !== undefined && value !== '') return value;
  }
  return undefined;
}

/**
 * Like {@link knownIdentity}.
 * @throws GalleyError `invalid` when git does not know who works here
 */
export async function requireIdentity(git: Git): Promise<Identity> {
  const identity = await knownIdentity(git);
  if (identity !== undefined) return identity;
  throw new GalleyError('invalid', 'git does not know who you are, so the ledger cannot say who did this.', {
    subject: git.folder,
    remedy: 'Run `git config --global user.email you@example.com` (and user.name).',
  });
}
