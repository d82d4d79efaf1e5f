import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import type { Alert, DriftReport, MonitorCheck, MonitorStatus } from '../../../engine/monitoring/types';
import { buildGalley, waitFor, type BuiltGalley } from '../training/galley';
import { log, monitoredProject, type MonitoredProject } from './project';

describe('galley drift and galley monitor', function () {
  this.timeout(120_000);
  let built: BuiltGalley;
  let project: MonitoredProject;

  before(async () => {
    built = await buildGalley();
  });
  after(() => built.dispose());
  beforeEach(async () => {
    project = await monitoredProject();
    const spec = path.join(project.root, 'galley.yaml');
    // No retraining: a run would outlive the command.
    await writeFile(spec, (await readFile(spec, 'utf8')).replace('[notify, retrain]', '[notify]'));
  });
  afterEach(() => project.remove());

  const galley = async <T>(args: string[]) => {
    const { code, stdout, stderr } = await built.galley(['--cwd', project.root, ...args], {
      GIT_AUTHOR_EMAIL: 'li@example.com',
    });
    return { code, stdout, stderr, json: () => JSON.parse(stdout) as T };
  };
  const compare = ['drift', '--reference', 'data/payments.jsonl', '--current', log];

  it('compares two files; exit 1 for drift only when asked to, 2 for wrong use', async () => {
    await project.score(1);
    const json = await galley<DriftReport>([...compare, '--format', 'json']);
    assert.equal(json.code, 0);
    assert.deepEqual(
      json.json().columns.map(({ column, drifted }) => [column, drifted]),
      [
        ['amount', true],
        ['hour', true],
      ],
    );
    const text = await galley([
      ...compare,
      '--columns',
      'hour, amount',
      '--method',
      'psi',
      '--fail-on-drift',
    ]);
    assert.equal(text.code, 1);
    assert.match(text.stdout, /drift +(hour|amount) +numeric +psi +\d/);
    assert.match(text.stdout, /2 of 2 columns drift; the dataset does too \(100 %, drift from 50 %\)\./);
    assert.equal((await galley([...compare, '--method', 'magic'])).code, 2);
    assert.equal((await galley([...compare, '--share', 'half'])).code, 2);
    const missing = await galley(['drift', '--reference', 'data/*.parquet', '--current', log]);
    assert.equal(missing.code, 2);
    assert.match(missing.stderr, /There is no data at data\/\*\.parquet\./);
    assert.equal(missing.stdout, '');
  });

  it('checks, exits 1 for an alert, shows it, has it acknowledged, and tells the history', async () => {
    await project.score(0);
    const clean = await galley<MonitorCheck[]>(['monitor', 'run', '--format', 'json']);
    assert.deepEqual([clean.code, clean.json().map((check) => check.alert)], [0, [false]]);
    await project.score(1);
    const alert = await galley(['monitor', 'run', 'galley.yaml', 'live']);
    assert.equal(alert.code, 1);
    assert.match(alert.stdout, /^ALERT\tlive\tdrift, 2 of 2 columns/);

    const status = await galley<{ monitors: MonitorStatus[] }>(['monitor', 'status', '--format', 'json']);
    const open = status.json().monitors[0]?.openAlert;
    assert.ok(open);
    const acknowledge = ['monitor', 'ack', open.id, '--comment', 'known', '--format', 'json'];
    const acknowledged = await galley<Alert>(acknowledge);
    assert.deepEqual(
      [acknowledged.json().acknowledged?.by, acknowledged.json().acknowledged?.comment],
      ['li@example.com', 'known'],
    );
    const again = await galley(acknowledge);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /li@example\.com has acknowledged/);
    assert.match(
      (await galley(['monitor', 'status'])).stdout,
      /ALERT +live .* acknowledged by li@example\.com/,
    );

    const history = await galley(['monitor', 'history', 'galley.yaml', 'live']);
    assert.match(history.stdout, /^\S+\tok\tno drift, 0 of 2 columns\n\S+\tALERT\tdrift, 2 of 2 columns\n$/);
    const none = await galley(['monitor', 'run', 'dead']);
    assert.equal(none.code, 2);
    assert.match(none.stderr, /There is no monitor dead\.\n.*galley\.yaml live/);
  });

  it('runs schedules until it is told to stop, and catches up with what was missed', async function () {
    if (process.platform === 'win32') this.skip();
    await project.score(0);
    await galley(['monitor', 'run']);
    const checks = path.join(project.root, '.galley/monitors/galley.yaml/live/checks.jsonl');
    const check = JSON.parse(await readFile(checks, 'utf8')) as MonitorCheck;
    await writeFile(checks, `${JSON.stringify({ ...check, at: check.at - 48 * 3600 * 1000 })}\n`);
    const child = spawn(
      built.launcher.command,
      [...built.launcher.args, '--cwd', project.root, 'monitor', 'start'],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let told = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (told += text));
    try {
      await waitFor(async () => told.includes('live: no drift'));
      const { stdout } = await galley(['monitor', 'status']);
      assert.match(stdout, new RegExp(`Schedules are run by process ${child.pid}\\.`));
      assert.equal((await galley(['monitor', 'start'])).code, 1);
      child.kill('SIGTERM');
      const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
      assert.deepEqual([code, signal], [0, null]);
    } finally {
      child.kill('SIGKILL');
    }
    assert.match((await galley(['monitor', 'status'])).stdout, /Schedules are not run now/);
    await rm(checks);
  });
});
