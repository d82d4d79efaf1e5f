import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach, before, describe, it } from 'mocha';
import { openLocalStore, type LocalStore } from '../../../engine/backends/local/store';
import { openMlflowServer, type MlflowServer } from '../../../engine/backends/mlflow/server';
import { parseFilter, parseOrder } from '../../../engine/tracking/filter';
import { startTrackingEndpoint, type TrackingEndpoint } from '../../../engine/tracking/endpoint/server';
import { failure, temporaryFolder } from '../tracking/folder';

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

describe('an MLflow server that misbehaves', function () {
  this.timeout(30_000);
  const servers: Server[] = [];
  const opened: MlflowServer[] = [];

  afterEach(async () => {
    for (const server of opened.splice(0)) await server.close();
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  /** A client of a server that answers so, and the requests that it has seen. */
  async function serve(
    answer: Answer,
    options = {},
  ): Promise<{ server: MlflowServer; seen: string[]; url: string }> {
    const seen: string[] = [];
    const listening = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        seen.push(`${request.method ?? ''} ${request.url ?? ''} ${body}`.trim());
        answer(request, response, body);
      });
    });
    servers.push(listening);
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
    const server = openMlflowServer({ url, pause: 1, ...options });
    opened.push(server);
    return { server, seen, url };
  }

  const always =
    (status: number, text: string, headers = {}): Answer =>
    (_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(text);
    };

  it('says what went wrong, and asks again only when that may help', async () => {
    const page = '<html><script>alert(1)</script></html>';
    const cases: [string, Answer, Parameters<typeof failure>, number][] = [
      [
        '500',
        always(500, '{"error_code":"INTERNAL_ERROR","message":"boom"}'),
        ['failed', /boom\. Look into the log/],
        1,
      ],
      ['500 in HTML', always(500, page, { 'content-type': 'text/html' }), ['failed', /HTTP 500/], 1],
      ['HTML', always(200, page, { 'content-type': 'text/html' }), ['unreachable', /web page/], 1],
      ['half a JSON', always(200, '{"experiment": {"experi'), ['unreachable', /half an answer/], 1],
      ['a JSON that is none of MLflow', always(200, '"fine"'), ['unreachable', /not as an MLflow server/], 1],
      ['nothing', always(200, ''), ['unreachable', /with nothing/], 1],
      ['401', always(401, 'You are not authenticated.'), ['unauthorized', /user name and password/], 1],
      ['403', always(403, '{"error_code":"PERMISSION_DENIED","message":"no"}'), ['unauthorized', /no/], 1],
      ['404 of another server', always(404, 'Not Found'), ['unsupported'], 1],
      [
        'not found',
        always(404, '{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"gone"}'),
        ['not-found', /gone/],
        1,
      ],
      [
        'busy',
        always(503, '{"error_code":"TEMPORARILY_UNAVAILABLE","message":"later"}'),
        ['unreachable', /later/],
        5,
      ],
      ['too many', always(429, '', { 'retry-after': '0' }), ['unreachable', /HTTP 429/], 5],
      ['bad gateway', always(502, page), ['unreachable'], 5],
      ['hung up', (_request, response) => response.destroy(), ['unreachable', /broke the connection/], 5],
      [
        'cut short',
        (_request, response) => {
          response.writeHead(200, { 'content-length': 100 });
          response.write('{"experiment":');
          setTimeout(() => response.destroy(), 20);
        },
        ['unreachable', /broke the connection/],
        5,
      ],
      [
        'a circle',
        (request, response) => always(302, '', { location: request.url })(request, response, ''),
        ['unreachable', /circle/],
        6,
      ],
      [
        'a sign-in page',
        always(302, '', { location: 'https://sign-in.example/login' }),
        ['unreachable', /redirects to https:\/\/sign-in\.example\/login/],
        1,
      ],
    ];
    for (const [name, answer, expected, requests] of cases) {
      const { server, seen } = await serve(answer);
      await assert.rejects(server.tracking.experiment('1'), failure(...expected), name);
      assert.equal(seen.length, requests, name);
    }
  });

  it('does not send credentials to another server', async () => {
    const other = await serve(always(200, '{}'));
    const { server } = await serve(
      always(307, '', { location: `${other.url}/api/2.0/mlflow/experiments/get` }),
      {
        credentials: { kind: 'bearer', token: 'secret' },
      },
    );
    await assert.rejects(server.tracking.experiment('1'), failure('unreachable'));
    assert.deepEqual(other.seen, []);
  });

  it('never repeats a write after the connection broke, but does when it was refused as busy', async () => {
    const broken = await serve((_request, response) => response.destroy());
    await assert.rejects(broken.server.tracking.createExperiment('x'), failure('unreachable'));
    assert.equal(broken.seen.length, 1);
    let turns = 0;
    const busy = await serve((request, response, body) =>
      ++turns < 3
        ? always(503, '')(request, response, body)
        : always(200, '{"experiment_id":"7","experiment":{"experiment_id":"7","name":"x"}}')(
            request,
            response,
            body,
          ),
    );
    assert.equal((await busy.server.tracking.createExperiment('x')).id, '7');
    assert.equal(busy.seen.filter((line) => line.startsWith('POST')).length, 3);
  });

  it('gives up on a silent server, and on none', async () => {
    const { server } = await serve(() => undefined, { timeout: 100 });
    await assert.rejects(server.tracking.experiments(), failure('timeout', /0\.1 s/));
    const { server: gone, url } = await serve(always(200, '{}'));
    const listening = servers.pop();
    listening?.closeAllConnections();
    await new Promise((resolve) => listening?.close(resolve));
    await assert.rejects(
      gone.tracking.experiments(),
      failure('unreachable', new RegExp(`${url} refuses the connection`)),
    );
    assert.throws(() => openMlflowServer({ url: 'sqlite:///x.db' }), failure('invalid'));
  });

  it('stops when a server gives the same page again and again', async () => {
    const { server } = await serve(
      always(200, '{"experiments":[{"experiment_id":"1"}],"next_page_token":"a"}'),
    );
    await assert.rejects(server.tracking.experiments(), failure('failed', /same page/));
  });

  it('sends the workspace and the credentials, and puts nothing of names into paths', async () => {
    const headers: unknown[] = [];
    const { server, seen } = await serve(
      (request, response, body) => {
        headers.push([request.headers['x-mlflow-workspace'], request.headers.authorization]);
        always(200, '{}')(request, response, body);
      },
      { workspace: 'team-a', credentials: { kind: 'basic', user: 'ana', password: 'p:ä' } },
    );
    await server.tracking.loggedModel('../../admin?x=/');
    await server.registry.model('a&b=c');
    assert.deepEqual(headers[0], ['team-a', `Basic ${Buffer.from('ana:p:ä').toString('base64')}`]);
    assert.equal(seen[0], 'GET /api/2.0/mlflow/logged-models/..%2F..%2Fadmin%3Fx%3D%2F');
    assert.equal(seen[1], 'GET /api/2.0/mlflow/registered-models/get?name=a%26b%3Dc');
  });
});

