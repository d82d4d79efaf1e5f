import assert from 'node:assert/strict';
import { appendFile, mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Command } from 'commander';
import { after, afterEach, before, describe, it } from 'mocha';
import { registerDeploy } from '../../../engine/cli/commands/deploy';
import { registerLedger } from '../../../engine/cli/commands/ledger';
import type { CliContext } from '../../../engine/cli/context';
import type { Deployments } from '../../../engine/deployment/service';
import type { DeploymentRequest } from '../../../engine/deployment/types';
import { GalleyError, type ErrorCode } from '../../../engine/errors';
import type { Project } from '../../../engine/project';
import { openTestProject, spec, type TestProject } from './project';
import { commitFiles, git, identify, isolateGit, originWithClones, temporaryFolder } from './repositories';

function failsWith(code: ErrorCode, words: RegExp = /./) {
  return (error: unknown) => {
    assert.ok(error instanceof GalleyError, String(error));
    assert.match(error.message, words);
    assert.equal(error.code, code, error.message);
    assert.ok(error.data.remedy, 'an error that a person sees says what to do next');
    return true;
  };
}

const ask = (deployment: string, version?: string) => ({
  spec: 'galley.yaml',
  deployment,
  comment: `for ${deployment}`,
  ...(version === undefined ? {} : { version }),
});

