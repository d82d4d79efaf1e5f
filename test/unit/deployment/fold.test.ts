import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { readEvidence, recordEvidence } from '../../../engine/deployment/evidence';
import { serviceHistory } from '../../../engine/deployment/history';
import { decodeEvent, encodeEvent, type StoredEvent } from '../../../engine/deployment/ledger/event';
import {
  foldRequests,
  openRequests,
  whyNotApprove,
  type RequestFacts,
} from '../../../engine/deployment/requests';
import type { Binding, LedgerEvent, LedgerEventKind } from '../../../engine/deployment/types';
import type { ApprovalPolicy } from '../../../engine/pipeline/spec';

const people = ['ana@example.com', 'ANA@example.com', 'li@example.com', 'sam@example.com', 'eve@example.com'];
const binding: Binding = {
  model: 'fraud',
  version: '12',
  digest: 'd'.repeat(64),
  commit: 'c'.repeat(40),
  deployment: 'production',
  target: 'local',
  policyDigest: 'p'.repeat(64),
};

function event(kind: LedgerEventKind, email: string, more: Partial<LedgerEvent> = {}): LedgerEvent {
  return {
    id: `${kind}-${email}`,
    kind,
    spec: 'galley.yaml',
    deployment: 'production',
    at: 0,
    who: { name: email.split('@')[0] ?? '', email, assurance: 'asserted' },
    comment: '',
    binding,
    request: 'r1',
    ...more,
  };
}

const requested = (email = 'ana@example.com', id = 'r1') => event('requested', email, { id, request: id });
const factsFor = (policy: ApprovalPolicy | undefined, now: Partial<Binding> = binding) =>
  new Map<string, RequestFacts>(['r1', 'r2'].map((id) => [id, { policy, now }]));

const arbitraryPolicy = fc.record({
  required: fc.integer({ min: 1, max: 3 }),
  from: fc.subarray(['ana@example.com', 'Li@Example.com', 'sam@example.com']),
  allowRequester: fc.boolean(),
});
const arbitraryEvent = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom(...people), fc.boolean())
      .map(([email, same]) =>
        event('approved', email, same ? {} : { binding: { ...binding, digest: 'e'.repeat(64) } }),
      ),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom<LedgerEventKind>('rejected', 'withdrawn', 'rolled-out', 'alerted', 'acknowledged'),
        fc.constantFrom(...people),
      )
      .map(([kind, email]) => event(kind, email)),
  },
);

