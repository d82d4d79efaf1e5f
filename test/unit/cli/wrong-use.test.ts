import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { after, before, describe, it } from 'mocha';
import { commands } from '../../../engine/cli/commands';
import type { CliContext } from '../../../engine/cli/context';
import { commitFiles, git, identify, isolateGit } from '../deployment/repositories';
import { buildGalley, writeFiles, type BuiltGalley } from '../training/galley';

const plain = `version: 1
name: p
datasets: {rows: {path: rows.csv}}
stages:
  train: {run: node train.mjs, outputs: {model: build/m}, model: {name: p, from: outputs.model}}
deployments:
  staging: {model: p, target: local, serve: {run: "node serve.mjs \${{ port }}"}}
monitors:
  live: {deployment: staging, reference: datasets.rows, current: datasets.rows, drift: {columns: all}}
`;
const broken = 'version: 1\nname: p\nstages: {a: {run: [}}\n';
const noRun = '0'.repeat(32);

/** Every command that does something, with the words that lead to it. */
async function leaves(): Promise<{ words: string[]; command: Command }[]> {
  const program = new Command('galley');
  // Registering only declares; nothing of the context is used before a command acts.
  for (const load of Object.values(commands)) (await load())(program, {} as CliContext);
  const below = (command: Command, words: string[]): { words: string[]; command: Command }[] =>
    command.commands.length === 0
      ? [{ words, command }]
      : command.commands.flatMap((child) => below(child, [...words, child.name()]));
  return below(program, []);
}