describe('deployments', function () {
  this.timeout(120_000);
  let place: Awaited<ReturnType<typeof temporaryFolder>>;
  let count = 0;
  const open: TestProject[] = [];

  before(async () => {
    isolateGit();
    place = await temporaryFolder();
  });
  afterEach(async () => {
    for (const project of open.splice(0)) await project.close();
  });
  after(() => place.remove());

  function project(root: string): TestProject {
    const opened = openTestProject(root);
    open.push(opened);
    return opened;
  }

  /** Ana's clone with the project; li's and eve's clones of the same origin see the same registry. */
  async function team() {
    const folder = path.join(place.folder, String((count += 1)));
    await git(place.folder, 'init', '--quiet', folder);
    const { origin, clones } = await originWithClones(folder, ['ana', 'li', 'eve'], { 'galley.yaml': spec });
    const [ana = '', li = '', eve = ''] = clones;
    const of = project(ana);
    return { origin, ana: of, li: of.from(li), eve: of.from(eve), folders: { ana, li, eve } };
  }

  /** A version in service in staging, and the request of it for production. */
  async function requested(members: Awaited<ReturnType<typeof team>>, auc = 0.9): Promise<DeploymentRequest> {
    const { ana } = members;
    const version = await ana.train(auc);
    const staged = await ana.deployments.request(ask('staging', version));
    await ana.deployments.rollout(staged.id);
    return ana.deployments.request(ask('production', `v${version}`));
  }

  const approve = async (who: Deployments, { id, binding }: DeploymentRequest) =>
    who.approve(id, 'fine', binding);
  const production = async (who: Deployments) => {
    const found = (await who.list()).find(({ name }) => name === 'production');
    assert.ok(found);
    return found;
  };

  it('go from a request over an approval into service, and back', async () => {
    const members = await team();
    const { ana, li, eve } = members;
    const one = await ana.train(0.85);
    await assert.rejects(
      ana.deployments.request(ask('production')),
      failsWith('policy', /not in service in staging/),
    );
    const staged = await ana.deployments.request(ask('staging'));
    assert.deepEqual([staged.status, staged.policy, staged.binding.version], ['approved', undefined, one]);
    const { url, warnings } = await ana.deployments.rollout(staged.id);
    assert.equal(url, 'http://127.0.0.1:1/staging');
    assert.equal(warnings, undefined);

    const request = await ana.deployments.request(ask('production'));
    assert.equal(request.status, 'waiting');
    assert.match(request.reason, /0 of 1 approval; waits for li@example.com or sam@example.com/);
    assert.equal(request.waitingForMe, false);
    await assert.rejects(approve(ana.deployments, request), failsWith('policy', /requester/));
    await assert.rejects(ana.deployments.rollout(request.id), failsWith('policy', /0 of 1/));
    await li.refresh();
    const seen = await li.find(request.id.slice(0, 10));
    assert.deepEqual(
      [seen.id, seen.waitingForMe, seen.requestedBy.email],
      [request.id, true, 'ana@example.com'],
    );
    await assert.rejects(li.rollout(request.id), failsWith('policy', /0 of 1/));
    await assert.rejects(approve(eve, request), failsWith('policy', /not among the reviewers/));
    await assert.rejects(eve.reject(request.id, 'no'), failsWith('policy', /no reviewer/));
    const approved = await approve(li, request);
    assert.deepEqual([approved.status, approved.approvals.map(({ counts }) => counts)], ['approved', [true]]);
    await assert.rejects(approve(li, request), failsWith('conflict', /already/));

    // Ana's machine learns of the approval when it rolls out; the default branch's spec is what is served.
    const result = await ana.deployments.rollout(request.id);
    assert.equal(result.status.version, one);
    const rolled = ana.target.rollouts.at(-1);
    assert.deepEqual(
      [rolled?.deployment, rolled?.version, rolled?.folder, rolled?.spec.after],
      ['production', one, ana.root, 'staging'],
    );
    await assert.rejects(ana.deployments.rollout(request.id), failsWith('conflict', /already/));
    const aliases = async () => (await ana.registry.model('fraud')).aliases;
    assert.deepEqual(await aliases(), { staging: one, production: one, champion: one });
    const tags = async (version: string) => Object.keys((await ana.registry.version('fraud', version)).tags);
    assert.ok((await tags(one)).includes('galley.deployed.production'));

    const second = await requested(members, 0.95);
    const two = second.binding.version;
    const review = await li.review(second.id).catch(async () => {
      await li.refresh();
      return li.review(second.id);
    });
    assert.deepEqual(
      [review.candidate.version.version, review.incumbent?.version.version, review.stale, review.me.email],
      [two, one, undefined, 'li@example.com'],
    );
    assert.equal(review.candidate.run?.metrics['auc']?.value, 0.95);
    assert.deepEqual(
      review.tests.map(({ name, status }) => [name, status]),
      [['good-enough', 'passed']],
    );
    assert.equal(review.rollout, `All traffic at once; back to v${one} if it fails`);
    assert.deepEqual(
      review.events.map(({ kind }) => kind),
      ['requested'],
    );
    await approve(li, second);
    ana.target.failNext = true;
    await assert.rejects(ana.deployments.rollout(second.id), /did not get healthy/);
    assert.equal((await production(ana.deployments)).version, one);
    await ana.deployments.rollout(second.id);
    assert.deepEqual(await aliases(), { staging: two, production: two, champion: two });
    assert.ok(!(await tags(one)).includes('galley.deployed.production'));

    const back = await li.rollback('galley.yaml', 'production', 'errors');
    assert.deepEqual([back.status.version, back.status.previousVersion], [one, undefined]);
    assert.deepEqual(await aliases(), { staging: two, production: one, champion: one });
    await assert.rejects(li.rollback('galley.yaml', 'production', ''), failsWith('not-found', /before/));
    const stopped = await li.stop('galley.yaml', 'production');
    assert.equal(stopped.serving?.status, 'stopped');
    assert.deepEqual(
      (await li.events('production')).map(({ kind, who }) => [kind, who.name]),
      [
        ['requested', 'ana'],
        ['approved', 'li'],
        ['rolled-out', 'ana'],
        ['requested', 'ana'],
        ['approved', 'li'],
        ['rolled-out', 'ana'],
        ['rolled-back', 'li'],
      ],
    );
    const verification = await li.verify();
    assert.deepEqual([verification.problems, verification.remote], [[], 'same']);
  });

  it('take the policy from the default branch, whatever the requester’s clone says', async () => {
    const members = await team();
    const { ana, folders } = members;
    const request = await requested(members);
    const weak = spec.replace(/ {4}approvals: .*\n/, '');
    await writeFile(path.join(folders.ana, 'galley.yaml'), weak);
    await assert.rejects(ana.deployments.rollout(request.id), failsWith('policy', /0 of 1/));
    await commitFiles(folders.ana, { 'galley.yaml': weak });
    await assert.rejects(ana.deployments.rollout(request.id), failsWith('policy', /0 of 1/));
    await git(folders.ana, 'push', '--quiet', 'origin', 'HEAD:refs/heads/weak');
    await git(folders.ana, 'remote', 'set-head', 'origin', 'weak');
    await assert.rejects(ana.deployments.rollout(request.id), failsWith('policy', /0 of 1/));
    await git(folders.ana, 'symbolic-ref', '--delete', 'refs/remotes/origin/HEAD');
    await git(folders.ana, 'config', 'init.defaultBranch', 'weak');
    await assert.rejects(ana.deployments.rollout(request.id), failsWith('policy', /0 of 1/));
    assert.equal((await ana.deployments.request(ask('production'))).status, 'waiting');
    assert.equal(ana.target.rollouts.filter(({ deployment }) => deployment === 'production').length, 0);
  });

  describe('are void when what was looked at changes:', () => {
    async function approved() {
      const members = await team();
      const request = await requested(members);
      await approve(members.li, request);
      const artifact = await members.ana.registry.artifactPath('fraud', request.binding.version);
      return { ...members, request, artifact };
    }

    it('the artifact', async () => {
      const { ana, li, request, artifact } = await approved();
      assert.equal((await ana.deployments.list())[1]?.requests.length, 1);
      await appendFile(path.join(artifact, 'weights.txt'), 'one more tree\n');
      const found = await li.find(request.id);
      assert.equal(found.status, 'void');
      assert.match(found.reason, /artifact changed/);
      assert.match((await li.review(request.id)).stale ?? '', /artifact changed/);
      await assert.rejects(ana.deployments.rollout(request.id), failsWith('policy', /artifact changed/));
      await assert.rejects(approve(li, request), failsWith('conflict', /not what you looked at/));
      await assert.rejects(
        ana.deployments.request(ask('production')),
        failsWith('conflict', /changed after it was registered/),
      );
    });

    it('the commit of the pipeline', async () => {
      const { ana, request } = await approved();
      await ana.registry.setVersionTag('fraud', request.binding.version, 'galley.commit', 'f'.repeat(40));
      await assert.rejects(ana.deployments.rollout(request.id), failsWith('policy', /commit changed/));
    });

    it('the policy', async () => {
      const { ana, li, request, folders } = await approved();
      await git(folders.li, 'pull', '--quiet');
      await commitFiles(folders.li, { 'galley.yaml': spec.replace('minimum: 0.8', 'minimum: 0.7') });
      await git(folders.li, 'push', '--quiet', 'origin', 'main');
      await assert.rejects(ana.deployments.rollout(request.id), failsWith('policy', /policy changed/));
      await commitFiles(folders.li, { 'galley.yaml': spec.replace(/ {2}production:[^]*$/, '') });
      await git(folders.li, 'push', '--quiet', 'origin', 'main');
      await assert.rejects(
        ana.deployments.rollout(request.id),
        failsWith('policy', /no deployment production/),
      );
      assert.equal((await li.find(request.id)).status, 'void');
    });

    it('while a reviewer looks at something older', async () => {
      const members = await team();
      const request = await requested(members);
      const looked = { ...request.binding, digest: '0'.repeat(64) };
      await assert.rejects(
        members.li.approve(request.id, '', looked),
        failsWith('conflict', /artifact changed/),
      );
      assert.equal((await members.li.find(request.id)).approvals.length, 0);
    });
  });

  it('stop at a rejection, can be withdrawn by the requester only, and give way to newer requests', async () => {
    const members = await team();
    const { ana, li } = members;
    const request = await requested(members);
    await approve(li, request);
    const rejected = await li.reject(request.id, 'worse in Malta');
    assert.deepEqual([rejected.status, rejected.rejection?.comment], ['rejected', 'worse in Malta']);
    await assert.rejects(ana.deployments.rollout(request.id), failsWith('policy', /li rejected it/));
    await assert.rejects(approve(li, request), failsWith('conflict', /rejected/));
    const again = await ana.deployments.request(ask('production'));
    await assert.rejects(li.withdraw(again.id, ''), failsWith('policy', /Only ana@example.com/));
    assert.equal((await ana.deployments.withdraw(again.id, '')).status, 'withdrawn');
    const third = await ana.deployments.request(ask('production'));
    const fourth = await ana.deployments.request(ask('production'));
    assert.equal((await ana.deployments.find(third.id)).status, 'superseded');
    await approve(li, fourth);
    await assert.rejects(ana.deployments.rollout(third.id), failsWith('policy', /newer request/));
    await ana.deployments.rollout(fourth.id);
  });

  it('survive a rejection and an approval at the same moment: never in service after it', async () => {
    const members = await team();
    const { ana, li, folders } = members;
    const request = await requested(members);
    await identify(folders.eve, 'sam');
    const sam = ana.from(folders.eve);
    const [approval, rejection] = await Promise.allSettled([
      approve(li, request),
      sam.reject(request.id, 'stop'),
    ]);
    assert.equal(rejection.status, 'fulfilled');
    if (approval.status === 'rejected') failsWith('conflict', /rejected/)(approval.reason);
    await assert.rejects(ana.deployments.rollout(request.id), failsWith('policy', /sam rejected it/));
  });

  it('need every test of the default branch to be passed', async () => {
    const { ana } = await team();
    await ana.train(0.7);
    await assert.rejects(ana.deployments.request(ask('staging')), failsWith('policy', /good-enough/));
    // A weaker test in the work tree, and its stored result, change nothing.
    await writeFile(path.join(ana.root, 'galley.yaml'), spec.replace('minimum: 0.8', 'minimum: 0.1'));
    const version = await ana.train(0.71);
    await assert.rejects(
      ana.deployments.request(ask('staging', version)),
      failsWith('policy', /good-enough/),
    );
    await assert.rejects(ana.deployments.request(ask('staging', '77')), failsWith('not-found'));
    await assert.rejects(ana.deployments.request(ask('staging', 'nobody')), failsWith('not-found', /nobody/));
  });

  it('tell why nothing can be deployed: no repository, nothing committed, only in the work tree', async () => {
    const folder = path.join(place.folder, 'bare-folder');
    await mkdir(folder);
    await writeFile(path.join(folder, 'galley.yaml'), spec);
    const { deployments, target } = project(folder);
    const problems = async () => (await deployments.list()).map(({ name, problem }) => [name, problem?.code]);
    const blocked = [
      ['staging', 'policy'],
      ['production', 'policy'],
    ];
    assert.deepEqual(await problems(), blocked);
    await assert.rejects(deployments.request(ask('staging')), failsWith('policy', /not in a git repository/));
    await git(folder, 'init', '--quiet', '--initial-branch=main');
    await identify(folder, 'ana');
    assert.deepEqual(await problems(), blocked);
    await assert.rejects(deployments.request(ask('staging')), failsWith('policy', /no default branch/));
    await commitFiles(folder, { 'readme.md': 'x\n' });
    await assert.rejects(deployments.request(ask('staging')), failsWith('policy', /not on main/));
    assert.deepEqual(await problems(), blocked);
    await commitFiles(folder, { 'galley.yaml': spec });
    assert.deepEqual(await problems(), [
      ['staging', undefined],
      ['production', undefined],
    ]);
    await assert.rejects(deployments.request(ask('canary')), failsWith('policy', /no deployment canary/));
    await assert.rejects(deployments.find('abcdef'), failsWith('not-found'));
    assert.equal(target.rollouts.length, 0);
  });

  it('work on a detached HEAD of a worktree, in a folder below the top of the repository', async () => {
    const top = path.join(place.folder, 'mono');
    await git(place.folder, 'init', '--quiet', '--initial-branch=main', top);
    await identify(top, 'ana');
    await commitFiles(top, {
      'services/fraud/galley.yaml': spec,
      'galley.yaml': 'version: 1\nname: other\n',
      'shared.py': 'a = 1\n',
    });
    const tree = path.join(place.folder, 'mono-tree');
    await git(top, 'worktree', 'add', '--quiet', '--detach', tree);
    const ana = project(path.join(tree, 'services/fraud'));
    const one = await ana.train(0.9);
    const staged = await ana.deployments.request(ask('staging', one));
    assert.equal(staged.spec, 'galley.yaml');
    await ana.deployments.rollout(staged.id);
    await ana.deployments.rollout((await ana.deployments.request(ask('staging', one))).id);
    await commitFiles(tree, { 'shared.py': 'a = 1\nb = 2\n', 'services/fraud/train.py': 'x\n' });
    const second = await ana.deployments.request(ask('staging', await ana.train(0.95)));
    const { code } = await ana.deployments.review(second.id);
    assert.deepEqual(code.files, [
      { path: 'train.py', added: 1, removed: 0 },
      { path: '../../shared.py', added: 1, removed: 0 },
    ]);
    // Both checkouts share the ledger; the project at the top also sees the one below it.
    const fromTop = ana.from(top);
    assert.deepEqual(
      (await fromTop.list()).map(({ name, spec: file, requests }) => [name, file, requests.length]),
      [
        ['staging', 'services/fraud/galley.yaml', 3],
        ['production', 'services/fraud/galley.yaml', 0],
      ],
    );
    assert.equal(await git(tree, 'status', '--porcelain', '--untracked-files=no'), '');
  });

  it('show what somebody did beside the ledger', async () => {
    const members = await team();
    const { ana } = members;
    await requested(members);
    const other = await ana.train(0.91);
    assert.equal((await ana.deployments.list())[0]?.unapproved, undefined);
    await ana.registry.setAlias('fraud', 'production', other);
    assert.match((await production(ana.deployments)).unapproved ?? '', /alias production points to v2/);
    await ana.registry.deleteAlias('fraud', 'production');
    const [rolled] = ana.target.rollouts;
    assert.ok(rolled);
    await ana.target.rollout({ ...rolled, deployment: 'production', version: other });
    assert.match((await production(ana.deployments)).unapproved ?? '', /v2 is served/);
  });

  it('roll back only to what was approved and is still the same', async () => {
    const members = await team();
    const { ana, li } = members;
    for (const auc of [0.9, 0.95]) {
      const request = await requested(members, auc);
      await approve(li, request);
      await ana.deployments.rollout(request.id);
    }
    const artifact = await ana.registry.artifactPath('fraud', '1');
    await appendFile(path.join(artifact, 'weights.txt'), 'changed\n');
    await assert.rejects(
      ana.deployments.rollback('galley.yaml', 'production', ''),
      failsWith('policy', /changed since it was in service/),
    );
    assert.equal((await production(ana.deployments)).version, '2');
  });

  it('go on while the remote is away, and say that others do not know yet', async () => {
    const members = await team();
    const { origin, ana } = members;
    await rename(origin, `${origin}.away`);
    const staged = await ana.deployments.request(ask('staging', await ana.train(0.9)));
    assert.match(staged.unshared ?? '', /does not answer/);
    const { warnings, status } = await ana.deployments.rollout(staged.id);
    assert.match(warnings?.join() ?? '', /only on this machine/);
    assert.equal(status.problem?.code, 'unreachable');
    await rename(`${origin}.away`, origin);
    await ana.deployments.refresh();
    const [shown] = await ana.deployments.list();
    assert.deepEqual(
      [shown?.problem, shown?.requests[0]?.unshared, shown?.version],
      [undefined, undefined, '1'],
    );
  });

  it('can be reviewed where the version is not, and rolled out only where it is', async () => {
    const members = await team();
    const { ana, li, folders } = members;
    const first = await requested(members, 0.9);
    await approve(li, first);
    await ana.deployments.rollout(first.id);
    const request = await requested(members, 0.95);
    const elsewhere = project(folders.li).deployments;
    await elsewhere.refresh();
    const seen = await elsewhere.find(request.id);
    assert.deepEqual([seen.status, seen.waitingForMe], ['waiting', true]);
    assert.match(seen.reason, /not on this machine/);
    const review = await elsewhere.review(request.id);
    assert.match(review.recorded ?? '', /what ana@example.com had/);
    const here = await ana.deployments.review(request.id);
    assert.equal(here.recorded, undefined);
    for (const of of ['candidate', 'incumbent'] as const) {
      assert.deepEqual(review[of]?.run?.metrics, here[of]?.run?.metrics, of);
      assert.equal(review[of]?.version.version, here[of]?.version.version);
    }
    assert.deepEqual(
      review.tests.map(({ name, status }) => [name, status]),
      [['good-enough', 'passed']],
    );
    // A registry that happens to have another version with that number does not confuse it.
    const { train } = open.at(-1) ?? assert.fail();
    for (const auc of [0.81, 0.82]) await train(auc);
    assert.equal((await elsewhere.review(request.id)).candidate.run?.metrics['auc']?.value, 0.95);
    assert.equal((await approve(elsewhere, request)).status, 'approved');
    await assert.rejects(elsewhere.rollout(request.id), failsWith('not-found', /from this machine/));
    // What was approved there by its digest is compared with what is here.
    const artifact = await ana.registry.artifactPath('fraud', request.binding.version);
    await appendFile(path.join(artifact, 'weights.txt'), 'changed\n');
    await assert.rejects(ana.deployments.rollout(request.id), failsWith('policy', /artifact changed/));
  });

  it('keep alerts on the ledger too', async () => {
    const members = await team();
    const { ana, li } = members;
    const detail = { columns: [{ column: 'amount', score: 0.31 }] };
    const alert = {
      kind: 'alerted',
      spec: 'galley.yaml',
      deployment: 'production',
      comment: '3 of 9',
      detail,
    } as const;
    const { id } = await ana.deployments.record(alert);
    await li.refresh();
    const [event] = await li.events('production');
    assert.deepEqual([event?.id, event?.kind, event?.detail], [id, 'alerted', detail]);
  });

  describe('in the terminal', () => {
    function terminal(deployments: Deployments) {
      const seen = { printed: [] as unknown[], text: '', progress: '', exit: 0 };
      const context: CliContext = {
        launcher: { command: '', args: [] },
        cwd: () => '/',
        project: () => Promise.resolve({ deployments } as unknown as Project),
        print: (value, format, text) => {
          seen.printed.push(value);
          seen.text = format === 'json' ? JSON.stringify(value) : text(value);
        },
        progress: (line) => void (seen.progress += `${line}\n`),
        exit: (code) => void (seen.exit = code),
      };
      return async (...argv: string[]) => {
        Object.assign(seen, { printed: [], text: '', progress: '', exit: 0 });
        const program = new Command('galley').exitOverride();
        registerDeploy(program, context);
        registerLedger(program, context);
        await program.parseAsync(argv, { from: 'user' });
        return seen;
      };
    }

    it('are refused by the same policy, with shortened ids', async () => {
      const members = await team();
      const { ana, li } = members;
      await requested(members);
      const galley = { ana: terminal(ana.deployments), li: terminal(li) };
      const { text } = await galley.ana(
        'deploy',
        'request',
        'production',
        '--model-version',
        '1',
        '--comment',
        'go',
      );
      const id = text.split(' ')[0]?.slice(0, 8) ?? '';
      await assert.rejects(galley.ana('deploy', 'rollout', id), failsWith('policy', /0 of 1/));
      await assert.rejects(galley.ana('deploy', 'approve', id), failsWith('policy', /requester/));
      await assert.rejects(galley.ana('deploy', 'rollout', ''), failsWith('not-found'));
      await galley.li('deploy', 'status');
      await assert.rejects(
        galley.li('deploy', 'approve', id, '--digest', 'abc'),
        failsWith('conflict', /artifact/),
      );
      const approved = await galley.li('deploy', 'approve', id);
      const { digest } = (approved.printed[0] as DeploymentRequest).binding;
      assert.match(approved.progress, new RegExp(`artifact +${digest}`));
      assert.match((await galley.ana('deploy', 'rollout', id)).text, /^production {2}v1/);
      assert.match(
        (await galley.li('deploy', 'status', 'production')).text,
        /production {2}v1 · healthy[^]*rolled-out/,
      );
      await assert.rejects(galley.li('deploy', 'status', 'nothing'), failsWith('not-found'));
      const { text: log } = await galley.li('deploy', 'log', 'production', '--format', 'json');
      assert.deepEqual(
        (JSON.parse(log) as { kind: string }[]).map(({ kind }) => kind),
        ['requested', 'requested', 'approved', 'rolled-out'],
      );
      assert.equal((await galley.li('ledger', 'log')).text.split('\n').length, 6);
      assert.equal((await galley.li('ledger', 'export')).text.split('\n').length, 6);
      const verified = await galley.li('ledger', 'verify');
      assert.match(
        verified.text,
        /6 events · 0 signed · 0 only here · the remote has the same\nThe ledger is sound\./,
      );
      assert.equal(verified.exit, 0);
    });

    it('are verified: a rollout that another tool wrote is found', async () => {
      const members = await team();
      const { ana, folders } = members;
      const request = await requested(members);
      await git(
        folders.ana,
        'worktree',
        'add',
        '--quiet',
        '--detach',
        `${folders.ana}-ledger`,
        'galley/ledger',
      );
      const ledger = `${folders.ana}-ledger`;
      const text = await git(ledger, 'show', 'HEAD:events/0000003-requested.json');
      const forged = { ...(JSON.parse(text) as object), kind: 'rolled-out', request: request.id };
      const bad = await commitFiles(ledger, {
        'events/0000004-rolled-out.json': `${JSON.stringify(forged)}\n`,
      });
      await git(ledger, 'update-ref', 'refs/heads/galley/ledger', bad);
      const seen = await terminal(ana.deployments)('ledger', 'verify');
      assert.equal(seen.exit, 1);
      assert.match(seen.text, /production was rolled out by ana@example.com with 0 of 1 approvals/);
    });
  });
});