describe('requests from events', () => {
  it('are approved only by as many distinct people as the policy asks for, all of whom it allows', () => {
    fc.assert(
      fc.property(
        arbitraryPolicy,
        fc.constantFrom(...people),
        fc.array(arbitraryEvent, { maxLength: 12 }),
        (policy, requester, events) => {
          const [request] = foldRequests([requested(requester), ...events], factsFor(policy));
          assert.ok(request);
          const lower = (email: string) => email.toLowerCase();
          const allowed = events
            .filter(({ kind, binding: its }) => kind === 'approved' && its?.digest === binding.digest)
            .map(({ who }) => lower(who.email))
            .filter((email) => policy.from.length === 0 || policy.from.map(lower).includes(email))
            .filter((email) => policy.allowRequester || email !== lower(requester));
          const enough = new Set(allowed).size >= policy.required;
          const ended = events.some(
            ({ kind, who }) =>
              kind === 'rejected' ||
              kind === 'rolled-out' ||
              (kind === 'withdrawn' && lower(who.email) === lower(requester)),
          );
          assert.equal(request.status === 'approved', enough && !ended);
          const counted = request.approvals.filter(({ counts }) => counts).map(({ who }) => lower(who.email));
          assert.equal(new Set(counted).size, counted.length);
          assert.ok(request.approvals.every(({ counts, why }) => counts === (why === undefined)));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('do not depend on the order of concurrent approvals', () => {
    fc.assert(
      fc.property(
        arbitraryPolicy,
        fc.uniqueArray(
          fc.constantFrom('ana@example.com', 'li@example.com', 'sam@example.com', 'eve@example.com'),
        ),
        fc.nat(),
        (policy, reviewers, turn) => {
          const approvals = reviewers.map((email) => event('approved', email));
          const cut = turn % (approvals.length + 1);
          const turned = [...approvals.slice(cut), ...approvals.slice(0, cut)].reverse();
          const outcome = (events: LedgerEvent[]) =>
            foldRequests([requested(), ...events], factsFor(policy)).map(({ status, approvals: all }) => ({
              status,
              counted: all
                .filter(({ counts }) => counts)
                .map(({ who }) => who.email)
                .sort(),
            }));
          assert.deepEqual(outcome(turned), outcome(approvals));
        },
      ),
    );
  });

  it('are never approved after a rejection, whatever comes', () => {
    fc.assert(
      fc.property(
        arbitraryPolicy,
        fc.array(arbitraryEvent, { maxLength: 6 }),
        fc.array(arbitraryEvent, { maxLength: 10 }),
        (policy, before, after) => {
          const events = [requested(), ...before, event('rejected', 'li@example.com'), ...after];
          const [request] = foldRequests(events, factsFor(policy));
          assert.notEqual(request?.status, 'approved');
          assert.notEqual(request?.status, 'waiting');
          assert.equal(openRequests(events).length, 0);
        },
      ),
    );
  });

  it('are void while anything they bind to differs, and say what', () => {
    const policy = { required: 1, from: [], allowRequester: false };
    const events = [requested(), event('approved', 'li@example.com')];
    assert.equal(foldRequests(events, factsFor(policy))[0]?.status, 'approved');
    for (const [key, words] of Object.entries({
      digest: /artifact changed from d{8} to f{8}/,
      commit: /commit changed/,
      policyDigest: /policy changed/,
      target: /target changed/,
    })) {
      const now = { ...binding, [key]: 'f'.repeat(64) };
      const [request] = foldRequests(events, factsFor(policy, now));
      assert.equal(request?.status, 'void', key);
      assert.match(request?.reason ?? '', words);
    }
    const gone = new Map([['r1', { policy: undefined, now: {}, gone: 'It is gone.' }]]);
    assert.equal(foldRequests(events, gone)[0]?.status, 'void');
  });

  it('need facts: without any nobody is asked, and what cannot be checked here is said', () => {
    const policy = { required: 1, from: [], allowRequester: false };
    const ask = (facts: Map<string, RequestFacts>) => foldRequests([requested()], facts, 'li@example.com')[0];
    assert.equal(ask(factsFor(policy))?.waitingForMe, true);
    assert.equal(ask(new Map())?.waitingForMe, false);
    const unknown = ask(new Map([['r1', { policy, now: {}, unknown: 'There is no version 12.' }]]));
    assert.equal(unknown?.waitingForMe, true);
    assert.match(unknown?.reason ?? '', /not on this machine/);
  });

  it('end when a newer one is made, for that deployment only', () => {
    const policy = { required: 1, from: [], allowRequester: false };
    const events = [
      requested('ana@example.com', 'r1'),
      event('approved', 'li@example.com'),
      requested('sam@example.com', 'r2'),
      event('approved', 'eve@example.com'),
    ];
    const [newer, older] = foldRequests(events, factsFor(policy));
    assert.deepEqual([older?.status, newer?.status], ['superseded', 'waiting']);
    assert.equal(older?.approvals[1]?.counts, false);
    const other = [
      requested('ana@example.com', 'r1'),
      { ...requested('ana@example.com', 'r2'), spec: 'b/galley.yaml' },
    ];
    assert.deepEqual(
      foldRequests(other, factsFor(policy)).map(({ status }) => status),
      ['waiting', 'waiting'],
    );
  });

  it('tell a person why their approval would not count', () => {
    const policy = { required: 2, from: ['ana@example.com', 'li@example.com'], allowRequester: false };
    const [request] = foldRequests([requested(), event('approved', 'LI@example.com')], factsFor(policy), 'x');
    assert.ok(request);
    assert.match(whyNotApprove(request, 'Ana@Example.com') ?? '', /requester/);
    assert.match(whyNotApprove(request, 'eve@example.com') ?? '', /not among the reviewers/);
    assert.match(whyNotApprove(request, 'li@example.com') ?? '', /counts once/);
    assert.match(request.reason, /^1 of 2 approvals/);
  });
});

describe('what was in service', () => {
  const out = (version: string, request: string, digest = version) =>
    event('rolled-out', 'ana@example.com', {
      id: `o${version}`,
      request,
      binding: { ...binding, version, digest },
    });
  const back = (version: string, request: string) =>
    event('rolled-back', 'ana@example.com', { id: `b${version}`, request, binding: { ...binding, version } });
  const versions = (...events: LedgerEvent[]) =>
    serviceHistory(events, 'galley.yaml', 'production').map(({ version }) => version);

  it('is a stack that rollbacks take from', () => {
    assert.deepEqual(versions(out('1', 'a'), out('2', 'b'), out('3', 'c')), ['1', '2', '3']);
    assert.deepEqual(versions(out('1', 'a'), out('2', 'b'), out('3', 'c'), back('2', 'b')), ['1', '2']);
    assert.deepEqual(versions(out('1', 'a'), out('2', 'b'), back('1', 'a'), out('4', 'd')), ['1', '4']);
    assert.deepEqual(versions(out('1', 'a'), out('1', 'b')), ['1']);
    // A rollback to what never was in service changes nothing.
    assert.deepEqual(versions(out('1', 'a'), back('9', 'z')), ['1']);
  });
});

describe('what a request records of a version', () => {
  const point = fc.record(
    { value: fc.double(), timestamp: fc.nat(), step: fc.nat() },
    { noNullPrototype: true },
  );
  const name = fc.string({ minLength: 1, unit: fc.constantFrom('a', 'b', '.', '_') });
  const by = <T>(value: fc.Arbitrary<T>) => fc.dictionary(name, value, { noNullPrototype: true });

  it('is read back as it was, also metrics that JSON has no number for', () => {
    fc.assert(
      fc.property(by(point), by(fc.string()), (points, params) => {
        const metrics = Object.fromEntries(
          Object.entries(points).map(([key, one]) => [key, { key, ...one, value: one.value + 0 }]),
        );
        const version = { name: 'm', version: '1', createdAt: 1, updatedAt: 2, source: 's', runId: 'r' };
        const rest = {
          status: 'READY' as const,
          tags: { 'galley.commit': 'c', password: 'p' },
          aliases: ['x'],
        };
        const run = { id: 'r', experimentId: '1', name: 'n', status: 'FINISHED' as const, startedAt: 3 };
        const where = {
          artifactUri: '/a',
          lifecycleStage: 'active' as const,
          tags: { user: 'u' },
          datasets: [],
        };
        const candidate = { version: { ...version, ...rest }, run: { ...run, ...where, params, metrics } };
        const detail = { evidence: recordEvidence({ candidate, tests: [] }) };
        const back = readEvidence(JSON.parse(JSON.stringify(detail)) as Record<string, unknown>);
        assert.deepEqual(back?.candidate.run?.metrics, metrics);
        assert.deepEqual(back?.candidate.run?.params, params);
        assert.deepEqual(back?.candidate.version.tags, { 'galley.commit': 'c' });
        assert.deepEqual(back?.candidate.run?.tags, {});
      }),
    );
  });

  it('is nothing when something else was written there', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.equal(readEvidence({ evidence: value }), undefined);
      }),
    );
  });
});

describe('the file of an event', () => {
  const stored: fc.Arbitrary<StoredEvent> = fc.record(
    {
      kind: fc.constantFrom<LedgerEventKind>('requested', 'approved', 'rolled-back', 'alerted'),
      meaning: fc.string(),
      deployment: fc.string(),
      spec: fc.string(),
      at: fc.integer({ min: 0, max: 4102444800000 }),
      who: fc.record({ name: fc.string({ unit: 'binary' }), email: fc.string() }, { noNullPrototype: true }),
      comment: fc.string({ unit: 'binary' }),
      request: fc.string(),
      binding: fc.constant(binding),
      detail: fc
        .dictionary(fc.string(), fc.jsonValue())
        .map((value) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>),
      earlierIds: fc.array(fc.string()),
    },
    {
      requiredKeys: ['kind', 'meaning', 'deployment', 'spec', 'at', 'who', 'comment'],
      noNullPrototype: true,
    },
  );

  it('gives back what was written', () => {
    fc.assert(fc.property(stored, (one) => assert.deepEqual(decodeEvent(encodeEvent(one)), one)));
  });

  it('is refused in a few words, or read, whatever it holds', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.jsonValue().map((value) => JSON.stringify(value)),
        ),
        (text) => {
          assert.throws(() => decodeEvent(text), /^Error: (its|it) /);
        },
      ),
    );
  });
});
