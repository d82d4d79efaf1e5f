import { GalleyError } from '../../errors';
import { samePerson } from '../identity';
import type { LedgerEvent } from '../types';
import { decodeEvent, eventPath, type StoredEvent } from './event';
import type { Git } from './git';

/** One commit of the ledger, read and checked. */
export interface ChainEntry {
  id: string;
  /** 1 for the first event of the ledger. */
  position: number;
  stored: StoredEvent;
  /** The commit has a good, trusted signature of the person whom the event names. */
  signed: boolean;
}

/** The typed error of a ledger that is not what it must be. */
export function corrupt(
  commit: string,
  what: string,
  remedy = 'Run `galley ledger verify`, and find out who did that; docs/approvals.md says how to repair a ledger.',
): GalleyError {
  return new GalleyError(
    'corrupt',
    `The approval ledger is damaged at commit ${commit.slice(0, 12)}: ${what}.`,
    {
      subject: commit,
      remedy,
    },
  );
}

interface CommitLine {
  id: string;
  parents: string[];
  email: string;
  signature: string;
  signer: string;
  changes: string[];
}

/**
 * Reads a part of the chain, oldest first, and checks that each commit adds exactly its own event.
 * @param after where the part starts (not itself in it); absent: at the very first event
 * @throws GalleyError `corrupt` that names the commit
 */
export async function readChain(
  git: Git,
  head: string,
  after?: { id: string; position: number },
): Promise<ChainEntry[]> {
  const commits = await commitLines(git, after === undefined ? [head] : [`${after.id}..${head}`]);
  let previous = after?.id;
  let position = after?.position ?? 0;
  const found: { commit: CommitLine; position: number; blob: string; path: string }[] = [];
  for (const commit of commits) {
    position += 1;
    if (commit.parents.length > 1) throw corrupt(commit.id, 'it is a merge');
    if (commit.parents[0] !== previous) throw corrupt(commit.id, 'it does not follow the event before it');
    found.push({ commit, position, ...addedFile(commit) });
    previous = commit.id;
  }
  const texts = await blobs(
    git,
    found.map(({ blob }) => blob),
  );
  return found.map(({ commit, position, path }, index) => {
    const stored = decoded(commit.id, texts[index]);
    if (path !== eventPath(position, stored.kind)) throw corrupt(commit.id, `it adds ${path}`);
    if (!samePerson(stored.who.email, commit.email)) {
      throw corrupt(commit.id, `it speaks for ${stored.who.email}, but ${commit.email} is its author`);
    }
    const signed = commit.signature === 'G' && names(commit.signer, stored.who.email);
    return { id: commit.id, position, stored, signed };
  });
}

/** An entry as the engine's other parts see it. */
export function ledgerEvent(entry: ChainEntry): LedgerEvent {
  const { request, who, ...rest } = entry.stored;
  const own = entry.stored.kind === 'requested' ? entry.id : request;
  return {
    id: entry.id,
    ...rest,
    who: { ...who, assurance: entry.signed ? 'signed' : 'asserted' },
    ...(own === undefined ? {} : { request: own }),
  };
}

async function commitLines(git: Git, range: string[]): Promise<CommitLine[]> {
  const fields = ['%H', '%P', '%ae', '%G?', '%GS'];
  const output = await git.run([
    'log',
    '--reverse',
    '--topo-order',
    '--root',
    '--raw',
    '--no-abbrev',
    '--no-renames',
    '--no-ext-diff',
    '--no-show-signature',
    '--no-color',
    `--format=${fields.map((field) => `%x00${field}`).join('')}%x00`,
    ...range,
    '--',
  ]);
  const parts = output.split('\0').slice(1);
  const commits: CommitLine[] = [];
  for (let index = 0; index + fields.length < parts.length; index += fields.length + 1) {
    const [id = '', parents = '', email = '', signature = '', signer = '', raw = ''] = parts.slice(index);
    commits.push({
      id,
      parents: parents.split(' ').filter((parent) => parent !== ''),
      email,
      signature,
      signer,
      changes: raw.split('\n').filter((line) => line.startsWith(':')),
    });
  }
  return commits;
}

function addedFile(commit: CommitLine): { blob: string; path: string } {
  const [change, ...others] = commit.changes;
  const match = /^:000000 100644 0+ ([0-9a-f]+) A\t(.+)$/.exec(change ?? '');
  if (match === null || others.length > 0)
    throw corrupt(commit.id, 'it does something else than to add one event');
  const [, blob = '', path = ''] = match;
  return { blob, path };
}

function decoded(commit: string, text: string | undefined): StoredEvent {
  if (text === undefined) throw corrupt(commit, 'its event is missing');
  try {
    return decodeEvent(text);
  } catch (error) {
    throw corrupt(commit, error instanceof Error ? error.message : String(error));
  }
}

/** A signature proves the key's owner; it counts for the event only when that is the person the event names. */
function names(signer: string, email: string): boolean {
  const address = /<([^>]*)>\s*$/.exec(signer)?.[1] ?? signer;
  return samePerson(address, email);
}

async function blobs(git: Git, ids: string[]): Promise<(string | undefined)[]> {
  if (ids.length === 0) return [];
  const output = await git.objects(ids);
  const texts: (string | undefined)[] = [];
  let at = 0;
  while (texts.length < ids.length) {
    const end = output.indexOf('\n', at);
    if (end < 0) break;
    const [, kind, size] = output.toString('utf8', at, end).split(' ');
    at = end + 1;
    if (kind !== 'blob' || size === undefined) {
      texts.push(undefined);
      continue;
    }
    texts.push(output.toString('utf8', at, at + Number(size)));
    at += Number(size) + 1;
  }
  return texts;
}
