import type { Binding, LedgerEventKind } from '../types';

/**
 * The form of an event in the tree of its commit: one JSON file, `events/<position>-<kind>.json`. Form 1:
 * `format`, `kind`, `meaning`, `deployment`, `spec`, `request`, `at` (ISO 8601, UTC), `who`, `comment`, `binding`,
 * `detail`, `earlierIds`.
 */
export interface StoredEvent {
  kind: LedgerEventKind;
  /** What the event stands for, one sentence. */
  meaning: string;
  deployment: string;
  /** Relative to the top of the repository, with `/`. */
  spec: string;
  /** Id of the `requested` event; absent for that one and for alerts. */
  request?: string;
  at: number;
  who: { name: string; email: string };
  comment: string;
  binding?: Binding;
  detail?: Record<string, unknown>;
  earlierIds?: string[];
}

const format = 1;

const kinds: ReadonlySet<string> = new Set<LedgerEventKind>([
  'requested',
  'approved',
  'rejected',
  'withdrawn',
  'rolled-out',
  'rolled-back',
  'alerted',
  'acknowledged',
]);

/** Keys of a binding, in the order in which differences are told. */
export const bindingKeys = [
  'model',
  'version',
  'digest',
  'commit',
  'deployment',
  'target',
  'policyDigest',
] as const satisfies readonly (keyof Binding)[];

/** Path of an event's file in the tree. @param position 1 for the first event of the ledger */
export function eventPath(position: number, kind: LedgerEventKind): string {
  return `events/${String(position).padStart(7, '0')}-${kind}.json`;
}

/** Short subject and the person's words, for everyone who reads the branch with git. */
export function commitMessage(event: StoredEvent): string {
  const what = event.binding === undefined ? '' : `${event.binding.model} v${event.binding.version} `;
  const verb = {
    requested: 'Request',
    approved: 'Approve',
    rejected: 'Reject',
    withdrawn: 'Withdraw',
    'rolled-out': 'Roll out',
    'rolled-back': 'Roll back to',
    alerted: 'Alert on',
    acknowledged: 'Acknowledge alert on',
  }[event.kind];
  const subject = `${verb} ${what}${what === '' ? '' : 'for '}${event.deployment}`;
  return `${[subject, event.comment.trim(), event.meaning].filter((part) => part !== '').join('\n\n')}\n`;
}

/** The file's content. */
export function encodeEvent(event: StoredEvent): string {
  const { at, ...rest } = event;
  return `${JSON.stringify({ format, at: new Date(at).toISOString(), ...rest }, undefined, 2)}\n`;
}

/**
 * Reads the file's content.
 * @throws Error that says in a few words what is wrong with it
 */
export function decodeEvent(text: string): StoredEvent {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error('its JSON is broken', { cause: error });
  }
  const event = record(value, 'it is no JSON object');
  if (event['format'] !== format) throw new Error('it was written by another version of Galley');
  const kind = event['kind'];
  if (typeof kind !== 'string' || !kinds.has(kind)) throw new Error('its kind is unknown');
  const who = record(event['who'], 'it does not say who did it');
  const at = Date.parse(string(event, 'at'));
  if (Number.isNaN(at)) throw new Error('it does not say when it happened');
  const { request, binding, detail, earlierIds } = event;
  return {
    kind: kind as LedgerEventKind,
    meaning: string(event, 'meaning'),
    deployment: string(event, 'deployment'),
    spec: string(event, 'spec'),
    at,
    who: { name: string(who, 'name'), email: string(who, 'email') },
    comment: string(event, 'comment'),
    ...(request === undefined ? {} : { request: string(event, 'request') }),
    ...(binding === undefined ? {} : { binding: decodeBinding(binding) }),
    ...(detail === undefined ? {} : { detail: record(detail, 'its detail is no object') }),
    ...(earlierIds === undefined ? {} : { earlierIds: strings(earlierIds) }),
  };
}

function decodeBinding(value: unknown): Binding {
  const binding = record(value, 'its binding is no object');
  return Object.fromEntries(bindingKeys.map((key) => [key, string(binding, key)])) as Record<
    (typeof bindingKeys)[number],
    string
  >;
}

function record(value: unknown, otherwise: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(otherwise);
  return value as Record<string, unknown>;
}

function string(from: Record<string, unknown>, key: string): string {
  const value = from[key];
  if (typeof value !== 'string') throw new Error(`its ${key} is missing`);
  return value;
}

function strings(value: unknown): string[] {
  if (!Array.isArray(value) || value.some((entry) => typeof entry !== 'string')) {
    throw new Error('its earlier ids are no list');
  }
  return value as string[];
}
