import assert from 'node:assert/strict';
import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { createLedger, type EventDraft } from '../../../engine/deployment/ledger/ledger';
import { GalleyError } from '../../../engine/errors';
import { commitFiles, git, identify, isolateGit, originWithClones, temporaryFolder } from './repositories';

function draft(comment: string, more: Partial<EventDraft> = {}): EventDraft {
  return {
    kind: 'alerted',
    meaning: 'A test.',
    deployment: 'production',
    spec: 'galley.yaml',
    comment,
    ...more,
  };
}

function failsWith(code: string, words: RegExp = /./) {
  return (error: unknown) => {
    assert.ok(error instanceof GalleyError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, words);
    return true;
  };
}

describe('the approval ledger', function () {
  this.timeout(120_000);
  let place: Awaited<ReturnType<typeof temporaryFolder>>;
  let count = 0;

  before(async () => {
    isolateGit();
    place = await temporaryFolder();
  });
  after(() => place.remove());

  async function fresh(...names: string[]) {
    const folder = path.join(place.folder, String((count += 1)));
    await git(place.folder, 'init', '--quiet', folder);
    return originWithClones(folder, names, { 'galley.yaml': 'version: 1\nname: x\n', 'notes.txt': 'one\n' });
  }

  async function comments(clone: string): Promise<string[]> {
    return (await createLedger(clone).events()).map(({ comment }) => comment);
  }

  it('keeps what two clones append at the same moment, in one order for both', async () => {
    const { origin, clones } = await fresh('ana', 'li');
    const [ana = '', li = ''] = clones;
    const ledgers = clones.map((clone) => createLedger(clone));
    for (let round = 0; round < 3; round += 1) {
      const appended = await Promise.all(
        ledgers.flatMap((ledger, who) => [
          ledger.append(draft(`${who} a${round}`)),
          ledger.append(draft(`${who} b${round}`)),
        ]),
      );
      for (const { event, unshared } of appended) {
        assert.equal(unshared, undefined);
        assert.equal(await git(origin, 'cat-file', '-t', event.id), 'commit');
      }
    }
    for (const ledger of ledgers) await ledger.refresh();
    const all = await comments(ana);
    assert.equal(all.length, 12);
    assert.equal(new Set(all).size, 12);
    assert.deepEqual(await comments(li), all);
    assert.equal(
      await git(origin, 'rev-parse', 'galley/ledger'),
      await git(ana, 'rev-parse', 'galley/ledger'),
    );
    assert.equal(await git(origin, 'rev-list', '--count', '--merges', 'galley/ledger'), '0');
    // Anyone can read the branch without Galley.
    assert.equal((await git(origin, 'ls-tree', '-r', '--name-only', 'galley/ledger')).split('\n').length, 12);
    assert.match(await git(origin, 'log', '-1', '--format=%s', 'galley/ledger'), /^Alert on production$/);
  });

  it('lets two processes of one machine append without losing an event', async () => {
    const { clones } = await fresh('ana');
    const [ana = ''] = clones;
    const [one, two] = [createLedger(ana), createLedger(ana)];
    await Promise.all(
      [0, 1, 2, 3].flatMap((n) => [one.append(draft(`one ${n}`)), two.append(draft(`two ${n}`))]),
    );
    assert.equal(new Set(await comments(ana)).size, 8);
  });

  it('never touches the work tree, the index, HEAD or FETCH_HEAD', async () => {
    const { clones } = await fresh('ana', 'li');
    const [ana = '', li = ''] = clones;
    await writeFile(path.join(ana, 'notes.txt'), 'staged\n');
    await git(ana, 'add', 'notes.txt');
    await writeFile(path.join(ana, 'notes.txt'), 'not staged\n');
    await writeFile(path.join(ana, 'new.txt'), 'untracked\n');
    await git(ana, 'checkout', '--quiet', '--detach');
    const seen = async () => [
      await git(ana, 'status', '--porcelain=v2'),
      await git(ana, 'diff', '--cached'),
      await git(ana, 'diff'),
      await git(ana, 'rev-parse', 'HEAD'),
      await git(ana, 'stash', 'list'),
    ];
    const before = await seen();
    await createLedger(li).append(draft('from li'));
    await createLedger(ana).append(draft('from ana'));
    assert.deepEqual(await seen(), before);
    assert.deepEqual(await comments(ana), ['from li', 'from ana']);
  });

  it('keeps events while the remote is away, says so, and shares them later under others’ events', async () => {
    const { origin, clones } = await fresh('ana', 'li');
    const [ana = '', li = ''] = clones;
    await createLedger(ana).append(draft('first'));
    await rename(origin, `${origin}.away`);
    const ledger = createLedger(ana);
    const request = await ledger.append(draft('request', { kind: 'requested' }));
    assert.match(request.unshared ?? '', /does not answer/);
    await ledger.append(draft('approval', { kind: 'approved', request: request.event.id }));
    assert.deepEqual(
      (await ledger.events()).map(({ unshared }) => unshared),
      [undefined, true, true],
    );
    await assert.rejects(ledger.refresh(), failsWith('unreachable'));
    assert.equal(ledger.trouble()?.code, 'unreachable');
    await rename(`${origin}.away`, origin);
    await createLedger(li).append(draft('li was faster'));

    assert.equal(await ledger.refresh(), true);
    assert.equal(ledger.trouble(), undefined);
    const events = await ledger.events();
    assert.deepEqual(
      events.map(({ comment, unshared }) => [comment, unshared]),
      [
        ['first', undefined],
        ['li was faster', undefined],
        ['request', undefined],
        ['approval', undefined],
      ],
    );
    // The approval still belongs to its request, and the old id still finds it.
    assert.equal(events[3]?.request, events[2]?.id);
    assert.deepEqual(events[2]?.earlierIds, [request.event.id]);
    const other = createLedger(li);
    await other.refresh();
    assert.deepEqual(
      (await other.events()).map(({ id }) => id),
      events.map(({ id }) => id),
    );
  });

  it('checks again when others were faster, and takes the event back when it is no longer allowed', async () => {
    const { clones } = await fresh('ana', 'li');
    const [ana = '', li = ''] = clones;
    await createLedger(li).append(draft('rejection'));
    const late = createLedger(ana).append(draft('too late'), (events) => {
      if (events.some(({ comment }) => comment === 'rejection')) throw new GalleyError('policy', 'Rejected.');
    });
    await assert.rejects(late, failsWith('policy', /Rejected/));
    assert.deepEqual(await comments(ana), ['rejection']);
    assert.deepEqual(await comments(li), ['rejection']);
  });

  it('says when the remote does not want the ledger', async () => {
    const { origin, clones } = await fresh('ana');
    const [ana = ''] = clones;
    await git(origin, 'config', 'receive.denyCurrentBranch', 'ignore');
    await writeFile(
      path.join(origin, 'hooks', 'pre-receive'),
      '#!/bin/sh\necho no ledgers here >&2\nexit 1\n',
      {
        mode: 0o755,
      },
    );
    const ledger = createLedger(ana);
    const { unshared } = await ledger.append(draft('kept'));
    assert.match(unshared ?? '', /no ledgers here|declined/);
    assert.equal(ledger.trouble()?.code, 'unauthorized');
    assert.deepEqual(await comments(ana), ['kept']);
  });

  it('needs no remote', async () => {
    const folder = path.join(place.folder, 'alone');
    await git(place.folder, 'init', '--quiet', '--initial-branch=main', folder);
    await identify(folder, 'ana');
    const ledger = createLedger(folder);
    assert.deepEqual(await ledger.events(), []);
    const { event, unshared } = await ledger.append(draft('even before the first commit'));
    assert.equal(unshared, undefined);
    assert.deepEqual(event.who, { name: 'ana', email: 'ana@example.com', assurance: 'asserted' });
    assert.equal(await ledger.refresh(), false);
    assert.deepEqual(await comments(folder), ['even before the first commit']);
  });

  it('refuses to write for nobody, and outside of a repository', async () => {
    const { clones } = await fresh('ana');
    const [ana = ''] = clones;
    await git(ana, 'config', '--unset', 'user.email');
    await assert.rejects(createLedger(ana).append(draft('x')), failsWith('invalid', /who you are/));
    await assert.rejects(
      createLedger(place.folder).append(draft('x')),
      failsWith('policy', /git repository/),
    );
    assert.deepEqual(await createLedger(place.folder).events(), []);
  });

  it('is one for all worktrees of a clone', async () => {
    const { clones } = await fresh('ana');
    const [ana = ''] = clones;
    const tree = path.join(place.folder, 'tree');
    await git(ana, 'worktree', 'add', '--quiet', '-b', 'feature', tree);
    await createLedger(tree).append(draft('in the worktree'));
    await createLedger(ana).append(draft('in the clone'));
    assert.deepEqual(await comments(tree), ['in the worktree', 'in the clone']);
    assert.equal(await git(tree, 'status', '--porcelain'), '');
  });

  it('marks an event as signed only with a good signature of that person', async () => {
    const { clones } = await fresh('ana');
    const [ana = ''] = clones;
    const key = path.join(place.folder, 'key');
    await import('node:child_process').then(({ execFileSync }) =>
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'ana', '-f', key]),
    );
    const { readFile } = await import('node:fs/promises');
    const allowed = path.join(place.folder, 'allowed');
    await writeFile(allowed, `ana@example.com ${await readFile(`${key}.pub`, 'utf8')}`);
    await git(ana, 'config', 'gpg.format', 'ssh');
    await git(ana, 'config', 'user.signingkey', key);
    await git(ana, 'config', 'gpg.ssh.allowedSignersFile', allowed);
    await createLedger(ana).append(draft('not asked to sign'));
    await git(ana, 'config', 'commit.gpgsign', 'true');
    await createLedger(ana).append(draft('signed'));
    await git(ana, 'config', 'user.email', 'li@example.com');
    await createLedger(ana).append(draft('ana’s key in li’s name'));
    const assurance = async () => (await createLedger(ana).events()).map(({ who }) => who.assurance);
    assert.deepEqual(await assurance(), ['asserted', 'signed', 'asserted']);
    await writeFile(allowed, '');
    assert.deepEqual(await assurance(), ['asserted', 'asserted', 'asserted']);
  });

  describe('notices', () => {
    async function rewrite(clone: string, head: string): Promise<void> {
      await git(clone, 'push', '--quiet', '--force', 'origin', `${head}:refs/heads/galley/ledger`);
    }

    it('that the remote’s history was rewritten, and names the event that was taken away', async () => {
      const { clones } = await fresh('ana', 'li');
      const [ana = '', li = ''] = clones;
      const ledger = createLedger(ana);
      const ids: string[] = [];
      for (const n of [1, 2, 3]) ids.push((await ledger.append(draft(String(n)))).event.id);
      await git(li, 'fetch', '--quiet');
      await rewrite(li, ids[0] ?? '');
      // Even when the person's own fetch has already forced the remote-tracking branch.
      await git(ana, 'fetch', '--quiet');
      await assert.rejects(ledger.refresh(), (error) => {
        failsWith('corrupt', /rewritten/)(error);
        assert.equal((error as GalleyError).data.subject, ids[1]);
        return true;
      });
      assert.deepEqual(await comments(ana), ['1', '2', '3']);
      await git(li, 'push', '--quiet', 'origin', '--delete', 'galley/ledger');
      await assert.rejects(ledger.refresh(), failsWith('corrupt', /deleted/));
      // The repair of docs/approvals.md.
      const good = await git(ana, 'rev-parse', 'refs/galley/ledger-shared');
      await git(ana, 'push', '--quiet', 'origin', `${good}:refs/heads/galley/ledger`);
      assert.equal(await ledger.refresh(), false);
      await rewrite(li, ids[0] ?? '');
      await assert.rejects(ledger.refresh(), failsWith('corrupt', /rewritten/));
      const lease = '--force-with-lease=galley/ledger';
      await git(ana, 'push', '--quiet', lease, 'origin', `${good}:refs/heads/galley/ledger`);
      assert.equal(await ledger.refresh(), false);
    });

    it('that the local branch was rewritten or deleted', async () => {
      const { clones } = await fresh('ana');
      const [ana = ''] = clones;
      const ledger = createLedger(ana);
      const first = (await ledger.append(draft('1'))).event.id;
      await ledger.append(draft('2'));
      await git(ana, 'update-ref', 'refs/heads/galley/ledger', first);
      await assert.rejects(createLedger(ana).events(), failsWith('corrupt', /taken away/));
      await assert.rejects(createLedger(ana).append(draft('3')), failsWith('corrupt'));
      await git(ana, 'branch', '-D', 'galley/ledger');
      await assert.rejects(createLedger(ana).events(), failsWith('corrupt', /deleted/));
      await git(ana, 'update-ref', 'refs/heads/galley/ledger', 'refs/galley/ledger-seen');
      assert.deepEqual(await comments(ana), ['1', '2']);
    });

    const foreign: Record<string, (clone: string) => Promise<void>> = {
      'a foreign file': (clone) => commitFiles(clone, { 'readme.md': 'hello\n' }).then(() => undefined),
      'broken JSON': (clone) =>
        commitFiles(clone, { 'events/0000002-alerted.json': '{"format": 1,' }).then(() => undefined),
      'an unknown kind': (clone) =>
        commitFiles(clone, { 'events/0000002-blessed.json': '{"format": 1, "kind": "blessed"}\n' }).then(
          () => undefined,
        ),
      'a changed event': (clone) =>
        commitFiles(clone, { 'events/0000001-alerted.json': '{"format": 1}\n' }).then(() => undefined),
      'someone else’s name': async (clone) => {
        const text = await git(clone, 'show', 'HEAD:events/0000001-alerted.json');
        await commitFiles(clone, { 'events/0000002-alerted.json': text });
      },
      'an empty commit': (clone) =>
        git(clone, 'commit', '--quiet', '--allow-empty', '-m', 'nothing').then(() => undefined),
    };
    for (const [what, change] of Object.entries(foreign)) {
      it(`${what} on the remote’s ledger, before it is taken over`, async () => {
        const { clones } = await fresh('ana', 'li');
        const [ana = '', li = ''] = clones;
        await createLedger(ana).append(draft('1'));
        await git(li, 'fetch', '--quiet');
        await git(li, 'checkout', '--quiet', '-b', 'galley/ledger', 'origin/galley/ledger');
        await change(li);
        const bad = await git(li, 'rev-parse', 'HEAD');
        await git(li, 'push', '--quiet', 'origin', 'galley/ledger');
        await assert.rejects(createLedger(ana).refresh(), (error) => {
          failsWith('corrupt')(error);
          assert.equal((error as GalleyError).data.subject, bad);
          return true;
        });
        assert.deepEqual(await comments(ana), ['1']);
        await assert.rejects(createLedger(li).events(), failsWith('corrupt'));
      });
    }
  });
});