describe('galley used wrongly', function () {
  this.timeout(180_000);
  let built: BuiltGalley;
  let folder: string;
  before(async () => {
    isolateGit();
    built = await buildGalley();
    folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'galley-wrong-')));
    await mkdir(path.join(folder, 'empty'));
    await writeFiles(path.join(folder, 'broken'), { 'galley.yaml': broken });
    await writeFiles(path.join(folder, 'plain'), { 'galley.yaml': plain });
    const repository = path.join(folder, 'repository');
    await mkdir(repository);
    await git(repository, 'init', '--quiet', '--initial-branch=main');
    await identify(repository, 'ana');
    await commitFiles(repository, { 'galley.yaml': plain, '.gitignore': 'mlflow.db*\n' });
  });
  after(async () => {
    await built.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  /** What is true of every failure: the code, nothing on stdout, a sentence and what to do on stderr, no stack. */
  async function fails(project: string, args: string[], code: number, message: RegExp): Promise<void> {
    const what = `[${project}] galley ${args.join(' ')}`;
    const result = await built.galley(['--cwd', path.join(folder, project), ...args]);
    assert.equal(result.code, code, `${what}\n${result.stderr}`);
    assert.equal(result.stdout, '', what);
    const told = result.stderr.slice(result.stderr.indexOf('galley: '));
    assert.match(told, /^galley: [^\n]+(\n\([^\n]+\))?\n {2}\S[^\n]+\n$/, `${what}\n${result.stderr}`);
    assert.match(told, message, what);
    assert.doesNotMatch(result.stderr, /\n\s+at |Something unexpected/, what);
  }

  it('says of every command which option it does not know, what is missing, and which formats it has', async () => {
    const all = await leaves();
    assert.ok(all.length > 25, String(all.length));
    for (const { words, command } of all) {
      const help = new RegExp(`\\n {2}See \`galley ${words.join(' ')} --help\`\\.\\n$`);
      await fails('empty', [...words, '--no-such-option'], 2, help);
      await fails(
        'empty',
        [...words, '--format', 'xml'],
        2,
        /--format <format>.* is invalid\. Allowed choices are text, json/,
      );
      if (command.registeredArguments.some((argument) => argument.required))
        await fails('empty', words, 2, /missing required argument/);
    }
    await fails(
      'empty',
      ['valdate'],
      2,
      /unknown command 'valdate'\n\(Did you mean validate\?\)\n {2}See `galley --help`/,
    );
    await fails('empty', ['runs', 'lst'], 2, /unknown command 'lst'/);
    await fails(
      'empty',
      ['drift', '--reference', 'a'],
      2,
      /required option '--current <path>' not specified/,
    );
  });

  it('says what is not there, and what there is', async () => {
    const cases: [project: string, args: string[], code: number, message: RegExp][] = [
      ['nowhere', ['runs', 'list'], 2, /There is no folder .*nowhere\.\n {2}Check --cwd/],
      ['empty', ['validate'], 2, /There is no galley\.yaml in /],
      ['empty', ['graph'], 2, /There is no galley\.yaml in /],
      ['empty', ['run'], 2, /There is no galley\.yaml in /],
      ['empty', ['run', 'other.yaml'], 2, /There is no file other\.yaml/],
      ['plain', ['run', '--stage', 'x'], 2, /has no stage x\.\n {2}Its stages are train/],
      ['plain', ['run', '--param', 'x=1'], 2, /has no param x/],
      ['plain', ['run', '--param', 'x'], 2, /Write NAME=VALUE/],
      ['plain', ['run', '--jobs', '0'], 2, /Write a whole number from 1 on/],
      ['plain', ['runs', 'list', '--experiment', 'x'], 2, /There is no experiment x/],
      ['plain', ['runs', 'show', 'x'], 2, /There is no run x\.\n {2}galley runs list/],
      ['plain', ['runs', 'show', noRun], 2, /There is no run 0+\.\n {2}galley runs list/],
      ['plain', ['runs', 'logs', noRun], 2, /There is no run 0+\./],
      ['plain', ['runs', 'stop', 'x'], 2, /There is no run x\./],
      ['plain', ['models', 'show', 'x'], 2, /There is no model x\.\n {2}Register one/],
      ['plain', ['models', 'register', 'x'], 2, /There is no run x\./],
      ['plain', ['models', 'alias', 'x', 'champion', '1'], 2, /There is no model x\./],
      ['plain', ['models', 'test', 'x', '1'], 2, /There is no model x\./],
      [
        'plain',
        ['deploy', 'status', 'x'],
        2,
        /No spec has the deployment x\.\n {2}There are: staging \(galley\.yaml\)/,
      ],
      ['plain', ['deploy', 'request', 'x'], 2, /No spec has the deployment x\./],
      ['plain', ['deploy', 'rollback', 'x'], 2, /No spec has the deployment x\./],
      ['plain', ['deploy', 'stop', 'staging', '--spec', 'x.yaml'], 2, /x\.yaml has no deployment staging\./],
      ['plain', ['serve', 'x'], 2, /No spec has the deployment x\./],
      ['plain', ['serve', 'staging'], 2, /No version of p is in service in staging\./],
      ['plain', ['drift', '--reference', 'a.csv', '--current', 'b.csv'], 2, /There is no data at a\.csv\./],
      ['plain', ['monitor', 'run', 'x'], 2, /There is no monitor x\.\n {2}There are: galley\.yaml live\./],
      ['plain', ['monitor', 'history', 'galley.yaml', 'x'], 2, /has no monitor “x”\.\n {2}Use one of live\./],
      ['plain', ['monitor', 'history', 'x.yaml', 'live'], 2, /There is no file x\.yaml\./],
      ['plain', ['monitor', 'ack', 'x'], 2, /There is no alert x\./],
      ['repository', ['deploy', 'request', 'staging'], 2, /p has no version yet\./],
      ['repository', ['deploy', 'approve', 'abc'], 2, /abc/],
      ['repository', ['deploy', 'rollback', 'staging'], 2, /Nothing was in service in staging before\./],
    ];
    for (const [project, args, code, message] of cases)
      await fails(project, [...args, '--format', 'json'], code, message);
  });

  it('says that a spec is broken where it matters', async () => {
    const place =
      /galley\.yaml has an error in line 3: .*\n {2}Correct galley\.yaml; `galley validate` lists all of them\./;
    for (const args of [
      ['graph'],
      ['run'],
      ['run', '--dry-run'],
      ['run', '--detach'],
      ['monitor', 'history', 'galley.yaml', 'live'],
    ])
      await fails('broken', [...args, '--format', 'json'], 2, place);
    for (const args of [
      ['deploy', 'request', 'staging'],
      ['serve', 'staging'],
      ['monitor', 'run'],
    ]) {
      await fails('broken', args, 2, /has the deployment staging|There is no monitor/);
      const { stderr } = await built.galley(['--cwd', path.join(folder, 'broken'), ...args]);
      assert.match(stderr, /^Left out: galley\.yaml has an error in line 3/);
    }
  });

  it('refuses with 1 what needs a git repository where there is none', async () => {
    const noGit = /plain is not in a git repository.*\n {2}Run `git init` there/;
    for (const verb of ['approve', 'reject', 'withdraw', 'rollout'])
      await fails('plain', ['deploy', verb, 'abc', '--format', 'json'], 1, noGit);
    for (const args of [
      ['deploy', 'request', 'staging'],
      ['deploy', 'rollback', 'staging'],
      ['ledger', 'verify'],
    ])
      await fails('plain', [...args, '--format', 'json'], 1, noGit);
  });

  it('answers with one JSON value, also when the answer is no or nothing', async () => {
    const cases: [project: string, args: string[], code: number][] = [
      ['broken', ['validate'], 1],
      ['plain', ['monitor', 'run'], 1],
      ['plain', ['run'], 1],
      ['plain', ['deploy', 'status'], 0],
      ['plain', ['deploy', 'stop', 'staging'], 0],
      ['broken', ['deploy', 'status'], 0],
      ['broken', ['monitor', 'status'], 0],
      ['empty', ['runs', 'list'], 0],
      ['empty', ['models', 'list'], 0],
      ['empty', ['deploy', 'log'], 0],
      ['empty', ['ledger', 'log'], 0],
      ['empty', ['ledger', 'export'], 0],
      ['empty', ['backends', 'list'], 0],
    ];
    for (const [project, args, code] of cases) {
      const result = await built.galley(['--cwd', path.join(folder, project), ...args, '--format', 'json']);
      assert.equal(result.code, code, `${args.join(' ')}\n${result.stderr}`);
      assert.doesNotThrow(() => JSON.parse(result.stdout), `${args.join(' ')}\n${result.stdout}`);
    }
    const { stdout } = await built.galley(['--cwd', path.join(folder, 'empty'), 'ledger', 'export']);
    assert.equal(stdout, '', 'no lines are no line');
  });
});
