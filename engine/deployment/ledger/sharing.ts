import { setTimeout as pause } from 'node:timers/promises';
import { GalleyError } from '../../errors';
import type { LedgerEvent } from '../types';
import { ledgerEvent, readChain, type ChainEntry } from './chain';
import { writeEvent, type Writer } from './commit';
import type { Git } from './git';
import { acceptedHead, isAncestor, moveLocal, mustContain, readRefs, rememberShared } from './refs';
import { lookAtRemote, push } from './remote';

/** How often a push that lost a race is tried again. */
const attempts = 8;

/** A check of whether an event may still be added after the given ones; throws when not. */
export type Allowed = (events: LedgerEvent[]) => void;

export interface Sharing {
  /** Why local events are not on the remote; absent when they are. */
  unshared?: string;
  /** New ids of events that were put on top of others' events. */
  renamed: Map<string, string>;
  /** Set when the event with a check is not allowed after what others had pushed; it is not on the ledger then. */
  refused?: unknown;
}

interface Options {
  writer: Writer;
  /** The event that is being added, as it is on the local branch, with its check. */
  added?: { id: string; allowed: Allowed };
}

/**
 * Makes the local ledger and the remote's one: takes what is new there, puts local events on top, and pushes
 * fast-forward; again when someone else was faster.
 * @throws GalleyError `corrupt` when the remote's ledger is damaged or its history was rewritten; `unreachable`
 */
export async function share(git: Git, remote: string, options: Options): Promise<Sharing> {
  const sharing: Sharing = { renamed: new Map() };
  if (options.added !== undefined && (await pushedAtOnce(git, remote))) return sharing;
  let refusal: { base: string | undefined; words: string } | undefined;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (attempt > 0) await pause(Math.random() * 100 * attempt);
    const { ledger: theirs } = await lookAtRemote(git, remote);
    const refs = await readRefs(git, remote);
    const local = await acceptedHead(git, refs);
    if (theirs === undefined && refs.shared !== undefined) {
      throw lostRemote(remote, refs.shared);
    }
    if (theirs !== undefined && refs.shared !== undefined) {
      const rewritten = `the remote ${remote} no longer has it: its history was rewritten`;
      await mustContain(git, refs.shared, theirs, rewritten);
    }
    if (theirs === local) {
      if (local !== undefined && (refs.local !== local || refs.shared !== local)) {
        if (refs.local === undefined) await moveLocal(git, undefined, local, local);
        else await rememberShared(git, remote, local);
      }
      return sharing;
    }
    if (local !== undefined && (theirs === undefined || (await isAncestor(git, theirs, local)))) {
      // Nothing came in since the last push, so that was no race: the remote does not want it.
      if (refusal !== undefined && refusal.base === theirs) return { ...sharing, unshared: refusal.words };
      const words = await push(git, remote, local);
      if (words === undefined) {
        await rememberShared(git, remote, local);
        return sharing;
      }
      refusal = { base: theirs, words };
      continue;
    }
    if (theirs === undefined) return sharing;
    await takeOver(git, { local, from: refs.local, theirs }, options, sharing);
  }
  return { ...sharing, unshared: 'others pushed faster than this machine could' };
}

/** Most often nobody was faster, and one talk with the remote is enough. */
async function pushedAtOnce(git: Git, remote: string): Promise<boolean> {
  const { local, shared } = await readRefs(git, remote);
  if (local === undefined || shared === undefined || !(await isAncestor(git, shared, local))) return false;
  if ((await push(git, remote, local)) !== undefined) return false;
  await rememberShared(git, remote, local);
  return true;
}

function lostRemote(remote: string, shared: string): GalleyError {
  return new GalleyError(
    'corrupt',
    `The remote ${remote} had the approval ledger up to commit ${shared.slice(0, 12)}, and has none now: its branch was deleted.`,
    {
      subject: shared,
      remedy: `Ask who deleted it; \`git push ${remote} ${shared}:refs/heads/galley/ledger\` brings it back.`,
    },
  );
}

/** Moves the local branch to the remote's events with the local ones that are not there on top. */
async function takeOver(
  git: Git,
  heads: { local: string | undefined; from: string | undefined; theirs: string },
  options: Options,
  sharing: Sharing,
): Promise<void> {
  const { local, from, theirs } = heads;
  const base = local === undefined ? undefined : await git.ask(['merge-base', local, theirs]);
  const all = await readChain(git, theirs);
  if (local === undefined || base === local) {
    await moveLocal(git, from, theirs, theirs);
    return;
  }
  const own = await readChain(git, local);
  const pending = own.slice(own.findIndex(({ id }) => id === base) + 1);
  const { head, renamed, refused } = await putOnTop(git, all, pending, options, sharing.renamed);
  if (!(await moveLocal(git, from, head, theirs))) return;
  sharing.renamed = renamed;
  if (refused !== undefined) sharing.refused = refused.why;
}

async function putOnTop(
  git: Git,
  theirs: ChainEntry[],
  pending: ChainEntry[],
  options: Options,
  before: ReadonlyMap<string, string>,
): Promise<{ head: string; renamed: Map<string, string>; refused?: { why: unknown } }> {
  const step = new Map<string, string>();
  const events = theirs.map(ledgerEvent);
  const addedId = options.added === undefined ? undefined : newest(before, options.added.id);
  let head = theirs.at(-1)?.id ?? '';
  let position = theirs.length;
  let refused: { why: unknown } | undefined;
  for (const { id, stored } of pending) {
    if (id === addedId) {
      try {
        options.added?.allowed(events);
      } catch (why) {
        refused = { why };
        continue;
      }
    }
    const { request } = stored;
    const moved = {
      ...stored,
      ...(request === undefined ? {} : { request: step.get(request) ?? request }),
      earlierIds: [...(stored.earlierIds ?? []), id],
    };
    position += 1;
    head = await writeEvent(git, moved, head, position, options.writer);
    step.set(id, head);
    events.push(ledgerEvent({ id: head, position, stored: moved, signed: false }));
  }
  const renamed = new Map([...before].map(([old, id]) => [old, step.get(id) ?? id]));
  for (const [old, id] of step) renamed.set(old, id);
  return { head, renamed, ...(refused === undefined ? {} : { refused }) };
}

/** Id that an event has now, after any number of moves. */
export function newest(renamed: ReadonlyMap<string, string>, id: string): string {
  return renamed.get(id) ?? id;
}