describe('Galley’s own tracking endpoint as a server', function () {
  this.timeout(30_000);
  let remove: () => Promise<void>;
  let store: LocalStore;
  let endpoint: TrackingEndpoint;
  let server: MlflowServer;

  before(async () => {
    const place = await temporaryFolder();
    remove = place.remove;
    store = openLocalStore(place.folder);
    endpoint = await startTrackingEndpoint({ ...store, token: 'a-secret' });
    server = openMlflowServer({ url: endpoint.url, credentials: { kind: 'bearer', token: 'a-secret' } });
  });

  after(async () => {
    await server.close();
    await endpoint.close();
    await store.close();
    await remove();
  });

  it('gives what the store has, in the store’s order, page by page', async () => {
    const experiment = await server.tracking.createExperiment('card-fraud', { team: 'a' });
    assert.deepEqual(experiment, await store.tracking.experiment(experiment.id));
    for (let turn = 0; turn < 12; turn++) {
      const run = await server.tracking.createRun({
        experimentId: experiment.id,
        startedAt: turn + 1,
        name: `n${turn}`,
        tags: { 'mlflow.user': 'ana' },
      });
      await server.tracking.log(run.id, {
        params: {
          trees: String(turn * 10),
          ...Object.fromEntries(Array.from({ length: 150 }, (_, at) => [`p${at}`, `${at}`])),
        },
        metrics: Array.from({ length: 1200 }, (_, step) => ({
          key: 'loss',
          value: step === 3 ? Number.NaN : 1 / (step + turn + 1),
          step,
          timestamp: step,
        })),
        tags: { odd: turn % 2 === 1 ? 'yes' : 'no' },
      });
      if (turn === 5) await server.tracking.deleteRun(run.id);
    }
    const experimentIds = [experiment.id];
    const queries = [
      {},
      { limit: 3 },
      { limit: 3, offset: 4, includeDeleted: true },
      { oldestFirst: true, limit: 2 },
      { limit: 4, order: parseOrder(['params.trees DESC']) },
      { limit: 4, order: parseOrder(['metrics.loss'], { dialect: 'mlflow' }) },
      { filter: parseFilter("tags.odd = yes AND params.trees > 20 AND name != 'n7'") },
      {
        filter: parseFilter('params.trees = 10 or params.trees = 30 or name ~ "^n1.$"'),
        order: parseOrder(['params.trees']),
      },
    ];
    for (const { filter, ...rest } of queries) {
      const query = { experimentIds, ...rest, ...(filter === undefined ? {} : { filter }) };
      const [theirs, ours] = [await server.tracking.runs(query), await store.tracking.runs(query)];
      assert.deepEqual(theirs.runs, ours.runs, JSON.stringify(query));
      if (theirs.atLeast === undefined) assert.equal(theirs.total, ours.total);
      else assert.ok(theirs.total <= ours.total && theirs.total > theirs.runs.length);
    }
    const [first] = (await store.tracking.runs({ experimentIds, oldestFirst: true })).runs;
    assert.ok(first);
    assert.deepEqual(
      await server.tracking.metricHistory(first.id, 'loss'),
      await store.tracking.metricHistory(first.id, 'loss'),
    );
    await assert.rejects(server.tracking.log(first.id, { params: { trees: '5' } }), failure('conflict'));
    await assert.rejects(server.tracking.run('0'.repeat(32)), failure('not-found'));
    assert.equal(await server.tracking.experimentByName('nobody'), undefined);
    const before = await server.tracking.revision();
    assert.equal(await server.tracking.revision(), before);
    await store.tracking.log(first.id, { tags: { later: '1' } });
    assert.notEqual(await server.tracking.revision(), before);
  });
});
