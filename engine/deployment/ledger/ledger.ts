import { setTimeout as pause } from 'node:timers/promises';
import { errorData, GalleyError } from '../../errors';
import { readSettings, type GitSettings } from '../git-settings';
import { knownIdentity, requireIdentity } from '../identity';
import { findRepository, ledgerRemote, noRepository, type Repository } from '../repository';
import type { LedgerEvent } from '../types';
import { ledgerEvent, readChain, type ChainEntry } from './chain';
import { writeEvent, type Writer } from './commit';
import type { StoredEvent } from './event';
import type { Git } from './git';
import { acceptedHead, isAncestor, moveLocal, readRefs, type LedgerRefs } from './refs';
import { newest, share, type Allowed } from './sharing';

/** An event before it is known who does it and when. */
export type EventDraft = Omit<StoredEvent, 'at' | 'who' | 'earlierIds'>;

export interface Appended {
  event: LedgerEvent;
  /** Why only this machine has it so far; absent when it is shared, or when there is nobody to share it with. */
  unshared?: string;
}

/** The approval ledger of one repository: an append-only chain of commits on the branch `galley/ledger`. */
export interface Ledger {
  /** The repository; undefined when the folder is in none. */
  repository(): Promise<Repository | undefined>;
  /** Oldest first; none when there is no ledger yet. Rejects with `corrupt`. */
  events(): Promise<LedgerEvent[]>;
  /**
   * Adds an event and shares it.
   * @param allowed called with the events that are there by then, again when others' events came in between
   */
  append(draft: EventDraft, allowed?: Allowed): Promise<Appended>;
  /**
   * Takes what is new on the remote and pushes what is only here; answers whether anything new came.
   * Rejects with `unreachable` or `corrupt`.
   */
  refresh(): Promise<boolean>;
  /** Why sharing failed the last time; undefined when it did not. */
  trouble(): GalleyError | undefined;
}

/** Local appends of other processes that are waited for before giving up. */
const attempts = 20;

