import type { Git } from './ledger/git';

/** The configuration of a repository as git sees it now (system, person, repository, worktree). */
export interface GitSettings {
  /** Last value of a key, section and name in lower case; undefined when it is not set or empty. */
  get(key: string): string | undefined;
  /** Whether a boolean is set to true in any of git's spellings. */
  isTrue(key: string): boolean;
  /** Names of the remotes. */
  remotes: string[];
}

/** Reads all of it at once: each question of its own would be a process of its own. */
export async function readSettings(git: Git): Promise<GitSettings> {
  const values = new Map<string, string | undefined>();
  for (const entry of (await git.run(['config', '--list', '-z'])).split('\0')) {
    if (entry === '') continue;
    const end = entry.indexOf('\n');
    // A key without `=` is a boolean that is true.
    if (end < 0) values.set(entry, undefined);
    else values.set(entry.slice(0, end), entry.slice(end + 1));
  }
  const remotes = new Set<string>();
  for (const key of values.keys()) {
    const name = /^remote\.(.+)\.(push)?url$/s.exec(key)?.[1];
    if (name !== undefined) remotes.add(name);
  }
  return {
    remotes: [...remotes],
    get: (key) => values.get(key)?.trim() || undefined,
    isTrue: (key) => values.has(key) && /^(true|yes|on|[1-9]\d*)$/i.test(values.get(key)?.trim() ?? 'true'),
  };
}
