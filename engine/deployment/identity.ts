import { GalleyError } from '../errors';
import type { Identity } from './types';
import type { GitSettings } from './git-settings';

/** E-mail addresses name the same person whatever their case. */
export function samePerson(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase();
}

/**
 * The person at this machine as git knows them (`GIT_AUTHOR_EMAIL`, `author.email`, `user.email`), or undefined when
 * git does not. It is asserted: anyone can write any address there.
 */
export function knownIdentity(settings: GitSettings): Identity | undefined {
  const email = setting(settings, 'EMAIL', 'email');
  if (email === undefined) return undefined;
  return { name: setting(settings, 'NAME', 'name') ?? email, email, assurance: 'asserted' };
}

function setting(settings: GitSettings, variable: string, key: string): string | undefined {
  const own = process.env[`GIT_AUTHOR_${variable}`]?.trim() || undefined;
  return own ?? settings.get(`author.${key}`) ?? settings.get(`user.${key}`);
}

/**
 * Like {@link knownIdentity}.
 * @throws GalleyError `invalid` when git does not know who works here
 */
export function requireIdentity(settings: GitSettings): Identity {
  const identity = knownIdentity(settings);
  if (identity !== undefined) return identity;
  throw new GalleyError('invalid', 'git does not know who you are, so the ledger cannot say who did this.', {
    remedy: 'Run `git config --global user.email you@example.com` (and user.name).',
  });
}
