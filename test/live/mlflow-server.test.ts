import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { after, before, describe, it } from 'mocha';
import { openLocalStore } from '../../engine/backends/local/store';
import { openMlflowServer, type MlflowServer } from '../../engine/backends/mlflow/server';
import { GalleyError } from '../../engine/errors';
import { parseFilter, parseOrder } from '../../engine/tracking/filter';
import { dumpOurs, dumpTheirs } from './mlflow/dump';
import { startMlflowServer, type RunningServer } from './mlflow/server';
import { mlflowPackages, pythonWith, runPython } from './python';

const failure = (code: string, text: RegExp) => (error: unknown) =>
  error instanceof GalleyError &&
  error.code === code &&
  text.test(`${error.data.message} ${error.data.remedy ?? ''}`);

/** The real `mlflow server`. */
describe('mlflow server', function () {
  this.timeout(15 * 60_000);
  let python: string;
  let folder: string;
  const running: RunningServer[] = [];
  const opened: MlflowServer[] = [];

  before(async () => {
    python = await pythonWith(mlflowPackages);
    folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'galley-server-')));
  });

  after(async () => {
    for (const server of opened) await server.close();
    for (const server of running) await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  function open(options: Parameters<typeof openMlflowServer>[0]): MlflowServer {
    const server = openMlflowServer(options);
    opened.push(server);
    return server;
  }

  it('gives what Python logged, and takes what Python reads, field by field', async () => {
    const place = await mkdtemp(path.join(folder, 'plain-'));
    const { url, stop } = await startMlflowServer(python, place);
    running.push({ url, stop });
    const server = open({ url });
    await runPython(python, 'test/live/mlflow/fill.py', [url], { cwd: place });
    assert.deepEqual(await dumpOurs(server), await dumpTheirs(python, place, place, url));

    const experiment = await server.tracking.createExperiment('of Galley', { unicode: 'Prüfung ✓' });
    const made = await server.tracking.createRun({
      experimentId: experiment.id,
      startedAt: 1_700_000_000_000,
      name: 'otter',
      tags: { 'mlflow.user': 'ana' },
    });
    await server.tracking.log(made.id, {
      params: Object.fromEntries(Array.from({ length: 130 }, (_, at) => [`p${at}`, `${at}`])),
      metrics: [
        ...Array.from({ length: 2100 }, (_, step) => ({
          key: 'loss',
          value: 1 / (step + 1),
          step,
          timestamp: step,
        })),
        { key: 'odd', value: Number.NaN, step: -1, timestamp: 5 },
        { key: 'most', value: Infinity, step: 0, timestamp: 5 },
      ],
      tags: { 'mlflow.note.content': '**good** <b>', empty: '' },
    });
    await server.tracking.logDatasets(made.id, [
      {
        name: 'cards',
        digest: 'abc',
        sourceType: 'local',
        source: '{}',
        schema: '{}',
        tags: { 'mlflow.data.context': 'training' },
      },
    ]);
    const model = await server.tracking.createLoggedModel({
      experimentId: experiment.id,
      name: 'forest',
      sourceRunId: made.id,
      params: { trees: '3' },
    });
    await server.tracking.linkModels(made.id, { outputs: [{ modelId: model.id, step: 2 }] });
    await server.tracking.logLoggedModelMetrics(made.id, [
      { key: 'auc', value: 0.9, step: 1, timestamp: 5, modelId: model.id },
    ]);
    await server.tracking.setLoggedModelTags(model.id, { a: 'b', gone: '' });
    await server.tracking.deleteLoggedModelTag(model.id, 'gone');
    await server.tracking.finalizeLoggedModel(model.id, 'READY');
    await server.tracking.updateRun(made.id, { status: 'FINISHED', endedAt: 1_700_000_009_000 });
    const renamed = await server.tracking.updateRun(made.id, { name: 'renamed' });
    assert.deepEqual(
      [renamed.name, renamed.status, renamed.endedAt],
      ['renamed', 'FINISHED', 1_700_000_009_000],
    );
    await server.registry.createVersion({
      name: "ana's",
      source: `runs:/${made.id}/model`,
      runId: made.id,
      description: 'first',
      tags: { t: 'v' },
    });
    await server.registry.createVersion({ name: "ana's", source: `runs:/${made.id}/model`, runId: made.id });
    await server.registry.setAlias("ana's", 'champion', '2');
    await server.registry.setVersionTag("ana's", '2', 'galley.digest', 'x');
    await server.registry.describeModel("ana's", 'none');
    const theirs = await dumpTheirs(python, place, place, url);
    assert.deepEqual(await dumpOurs(server), theirs);
    const mine = await server.registry.model("ana's");
    assert.deepEqual([mine.latestVersion, mine.versionCount, mine.aliases], ['2', 2, { champion: '2' }]);

    // The same searches on the server and in its file.
    const store = openLocalStore(place);
    const all = await server.tracking.experiments({ includeDeleted: true });
    for (const text of [
      'metrics.loss < 0.5',
      "tags.`mlflow.user` = 'ana' and params.p7 = 7",
      'not (status = FINISHED)',
      'metrics.odd != 5',
      'name ilike "O%" or note ~ good',
      'started < 2024-01-01',
    ]) {
      const filter = parseFilter(text);
      const query = {
        experimentIds: all.map(({ id }) => id),
        order: parseOrder(['metrics.loss DESC', 'params.lr']),
        ...(filter === undefined ? {} : { filter }),
      };
      const [there, here] = [await server.tracking.runs(query), await store.tracking.runs(query)];
      assert.deepEqual(
        there.runs.map(({ id }) => id),
        here.runs.map(({ id }) => id),
        text,
      );
    }
    await store.close();
    await assert.rejects(
      server.tracking.log(made.id, { params: { p0: 'other' } }),
      failure('conflict', /p0/),
    );
    await assert.rejects(server.tracking.createExperiment('of Galley'), failure('conflict', /of Galley/));
    await assert.rejects(server.tracking.run('0'.repeat(32)), failure('not-found', /not found/));
    await stop();
    await assert.rejects(server.tracking.experiments(), failure('unreachable', /refuses the connection/));
  });

  it('is let in by its authority and password, into one workspace', async () => {
    const place = await mkdtemp(path.join(folder, 'guarded-'));
    await runPython(python, 'test/live/mlflow/certificate.py', [place], { cwd: place });
    const added = path.join(place, 'packages');
    await promisify(execFile)(python, [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--no-deps',
      '--target',
      added,
      'Flask-WTF<2',
      'WTForms<4',
    ]);
    const credentials = { kind: 'basic', user: 'admin', password: 'of this test, ä' } as const;
    const { url, stop } = await startMlflowServer(python, place, {
      secure: true,
      args: [
        '--app-name',
        'basic-auth',
        '--enable-workspaces',
        '--uvicorn-opts',
        `--ssl-keyfile ${place}/server.key --ssl-certfile ${place}/server.pem`,
      ],
      env: {
        PYTHONPATH: added,
        MLFLOW_FLASK_SERVER_SECRET_KEY: 'of this test',
        MLFLOW_AUTH_ADMIN_PASSWORD: credentials.password,
      },
    });
    running.push({ url, stop });
    const ca = await readFile(path.join(place, 'ca.pem'), 'utf8');
    await assert.rejects(
      open({ url, credentials }).tracking.experiments(),
      failure('unreachable', /not trusted/),
    );
    await assert.rejects(open({ url, ca }).tracking.experiments(), failure('unauthorized', /refuses access/));
    const wrong = { ...credentials, password: 'of this test, a' };
    await assert.rejects(
      open({ url, ca, credentials: wrong }).tracking.experiments(),
      failure('unauthorized', /password/),
    );
    const first = open({ url, ca, credentials });
    await first.tracking.createExperiment('in the default workspace');
    await assert.rejects(
      open({ url, ca, credentials, workspace: 'nowhere' }).tracking.experiments(),
      GalleyError,
    );
    await runPython(python, 'test/live/mlflow/workspace.py', ['team-a'], {
      cwd: place,
      env: {
        MLFLOW_TRACKING_URI: url,
        MLFLOW_TRACKING_USERNAME: credentials.user,
        MLFLOW_TRACKING_PASSWORD: credentials.password,
        MLFLOW_TRACKING_SERVER_CERT_PATH: path.join(place, 'ca.pem'),
      },
    });
    const second = open({ url, ca, credentials, workspace: 'team-a' });
    await second.tracking.createExperiment('in the workspace of team a');
    const names = async ({ tracking }: MlflowServer) =>
      (await tracking.experiments()).map(({ name }) => name);
    assert.ok((await names(second)).includes('in the workspace of team a'));
    assert.ok(!(await names(second)).includes('in the default workspace'));
    assert.ok((await names(first)).includes('in the default workspace'));
    await stop();
  });
});
