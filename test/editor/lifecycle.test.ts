import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { DeploymentStatus } from '../../engine/deployment/types';
import type { ModelVersion } from '../../engine/registry/types';
import type { RunState } from '../../engine/training/types';
import { findRow, galley, root, rows, until } from './window';

/** Starts a run as a code lens does, and waits for its end. */
async function run(command: string, target: object): Promise<RunState> {
  const { engine } = await galley();
  const project = await root();
  const started = await vscode.commands.executeCommand<RunState>(command, { root: project, ...target });
  assert.ok(started, 'the run was started');
  return until('the run ends', async () => {
    const { state } = await engine.request('runs/get', { root: project, runId: started.runId });
    return state?.status === 'RUNNING' ? undefined : state;
  });
}

describe('the life of a model, by commands and views', function () {
  this.timeout(90_000);
  let project: string;
  let first: RunState;

  before(async () => {
    project = await root();
  });
  after(async () => {
    await vscode.commands.executeCommand('notifications.clearAll');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('shows the stages of the pipeline in order', async () => {
    assert.deepEqual(await rows('pipelines'), ['tiny | galley.yaml · 2 stages', '  draw | ', '  count | ']);
    assert.deepEqual(await rows('experiments'), []);
    assert.match((await rows('backends')).join(), /^local \| /);
  });

  it('runs it, and shows how each stage and the run went', async () => {
    first = await run('galley.runPipeline', { spec: 'galley.yaml' });
    assert.equal(first.status, 'FINISHED', first.reason);
    await until(
      'the stages are shown as finished',
      async () => (await rows('pipelines')).filter((row) => /finished/.test(row)).length === 2,
    );
    const shown = await rows('experiments');
    assert.equal(shown[0], 'tiny | 1 run');
    assert.match(shown[1] ?? '', new RegExp(`^\\s+${first.runName} \\| distinct \\d · just now`));
  });

  it('takes unchanged stages from the cache, and runs a single stage', async () => {
    const second = await run('galley.runPipeline', { spec: 'galley.yaml' });
    assert.deepEqual(
      second.stages.map(({ status }) => status),
      ['cached', 'cached'],
    );
    const stage = await run('galley.runStage', { spec: 'galley.yaml', stage: 'draw' });
    assert.deepEqual(
      stage.stages.map(({ name }) => name),
      ['draw'],
    );
  });

  it('opens the log of a run in a terminal', async () => {
    await vscode.commands.executeCommand('galley.showLog', { root: project, runId: first.runId });
    const terminal = await until('the terminal is there', () =>
      vscode.window.terminals.find(({ name }) => name === `Log: ${first.runName}`),
    );
    await vscode.commands.executeCommand('galley.showLog', { root: project, runId: first.runId });
    assert.equal(vscode.window.terminals.filter(({ name }) => name === terminal.name).length, 1);
    terminal.dispose();
  });

  it('compares the runs that are selected in the tree', async () => {
    const experiment = await findRow('experiments', ({ contextValue }) => contextValue === 'experiment');
    const runs = (await experiment?.children?.()) ?? [];
    assert.equal(runs.length, 3);
    await vscode.commands.executeCommand('galley.compareRuns', runs[0], runs.slice(0, 2));
    await until('the page is open', () =>
      vscode.window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .some(({ label, input }) => label === 'Compare 2 runs' && input instanceof vscode.TabInputWebview),
    );
  });

  it('registers the model of a run and shows its tests', async () => {
    const version = await vscode.commands.executeCommand<ModelVersion>('galley.registerModel', {
      root: project,
      runId: first.runId,
    });
    assert.equal(version?.version, '1');
    const shown = await until('the version is shown', async () => {
      const list = await rows('models');
      return list.length === 2 ? list : undefined;
    });
    assert.match(shown[1] ?? '', /^\s+v1 \| distinct \d · tests 1\/1 ✓/);
  });

  it('shows deployments, a request and its review page', async () => {
    assert.deepEqual(await rows('deployments'), [
      'staging | nothing in service',
      'production | nothing in service',
    ]);
    const { engine } = await galley();
    const request = await engine.request('deployments/request', {
      root: project,
      request: { spec: 'galley.yaml', deployment: 'staging', version: '1', comment: 'First' },
    });
    const row = await until('the request is shown', () =>
      findRow('deployments', ({ target }) => target?.requestId === request.id),
    );
    assert.equal(row.contextValue, 'request.approved');
    await vscode.commands.executeCommand(row.command?.command ?? '', ...(row.command?.arguments ?? []));
    await until('the page is open', () =>
      vscode.window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .some(({ label }) => label === 'tiny v1 to staging'),
    );
    const { status } = await engine.request('deployments/rollout', { root: project, requestId: request.id });
    assert.equal(status.version, '1');
    await until('it is shown in service', async () =>
      (await rows('deployments')).some((line) => /^staging \| v1 · healthy/.test(line)),
    );
    const url = await vscode.commands.executeCommand('galley.copyServingUrl', {
      root: project,
      spec: 'galley.yaml',
      deployment: 'staging',
    });
    assert.equal(await vscode.env.clipboard.readText(), url);
    const stopped: DeploymentStatus = await engine.request('deployments/stop', {
      root: project,
      spec: 'galley.yaml',
      deployment: 'staging',
    });
    assert.notEqual(stopped.serving?.status, 'healthy');
  });

  it('shows an alias that another tool moved as an unapproved change', async () => {
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
    const another = (statement: string): void => {
      const store = new DatabaseSync(path.join(project, 'mlflow.db'));
      store.exec(`PRAGMA busy_timeout = 10000; ${statement}`);
      store.close();
    };
    another("INSERT INTO registered_model_aliases (name, alias, version) VALUES ('tiny', 'production', 1)");
    try {
      const row = await until('it is shown', () =>
        findRow('deployments', ({ contextValue }) => contextValue === 'unapproved'),
      );
      assert.equal(row.description, 'The alias production points to v1, but the ledger has no rollout.');
      assert.ok((await rows('deployments')).includes('production | unapproved change · nothing in service'));
    } finally {
      another("DELETE FROM registered_model_aliases WHERE alias = 'production'");
    }
    await until('it is gone', async () =>
      (await rows('deployments')).includes('production | nothing in service'),
    );
  });

  it('checks a monitor, opens its page and badges the alert', async () => {
    await vscode.commands.executeCommand('galley.checkDrift', {
      root: project,
      spec: 'galley.yaml',
      monitor: 'live',
    });
    await until('the page is open', () =>
      vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).some(({ label }) => label === 'Monitor: live'),
    );
    const [shown] = await rows('monitors');
    assert.match(shown ?? '', /^live \| drift in 1 of 2 columns · length \d/);
    const row = await findRow('monitors', ({ label }) => label === 'live');
    assert.equal(row?.contextValue, 'monitor.alert');
  });

  it('starts a retraining policy', async () => {
    const retrained = await run('galley.retrain', { spec: 'galley.yaml', retraining: 'weekly' });
    assert.equal(retrained.status, 'FINISHED', retrained.reason);
  });

  it('adds a backend and shows why it cannot be used', async () => {
    const { engine } = await galley();
    await engine.request('backends/add', {
      root: project,
      backend: { name: 'team', kind: 'mlflow', url: 'http://127.0.0.1:9' },
    });
    assert.ok(existsSync(path.join(project, '.galley', 'backends.yaml')));
    const shown = await until('both backends are shown', async () => {
      const list = await rows('backends');
      return list.length === 2 ? list : undefined;
    });
    assert.match(shown[0] ?? '', /^local/);
    assert.match(shown[1] ?? '', /^team \| .+/);
  });

  it('answers a command about something that is not there with a message, and ends', async () => {
    assert.equal(
      await vscode.commands.executeCommand('galley.runStage', {
        root: project,
        spec: 'galley.yaml',
        stage: 'no',
      }),
      undefined,
    );
    assert.equal(
      await vscode.commands.executeCommand('galley.showLog', { root: project, runId: 'f'.repeat(32) }),
      undefined,
    );
  });
});
