import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import type { GalleyError } from '../../../engine/errors';
import { createMonitors } from '../../../engine/monitoring/monitors';
import { runMonitorProcess } from '../../../engine/monitoring/process';
import type { Monitors } from '../../../engine/monitoring/service';
import { monitorFiles } from '../../../engine/monitoring/store/files';
import { appendCheck, readChecks } from '../../../engine/monitoring/store/history';
import { livingScheduler } from '../../../engine/monitoring/store/scheduler';
import type { Alert, MonitorCheck } from '../../../engine/monitoring/types';
import {
  buildGalley,
  ended,
  openTraining,
  waitFor,
  type BuiltGalley,
  type OpenTraining,
} from '../training/galley';
import { monitoredProject, type MonitoredProject } from './project';

const spec = 'galley.yaml';

describe('monitors', function () {
  this.timeout(120_000);
  let galley: BuiltGalley;
  let project: MonitoredProject;
  let open: OpenTraining;
  let monitors: Monitors;
  let told: { alert: Alert; check: MonitorCheck }[];

  before(async () => {
    galley = await buildGalley();
  });
  after(() => galley.dispose());

  beforeEach(async () => {
    project = await monitoredProject();
    open = openTraining(project.root, galley.launcher);
    told = [];
    monitors = another();
  });
  afterEach(async () => {
    await rm(path.join(project.root, 'hold'), { force: true });
    for (const { runId } of await open.training.runs()) await ended(open.training, runId);
    await open.store.close();
    await project.remove();
  });

  /** The same project as another window or process has it open. */
  const another = () =>
    createMonitors({
      root: project.root,
      training: open.training,
      launcher: galley.launcher,
      onAlert: async (alert, check) => void told.push({ alert, check }),
    });
  const check = () => monitors.check(spec, 'live');
  const alert = async () => (await monitors.list())[0]?.openAlert;
  const refused = async (work: Promise<unknown>) => {
    const error = await work.then(
      () => undefined,
      (reason: unknown) => reason as GalleyError,
    );
    return error?.code;
  };

  it('opens one alert and one retraining, counts, acknowledges, and resolves when a check is clean', async () => {
    const none = await check();
    assert.match(none.failure ?? '', /There is no data at serving/);
    assert.equal(none.alert, false);

    await project.score(0);
    const clean = await check();
    assert.deepEqual([clean.alert, clean.drift?.drifted, clean.failure], [false, false, undefined]);
    assert.deepEqual(
      clean.drift?.skipped.map(({ column }) => column),
      ['fraud'],
    );
    assert.equal(await alert(), undefined);

    await project.score(1);
    assert.equal((await check()).alert, true);
    const opened = await alert();
    assert.ok(opened?.retraining !== undefined && 'runId' in opened.retraining);
    assert.equal(opened.summary.startsWith('2 of 2 columns drifted (100 %, alert from 50 %): '), true);
    assert.deepEqual(opened.columns.map(({ column }) => column).sort(), ['amount', 'hour']);
    assert.deepEqual(
      told.map((event) => event.alert.id),
      [opened.id],
    );
    const run = await ended(open.training, opened.retraining.runId);
    assert.equal(run.status, 'FINISHED');
    assert.equal(await readFile(path.join(project.root, 'build/model.txt'), 'utf8'), '0.5');

    await check();
    await project.forget();
    assert.notEqual((await check()).failure, undefined);
    const still = await alert();
    assert.deepEqual([still?.id, still?.count, still?.resolvedAt], [opened.id, 2, undefined]);

    process.env['GIT_AUTHOR_EMAIL'] = 'ana@example.com';
    try {
      const acknowledged = await another().acknowledge(opened.id, 'October is like that.');
      assert.equal(acknowledged.acknowledged?.by, 'ana@example.com');
    } finally {
      delete process.env['GIT_AUTHOR_EMAIL'];
    }
    assert.equal((await alert())?.acknowledged?.comment, 'October is like that.');
    assert.equal(await refused(monitors.acknowledge(opened.id, 'again')), 'conflict');
    assert.equal(await refused(monitors.acknowledge('no such alert', '')), 'not-found');

    await project.score(0);
    await check();
    assert.equal(await alert(), undefined);
    await project.score(-2);
    await check();
    const second = await alert();
    assert.notEqual(second?.id, opened.id);
    assert.equal(second?.count, 1);
    assert.equal(told.length, 2);
    assert.equal((await open.training.runs()).length, 2);
    assert.deepEqual(
      (await monitors.list())[0]?.timeline.map((point) => [point.alert, point.share]),
      [
        [false, undefined],
        [false, 0],
        [true, 1],
        [true, 1],
        [false, undefined],
        [false, 0],
        [true, 1],
      ],
    );
  });

  it('opens one alert and one retraining when many check at once', async () => {
    await project.score(1);
    const windows = [monitors, another(), another()];
    const checks = await Promise.all([...windows, ...windows].map((window) => window.check(spec, 'live')));
    assert.ok(checks.every((made) => made.alert));
    assert.equal((await alert())?.count, 6);
    assert.equal(told.length, 1);
    assert.equal((await open.training.runs()).length, 1);
    assert.equal((await monitors.history(spec, 'live')).length, 6);
  });

  it('tries retraining again at the next check when it could not be started', async () => {
    await writeFile(path.join(project.root, 'hold'), '');
    const busy = await open.training.start({ spec, stages: ['train'] });
    await project.score(1);
    const first = await check();
    assert.match(first.notes?.[0] ?? '', /Retraining could not be started/);
    const failed = (await alert())?.retraining;
    assert.ok(failed !== undefined && 'failure' in failed);
    await rm(path.join(project.root, 'hold'));
    await ended(open.training, busy.runId);
    assert.equal((await check()).notes, undefined);
    const started = (await alert())?.retraining;
    assert.ok(started !== undefined && 'runId' in started);
  });

  it('alerts for performance once there are labels, and measures as scikit-learn does', async () => {
    const at = (name: string) => path.join(project.root, name);
    const text = await readFile(at(spec), 'utf8');
    const metric = (name: string, limit: string) =>
      writeFile(
        at(spec),
        text
          .replace(
            'drift: {columns: all, share: 0.5}',
            `performance: {metric: ${name}, ${limit}, labels: data/labels.csv, key: id}`,
          )
          .replace('[notify, retrain]', '[notify]'),
      );
    await metric('auc', 'minimum: 0.9');
    await project.score(0);
    const rows = [
      [1, 0.1, 0],
      [2, 0.4, 0],
      [3, 0.35, 1],
      [4, 0.8, 1],
      [5, 0.4, 1],
      [6, 0.9, undefined],
    ] as const;
    await writeFile(
      at('serving/production/requests/2024-11-24.jsonl'),
      rows.map(([id, prediction]) => JSON.stringify({ id, prediction })).join('\n'),
    );
    const before = await check();
    assert.deepEqual([before.failure, before.performance, before.drift], [undefined, undefined, undefined]);
    await writeFile(
      at('data/labels.csv'),
      `id,label\n${rows.flatMap(([id, , label]) => (label === undefined ? [] : [`${id},${label}`])).join('\n')}\n99,1\n`,
    );
    // sklearn.metrics on the five labelled rows.
    const expected: [string, string, number][] = [
      ['auc', 'minimum: 0.9', 0.75],
      ['log_loss', 'maximum: 0.5', 0.5610885094221719],
      ['accuracy', 'minimum: 0.9', 0.6],
      ['f1', 'minimum: 0.9', 0.5],
      ['precision', 'maximum: 0.5', 1],
      ['recall', 'minimum: 0.9', 1 / 3],
      ['rmse', 'maximum: 0.1', 0.4455333881989093],
      ['mae', 'maximum: 0.1', 0.39],
    ];
    for (const [name, limit, value] of expected) {
      await metric(name, limit);
      const made = await check();
      assert.equal(made.failure, undefined, made.failure);
      assert.ok(
        Math.abs((made.performance?.value ?? -1) - value) < 1e-12,
        `${name}: ${made.performance?.value}`,
      );
      assert.equal(made.performance?.rows, 5);
      assert.equal(made.alert, true, name);
    }
    assert.match((await alert())?.summary ?? '', /^mae is 0\.39, above 0\.1 \(5 labelled rows\)\.$/);
    await writeFile(at('data/labels.csv'), 'id,label\n1,0\n2,0\n');
    await metric('auc', 'minimum: 0.9');
    assert.match((await check()).failure ?? '', /not defined/);
  });

  it('keeps 500 checks, the newest 20 with distributions, and reads on after a line that was cut short', async () => {
    await project.score(0);
    await check();
    const files = monitorFiles(project.root, spec, 'live');
    const [one] = await readChecks(files);
    assert.ok(one);
    await writeFile(files.checks, `${`${JSON.stringify(one)}\n`.repeat(520)}{"monitor": "li`);
    await appendCheck(files, { ...one, at: one.at + 1 });
    const checks = await monitors.history(spec, 'live');
    assert.equal(checks.length, 500);
    assert.equal(checks.at(-1)?.at, one.at + 1);
    const whole = checks.map((kept) => kept.drift?.columns[0]?.distribution.reference.length !== 0);
    assert.deepEqual([whole.indexOf(true), whole.lastIndexOf(false)], [480, 479]);
    assert.equal(checks[0]?.drift?.columns[0]?.score, one.drift?.columns[0]?.score);
  });

  it('lists the monitors of sound specs, whatever the others are, and says when alerts are damaged', async () => {
    await writeFile(path.join(project.root, 'broken.galley.yaml'), 'stages: [');
    await project.score(0);
    await check();
    await writeFile(monitorFiles(project.root, spec, 'live').alerts, '{');
    const [status, ...others] = await monitors.list();
    assert.equal(others.length, 0);
    assert.deepEqual([status?.name, status?.current], ['live', 'serving/production/requests/*.jsonl']);
    assert.match(status?.last?.failure ?? '', /does not hold alerts/);
    assert.equal(await refused(check()), 'corrupt');
    assert.equal(await refused(monitors.check('broken.galley.yaml', 'live')), 'invalid');
    assert.equal(await refused(monitors.check(spec, 'toString')), 'not-found');
    assert.equal(await refused(monitors.retrain({ spec, retraining: 'monthly' })), 'not-found');
    const ignore = await readFile(path.join(project.root, '.galley/.gitignore'), 'utf8');
    assert.ok(ignore.startsWith('*\n'));
  });

  it('does once what was due while no monitor process ran, alone in its project, and stops cleanly', async () => {
    await project.score(0);
    await check();
    const files = monitorFiles(project.root, spec, 'live');
    const [made] = await readChecks(files);
    const old = { ...made, at: Date.now() - 48 * 3600 * 1000 };
    await writeFile(files.checks, `${JSON.stringify(old)}\n`);
    const stop = new AbortController();
    const lines: string[] = [];
    const running = runMonitorProcess({
      root: project.root,
      monitors,
      signal: stop.signal,
      tell: (line) => lines.push(line),
    });
    await waitFor(async () => lines.length > 0);
    assert.equal((await livingScheduler(project.root))?.process.pid, process.pid);
    const second = runMonitorProcess({
      root: project.root,
      monitors,
      signal: stop.signal,
      tell: () => undefined,
    });
    assert.equal(await refused(second), 'conflict');
    stop.abort();
    await running;
    assert.deepEqual(lines, ['galley.yaml live: no drift, 0 of 2 columns']);
    // Two days were missed: one check makes up for them.
    assert.equal((await readChecks(files)).length, 2);
    assert.equal(await livingScheduler(project.root), undefined);
  });
});