/** Opens the ledger of the repository that `root` lies in; reads nothing yet. */
export function createLedger(root: string): Ledger {
  let place: Pick<Repository, 'git' | 'prefix'> | undefined;
  let known: { entries: ChainEntry[]; head: string } | undefined;
  let trouble: GalleyError | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  /** Steps of one process that change the ledger come one after the other. */
  function inTurn<T>(step: () => Promise<T>): Promise<T> {
    const result = queue.then(step);
    queue = result.catch(() => undefined);
    return result;
  }

  async function repositoryNow(): Promise<Repository | undefined> {
    if (place !== undefined) return { ...place, settings: await readSettings(place.git) };
    const found = await findRepository(root);
    place = found;
    return found;
  }

  async function mustHaveRepository(): Promise<Repository> {
    const repository = await repositoryNow();
    if (repository === undefined) throw noRepository(root);
    return repository;
  }

  async function entriesAt(git: Git, head: string): Promise<ChainEntry[]> {
    if (known?.head === head) return known.entries;
    const grown = known !== undefined && (await isAncestor(git, known.head, head)) ? known : undefined;
    const after = grown === undefined ? undefined : { id: grown.head, position: grown.entries.length };
    const added = await readChain(git, head, after);
    known = { head, entries: [...(grown?.entries ?? []), ...added] };
    return known.entries;
  }

  async function read(git: Git, remote: string | undefined) {
    const { refs, head } = await settledHead(git, remote);
    const entries = head === undefined ? [] : await entriesAt(git, head);
    const here = remote === undefined ? 0 : sharedCount(entries, refs);
    const events = entries.map((entry, index) => {
      const event = ledgerEvent(entry);
      if (remote !== undefined && index >= here) event.unshared = true;
      return event;
    });
    return { refs, head, events };
  }

  async function appendLocally(
    { git, writer, remote }: Place,
    stored: StoredEvent,
    allowed: Allowed,
  ): Promise<string> {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      if (attempt > 0) await pause(Math.random() * 20 * attempt);
      const { refs, head, events } = await read(git, remote);
      allowed(events);
      const id = await writeEvent(git, stored, head, events.length + 1, writer);
      if (await moveLocal(git, refs.local, id)) return id;
    }
    throw new GalleyError('locked', 'The approval ledger is being written by others all the time.', {
      subject: root,
      remedy: 'Try again in a moment.',
    });
  }

  async function remember<T>(step: () => Promise<T>): Promise<T> {
    try {
      const result = await step();
      trouble = undefined;
      return result;
    } catch (error) {
      if (error instanceof GalleyError) trouble = error;
      throw error;
    }
  }

  async function append(draft: EventDraft, allowed: Allowed = () => undefined): Promise<Appended> {
    const repository = await mustHaveRepository();
    const { git, settings } = repository;
    const { name, email } = requireIdentity(settings);
    const remote = await ledgerRemote(repository);
    const writer = writerOf(settings);
    const stored = { ...draft, at: Date.now(), who: { name, email } };
    const local = await appendLocally({ git, writer, remote }, stored, allowed);
    let id = local;
    let unshared: string | undefined;
    if (remote !== undefined) {
      try {
        const added = { id: local, allowed };
        const sharing = await remember(() => share(git, remote, { writer, added }));
        if (sharing.refused !== undefined) throw sharing.refused;
        id = newest(sharing.renamed, local);
        unshared = sharing.unshared;
        trouble = unshared === undefined ? undefined : notTaken(remote, unshared);
      } catch (error) {
        if (!(error instanceof GalleyError) || error.code !== 'unreachable') throw error;
        unshared = errorData(error).message;
      }
    }
    const { events } = await read(git, remote);
    const event = events.findLast((one) => one.id === id || one.earlierIds?.includes(local) === true);
    if (event === undefined) throw new GalleyError('conflict', 'The event was taken off the ledger at once.');
    return unshared === undefined ? { event } : { event, unshared };
  }

  async function refresh(): Promise<boolean> {
    const repository = await repositoryNow();
    if (repository === undefined) return false;
    const { git, settings } = repository;
    const remote = await ledgerRemote(repository);
    if (remote === undefined) return false;
    const before = (await read(git, remote)).head;
    const writer = writerOf(settings);
    const { unshared } = await remember(() => share(git, remote, { writer }));
    if (unshared !== undefined) trouble = notTaken(remote, unshared);
    return (await read(git, remote)).head !== before;
  }

  return {
    repository: repositoryNow,
    events: async () => {
      const repository = await repositoryNow();
      if (repository === undefined) return [];
      const remote = await ledgerRemote(repository);
      return (await read(repository.git, remote)).events;
    },
    append: (draft, allowed) => inTurn(() => append(draft, allowed)),
    refresh: () => inTurn(refresh),
    trouble: () => trouble,
  };
}

interface Place {
  git: Git;
  writer: Writer;
  remote: string | undefined;
}

function writerOf(settings: GitSettings): Writer {
  return { email: knownIdentity(settings)?.email ?? '', signs: settings.isTrue('commit.gpgsign') };
}

function notTaken(remote: string, words: string): GalleyError {
  return new GalleyError(
    'unauthorized',
    `The git remote ${remote} did not take the approval ledger: ${words}`,
    {
      subject: remote,
      remedy: `Check that you may push the branch galley/ledger to ${remote}.`,
    },
  );
}

/** How many of the entries, from the oldest on, the remote is known to have. */
function sharedCount(entries: ChainEntry[], { shared, tracking }: LedgerRefs): number {
  const last = entries.findLastIndex(({ id }) => id === shared || id === tracking);
  return last + 1;
}

/** Refs and the accepted head; a second look tells a rewritten branch from one that moves at this moment. */
async function settledHead(
  git: Git,
  remote: string | undefined,
): Promise<{ refs: LedgerRefs; head: string | undefined }> {
  const refs = await readRefs(git, remote);
  try {
    return { refs, head: await acceptedHead(git, refs) };
  } catch (error) {
    const again = await readRefs(git, remote);
    if (again.local === refs.local && again.seen === refs.seen) throw error;
    return { refs: again, head: await acceptedHead(git, again) };
  }
}
