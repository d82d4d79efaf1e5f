import assert from 'node:assert/strict';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { openLocalStore, type LocalStore } from '../../../engine/backends/local/store';
import { startTrackingEndpoint, type TrackingEndpoint } from '../../../engine/tracking/endpoint/server';
import { failure, temporaryFolder } from './folder';

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

describe('tracking endpoint', function () {
  this.timeout(30_000);
  const token = 'a-secret';
  let folder: string;
  let remove: () => Promise<void>;
  let store: LocalStore;
  let endpoint: TrackingEndpoint;
  let owned: string;
  let experimentId: string;

  before(async () => {
    ({ folder, remove } = await temporaryFolder());
    store = openLocalStore(folder);
    experimentId = (await store.tracking.createExperiment('card-fraud')).id;
    owned = (await store.tracking.createRun({ experimentId, startedAt: 1, tags: {} })).id;
    endpoint = await startTrackingEndpoint({ ...store, token, ownedRunId: owned });
  });

  after(async () => {
    await endpoint.close();
    await store.close();
    await remove();
  });

  async function call(method: string, place: string, body?: unknown, headers = {}): Promise<Answer> {
    const response = await fetch(`${endpoint.url}${place}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...headers },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: JSON.parse(text) as Record<string, unknown> };
  }

  const api = (method: string, name: string, body?: unknown) => call(method, `/api/2.0/mlflow/${name}`, body);
  const code = ({ status, body }: Answer) => `${status} ${String(body['error_code'])}`;

  /** Sends a request as it is: fetch would tidy the path. */
  function raw(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(endpoint.port, '127.0.0.1', () => socket.write(text));
      let answer = '';
      socket.on('data', (data) => (answer += data.toString()));
      socket.on('close', () => resolve(answer));
      socket.on('error', reject);
    });
  }

  it('lets nobody in without the token, and tells only that it lives', async () => {
    const place = `/api/2.0/mlflow/experiments/get?experiment_id=${experimentId}`;
    for (const authorization of ['', 'Bearer', 'Bearer a-secreT', 'Bearer a-secret2', `Basic ${token}`]) {
      const answer = await call('GET', place, undefined, { authorization });
      assert.equal(code(answer), '401 UNAUTHENTICATED', authorization);
    }
    assert.equal((await fetch(`${endpoint.url}/version`)).status, 401);
    assert.equal(await (await fetch(`${endpoint.url}/health`)).text(), 'OK');
    assert.equal((await call('GET', place)).status, 200);
    assert.equal((await call('GET', `/ajax-api/2.0/mlflow/experiments/get?experiment_id=0`)).status, 200);
  });

  it('answers bad requests in MLflow’s words', async () => {
    const bad: [string, Promise<Answer>][] = [
      ['400 BAD_REQUEST', api('POST', 'runs/create', '{not json')],
      ['400 BAD_REQUEST', api('POST', 'runs/create', '[1]')],
      ['400 BAD_REQUEST', api('POST', 'runs/create', Buffer.from([0xff, 0xfe]))],
      ['400 INVALID_PARAMETER_VALUE', api('POST', 'experiments/create', {})],
      ['400 INVALID_PARAMETER_VALUE', api('POST', 'experiments/create', { name: ['x'] })],
      ['400 RESOURCE_ALREADY_EXISTS', api('POST', 'experiments/create', { name: 'card-fraud' })],
      [
        '400 INVALID_PARAMETER_VALUE',
        api('POST', 'runs/log-metric', { run_id: owned, key: 'auc', value: 'high' }),
      ],
      ['400 INVALID_PARAMETER_VALUE', api('POST', 'runs/update', { run_id: owned, status: 'DONE' })],
      ['404 RESOURCE_DOES_NOT_EXIST', api('GET', `runs/get?run_id=${'0'.repeat(32)}`)],
      ['404 RESOURCE_DOES_NOT_EXIST', api('GET', 'experiments/get-by-name?experiment_name=nobody')],
      ['404 RESOURCE_DOES_NOT_EXIST', api('GET', 'logged-models/m-00')],
      [
        '404 RESOURCE_DOES_NOT_EXIST',
        api('POST', 'model-versions/create', { name: 'nobody', source: '/tmp' }),
      ],
      ['400 INVALID_PARAMETER_VALUE', api('GET', 'logged-models/%ff')],
      ['404 ENDPOINT_NOT_FOUND', api('POST', 'traces', {})],
      ['404 ENDPOINT_NOT_FOUND', api('GET', 'runs/create')],
      ['404 ENDPOINT_NOT_FOUND', call('GET', '/')],
      [
        '400 INVALID_PARAMETER_VALUE',
        api('POST', 'runs/search', { experiment_ids: ['1'], max_results: 1e9 }),
      ],
      ['400 INVALID_PARAMETER_VALUE', api('POST', 'runs/search', { experiment_ids: ['1'], page_token: 'x' })],
    ];
    for (const [expected, answer] of bad) assert.equal(code(await answer), expected, expected);
  });

  it('refuses a body that is too large, and serves the next request', async () => {
    const large = await api('POST', 'runs/log-batch', `"${'x'.repeat(33 * 2 ** 20)}"`);
    assert.equal(code(large), '413 INVALID_PARAMETER_VALUE');
    assert.equal((await api('GET', `runs/get?run_id=${owned}`)).status, 200);
  });

  it('logs a batch whole, within MLflow’s limits of one request', async () => {
    const metric = (step: number) => ({
      key: 'loss',
      value: step === 3 ? 'NaN' : 1 / (step + 1),
      timestamp: '5',
      step,
    });
    const metrics = Array.from({ length: 1000 }, (_, step) => metric(step));
    assert.equal((await api('POST', 'runs/log-batch', { run_id: owned, metrics })).status, 200);
    assert.equal(
      code(await api('POST', 'runs/log-batch', { run_id: owned, metrics: [...metrics, metric(1000)] })),
      '400 INVALID_PARAMETER_VALUE',
    );
    const twice = [
      { key: 'lr', value: '1' },
      { key: 'lr', value: '2' },
    ];
    assert.match(
      String((await api('POST', 'runs/log-batch', { run_id: owned, params: twice })).body['message']),
      /Duplicate parameter keys/,
    );
    const history = `metrics/get-history?run_id=${owned}&metric_key=loss&max_results=600`;
    const first = await api('GET', history);
    const second = await api('GET', `${history}&page_token=${String(first.body['next_page_token'])}`);
    const points = [first, second].flatMap(
      ({ body }) => body['metrics'] as { value: unknown; step: number }[],
    );
    assert.deepEqual(
      points.map(({ step }) => step),
      metrics.map(({ step }) => step),
    );
    assert.equal(points[3]?.value, 'NaN');
    assert.equal(second.body['next_page_token'], undefined);
  });

  it('lets a client end any run but the one of its run process', async () => {
    const made = await api('POST', 'runs/create', {
      experiment_id: experimentId,
      start_time: 5,
      run_name: 'child',
    });
    const child = (made.body['run'] as { info: { run_id: string } }).info.run_id;
    for (const id of [owned, child]) {
      const end = { run_id: id, status: 'FINISHED', end_time: 9, run_name: `named-${id.slice(0, 4)}` };
      assert.equal((await api('POST', 'runs/update', end)).status, 200);
    }
    assert.deepEqual(
      [(await store.tracking.run(owned)).status, (await store.tracking.run(owned)).endedAt],
      ['RUNNING', undefined],
    );
    assert.equal((await store.tracking.run(owned)).name, `named-${owned.slice(0, 4)}`);
    assert.equal((await store.tracking.run(child)).status, 'FINISHED');
    assert.equal(code(await api('POST', 'runs/delete', { run_id: owned })), '409 INVALID_STATE');
    assert.equal((await api('POST', 'runs/delete', { run_id: child })).status, 200);
  });

  it('searches runs by comparisons joined with AND, in order, page by page', async () => {
    const { id } = await store.tracking.createExperiment('searched');
    for (const [index, auc] of [0.7, 0.9, Number.NaN, 0.8].entries()) {
      const run = await store.tracking.createRun({
        experimentId: id,
        startedAt: index,
        tags: {},
        name: `r${index}`,
      });
      await store.tracking.log(run.id, {
        metrics: [{ key: 'val auc', value: auc, step: 0, timestamp: 0 }],
        params: index === 0 ? {} : { kind: index % 2 ? 'Odd' : 'even' },
      });
    }
    const names = async (filter: string, order: string[] = []) => {
      const { status, body } = await api('POST', 'runs/search', {
        experiment_ids: [id],
        filter,
        order_by: order,
      });
      return status === 200
        ? (body['runs'] as { info: { run_name: string } }[]).map(({ info }) => info.run_name)
        : String(body['error_code']);
    };
    assert.deepEqual(await names(''), ['r3', 'r2', 'r1', 'r0']);
    assert.deepEqual(await names('', ['metrics.`val auc` DESC']), ['r1', 'r3', 'r0', 'r2']);
    assert.deepEqual(await names('', ['params.kind', 'start_time ASC']), ['r1', 'r3', 'r2', 'r0']);
    assert.deepEqual(await names('metrics."val auc" >= 0.8'), ['r3', 'r1']);
    assert.deepEqual(await names("params.kind != 'Odd'"), ['r2']);
    assert.deepEqual(await names("params.kind ILIKE 'o%' and metrics.`val auc` < 9e-1"), ['r3']);
    assert.deepEqual(await names('params.kind IS NULL'), ['r0']);
    assert.deepEqual(await names("attributes.run_name LIKE 'r_' AND start_time > 1 AND status = 'RUNNING'"), [
      'r3',
      'r2',
    ]);
    assert.deepEqual(await names("run_id IN ('x')"), []);
    for (const refused of [
      "params.kind = 'a' OR params.kind = 'b'",
      "(params.kind = 'a')",
      'params.kind > 3',
      "metrics.auc = 'x'",
      'metrics.auc 5',
      'nonsense.auc = 5',
      "colour = 'red'",
      "params.kind = 'open",
      'AND',
      '= 5',
    ])
      assert.equal(await names(refused), 'INVALID_PARAMETER_VALUE', refused);

    const page = { experiment_ids: [id], max_results: 3 };
    const first = await api('POST', 'runs/search', page);
    const rest = await api('POST', 'runs/search', { ...page, page_token: first.body['next_page_token'] });
    assert.equal((rest.body['runs'] as unknown[]).length, 1);
  });

  it('lists a run’s artifacts and stays inside their folder', async () => {
    const { artifactUri } = await store.tracking.run(owned);
    const list = (place: string) =>
      api('GET', `artifacts/list?run_id=${owned}&path=${encodeURIComponent(place)}`);
    assert.deepEqual((await list('')).body['files'], []);
    await mkdir(path.join(artifactUri, 'plots'), { recursive: true });
    await writeFile(path.join(artifactUri, 'plots', 'roc.svg'), 'svg');
    await symlink(folder, path.join(artifactUri, 'out'));
    assert.deepEqual((await list('plots')).body['files'], [
      { path: 'plots/roc.svg', is_dir: false, file_size: 3 },
    ]);
    for (const outside of ['..', '../..', '/etc', 'plots/../../..', 'out'])
      assert.equal(code(await list(outside)), '400 INVALID_PARAMETER_VALUE', outside);
  });

  it('keeps proxied artifacts below mlartifacts, and nothing outside', async () => {
    const proxy = (method: string, place: string, body?: unknown) =>
      call(method, `/api/2.0/mlflow-artifacts/artifacts${place}`, body);
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    assert.equal((await proxy('PUT', '/1/run/artifacts/a%20b.bin', bytes)).status, 200);
    assert.deepEqual(await readFile(path.join(folder, 'mlartifacts/1/run/artifacts/a b.bin')), bytes);
    const read = await fetch(`${endpoint.url}/api/2.0/mlflow-artifacts/artifacts/1/run/artifacts/a%20b.bin`, {
      headers: { authorization: `Bearer ${token}` },
    });
    assert.deepEqual(Buffer.from(await read.arrayBuffer()), bytes);
    assert.deepEqual((await proxy('GET', '?path=1/run/artifacts')).body['files'], [
      { path: 'a b.bin', is_dir: false, file_size: 256 },
    ]);
    await writeFile(path.join(folder, 'mlartifacts-secret'), 'x');
    for (const method of ['GET', 'PUT', 'DELETE'])
      for (const outside of [
        '/../mlartifacts-secret',
        '/%2e%2e/mlartifacts-secret',
        '/1/..%2f..%2fmlartifacts-secret',
        '//etc/passwd',
      ]) {
        const answer = await raw(
          `${method} /api/2.0/mlflow-artifacts/artifacts${outside} HTTP/1.1\r\nhost: x\r\n` +
            `authorization: Bearer ${token}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
        );
        assert.match(answer, /^HTTP\/1\.1 400 .*INVALID_PARAMETER_VALUE/s, `${method} ${outside}`);
      }
    assert.equal(await readFile(path.join(folder, 'mlartifacts-secret'), 'utf8'), 'x');
    assert.equal(code(await proxy('GET', '/1/none')), '404 RESOURCE_DOES_NOT_EXIST');
    assert.equal((await proxy('DELETE', '/1/run')).status, 200);
    assert.equal(code(await proxy('GET', '/1/run/artifacts/a%20b.bin')), '404 RESOURCE_DOES_NOT_EXIST');
  });

  it('lets no client register files that are not of the run or logged model that it names', async () => {
    await api('POST', 'registered-models/create', { name: 'guarded' });
    const run = await store.tracking.run(owned);
    const model = await store.tracking.createLoggedModel({ experimentId, name: 'forest' });
    const register = (body: object) => api('POST', 'model-versions/create', { name: 'guarded', ...body });
    const bad: object[] = [
      { source: '/etc' },
      { source: '/etc', run_id: owned },
      { source: run.artifactUri },
      { source: `${run.artifactUri}/../..`, run_id: owned },
      { source: `file://${run.artifactUri}/%2e%2e/x`, run_id: owned },
      { source: `file://${run.artifactUri}-other`, run_id: owned },
      { source: 'mlflow-artifacts:/a/..%2f..%2fb', run_id: owned },
      { source: 's3://bucket/a/../b', run_id: owned },
      { source: run.artifactUri, model_id: model.id },
    ];
    for (const body of bad)
      assert.equal(code(await register(body)), '400 INVALID_PARAMETER_VALUE', JSON.stringify(body));
    const good: object[] = [
      { source: `${run.artifactUri}/model`, run_id: owned },
      { source: `runs:/${owned}/model`, run_id: owned },
      { source: `${model.artifactLocation}/x`, model_id: model.id },
      { source: 's3://bucket/a' },
    ];
    for (const body of good) assert.equal((await register(body)).status, 200, JSON.stringify(body));
  });

  it('gives the history of a metric of several runs', async () => {
    const other = (await store.tracking.createRun({ experimentId, startedAt: 1, tags: {} })).id;
    for (const [id, value] of [
      [owned, 1],
      [other, 2],
    ] as const)
      await store.tracking.log(id, {
        metrics: [0, 1].map((step) => ({ key: 'bulk', value, step, timestamp: step })),
      });
    const { body } = await api(
      'GET',
      `metrics/get-history-bulk?run_id=${owned}&run_id=${other}&metric_key=bulk&max_results=3`,
    );
    const points = body['metrics'] as { run_id: string; value: number }[];
    assert.deepEqual(
      points.map(({ run_id: id, value }) => [id, value]),
      [owned, owned, other, other]
        .sort()
        .map((id) => [id, id === owned ? 1 : 2])
        .slice(0, 3),
    );
    assert.equal(
      code(await api('GET', 'metrics/get-history-bulk?metric_key=bulk')),
      '400 INVALID_PARAMETER_VALUE',
    );
    const upload = await call('POST', '/api/2.0/mlflow-artifacts/mpu/create/model', { num_parts: 2 });
    assert.equal(code(upload), '501 NOT_IMPLEMENTED');
  });

  it('says so when its port is taken, and is gone after close', async () => {
    await assert.rejects(
      startTrackingEndpoint({ ...store, token, port: endpoint.port }),
      failure('failed', /port/),
    );
    const other = await startTrackingEndpoint({ ...store, token });
    assert.equal((await fetch(`${other.url}/health`)).status, 200);
    await other.close();
    await assert.rejects(fetch(`${other.url}/health`));
  });
});
