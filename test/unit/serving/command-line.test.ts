import { after, before, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { appendFile, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { createLocalTarget } from '../../../engine/deployment/serving/target';
import type { ServingState } from '../../../engine/deployment/types';
import { buildGalley, type BuiltGalley } from '../training/galley';
import { score, until } from './serving-project';

const run = promisify(execFile);
const repository = process.cwd();

/** A model server that needs nothing but Node; the stage writes `behaviour.json` for it. */
const spec = (server: string, more = ''): string => `
version: 1
name: fraud
stages:
  train:
    run: [${JSON.stringify(process.execPath)}, train.js, "\${{ outputs.model }}"]
    outputs: {model: build/model}
    metrics: {file: metrics.json}
    model: {name: fraud, from: outputs.model}
tests:
  good: {metric: auc, minimum: 0.5}
deployments:
  staging:
    model: fraud
    target: local
    serve: {run: [${JSON.stringify(process.execPath)}, ${JSON.stringify(server)}, "\${{ model.path }}", "\${{ port }}"${more}], health: /health}
  production:
    model: fraud
    target: local
    approvals: {required: 1, from: [li@example.com]}
    serve: {run: [${JSON.stringify(process.execPath)}, ${JSON.stringify(server)}, "\${{ model.path }}", "\${{ port }}"], health: /health}
`;

const train = `
  const fs = require('node:fs');
  fs.mkdirSync(process.argv[2], {recursive: true});
  fs.writeFileSync(process.argv[2] + '/behaviour.json', '{"mode": "healthy", "label": 0.5}');
  fs.writeFileSync('metrics.json', '{"auc": 0.9}');
`;

describe('galley models and galley serve', function () {
  this.timeout(120_000);
  let built: BuiltGalley;
  let root: string;

  before(async () => {
    built = await buildGalley();
    root = await realpath(await mkdtemp(path.join(os.tmpdir(), 'galley-cli-')));
    await writeFile(
      path.join(root, 'galley.yaml'),
      spec(path.join(repository, 'test/unit/serving/model-server.mjs')),
    );
    await writeFile(path.join(root, 'train.js'), train);
    await writeFile(path.join(root, '.gitignore'), 'mlflow.db*\nmlruns/\nbuild/\nserving/\nmetrics.json\n');
    await git('init', '-q', '-b', 'main');
    await git('config', 'user.name', 'Ana');
    await git('config', 'user.email', 'ana@example.com');
    await git('add', '.');
    await git('commit', '-qm', 'Add a pipeline');
  });
  after(async () => {
    await target().stop('staging');
    await rm(root, { recursive: true, force: true });
    await built.dispose();
  });

  const git = (...args: string[]) => run('git', args, { cwd: root });
  const target = () => createLocalTarget({ root, launcher: built.launcher });

  async function galley(...args: string[]): Promise<{ code: number; value: unknown; stderr: string }> {
    const { code, stdout, stderr } = await built.galley(['--cwd', root, ...args, '--format', 'json']);
    return { code, stderr, value: stdout === '' ? undefined : JSON.parse(stdout) };
  }

  it('registers, shows, tests and aliases what a run made', async () => {
    const none = await galley('models', 'list');
    assert.deepEqual([none.code, none.value], [0, []]);
    const made = (await galley('run')).value as { runId: string };
    const registered = await galley('models', 'register', made.runId);
    assert.equal(registered.code, 0, registered.stderr);
    const { version, tests } = registered.value as {
      version: { version: string };
      tests: { status: string }[];
    };
    assert.deepEqual([version.version, tests.map(({ status }) => status)], ['1', ['passed']]);

    const shown = (await galley('models', 'show', 'fraud')).value as { versions: { runId: string }[] };
    assert.deepEqual(
      shown.versions.map(({ runId }) => runId),
      [made.runId],
    );
    const aliased = await galley('models', 'alias', 'fraud', 'challenger', '1');
    assert.deepEqual((aliased.value as { aliases: unknown }).aliases, { challenger: '1' });
    for (const alias of ['production', 'champion']) {
      const refused = await galley('models', 'alias', 'fraud', alias, '1');
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /follows the deployment production, which needs approvals/);
    }
    const unknown = await galley('models', 'show', 'nothing');
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /nothing/);
  });

  it('serves in the foreground only what was rolled out, until it is asked to end', async () => {
    for (const name of ['staging', 'production']) {
      const refused = await galley('serve', name);
      assert.equal(refused.code, 2);
      assert.match(refused.stderr, new RegExp(`No version of fraud is in service in ${name}`));
      assert.match(refused.stderr, /galley deploy request/);
    }
    const { id } = (await galley('deploy', 'request', 'staging', '--comment', 'try it')).value as {
      id: string;
    };
    const rolledOut = await galley('deploy', 'rollout', id);
    assert.equal(rolledOut.code, 0, rolledOut.stderr);
    const already = await galley('serve', 'staging');
    assert.equal(already.code, 1);
    assert.match(already.stderr, /is being served already on http:\/\/127\.0\.0\.1:\d+/);
    await target().stop('staging');

    const other = await galley('serve', 'staging', '--model-version', '2');
    assert.equal(other.code, 1);
    assert.match(other.stderr, /v1 of fraud is in service, not v2/);

    const child = spawn(
      process.execPath,
      [...built.launcher.args, '--cwd', root, 'serve', 'staging', '--format', 'json'],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    child.stderr.resume();
    const state = await until(async () => {
      const brace = printed.trimEnd().endsWith('}');
      return brace && (JSON.parse(printed) as ServingState);
    });
    assert.equal((await score(state)).body.toString(), '{"predictions":[0.5]}');
    child.kill('SIGINT');
    assert.equal(await ended, 0);
    assert.equal((await target().state('staging'))?.status, 'stopped');
  });

  it('refuses to serve an artifact or a command that is not what was rolled out', async () => {
    // A fresh folder on another machine has no memory of the command that was rolled out.
    await target().stop('staging');
    const changed = spec(path.join(repository, 'test/unit/serving/model-server.mjs'), ', "--other"');
    await writeFile(path.join(root, 'galley.yaml'), changed);
    const command = await galley('serve', 'staging');
    assert.equal(command.code, 1);
    assert.match(command.stderr, /is not what it was when v1 was rolled out/);

    const shown = (await galley('models', 'show', 'fraud')).value as { versions: { runId: string }[] };
    const { runId } = shown.versions[0]!;
    const files = await readdir(path.join(root, 'mlruns'), { recursive: true });
    const weights = files.find((file) => file.includes(runId) && file.endsWith('behaviour.json'))!;
    await appendFile(path.join(root, 'mlruns', weights), '\n');
    const artifact = await galley('serve', 'staging');
    assert.equal(artifact.code, 1);
    assert.match(artifact.stderr, /is not the one that was rolled out to staging/);
  });
});
