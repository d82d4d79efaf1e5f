import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GalleyError } from '../../errors';
import { proxyArtifact } from './artifacts';
import { queryFields, readBody } from './body';
import { RestError, restError } from './errors';
import { decodedPath, findRoute } from './routes';
import type { Stores } from './stores';

export interface TrackingEndpointOptions extends Stores {
  /** What clients must send as `Authorization: Bearer <token>` (MLFLOW_TRACKING_TOKEN). */
  token: string;
  /** Default: a free one. */
  port?: number;
}

export interface TrackingEndpoint {
  /** For MLFLOW_TRACKING_URI. */
  url: string;
  port: number;
  /** Answers what is under way (2 seconds at most), then stops. */
  close(): Promise<void>;
}

/**
 * The version that clients are told. Before 3.4 they keep trace spans to themselves; Galley stores none.
 */
const announcedVersion = '3.3.2';
const closingTime = 2000;

/**
 * Serves MLflow's REST API over the given stores, on the loopback interface only.
 * A client's end of `ownedRunId` is accepted and ignored: its run process ends it.
 */
export async function startTrackingEndpoint(options: TrackingEndpointOptions): Promise<TrackingEndpoint> {
  const expected = digest(options.token);
  const server = createServer((request, response) => void answer(options, expected, request, response));
  // Training code may think for minutes between two calls on one connection.
  server.keepAliveTimeout = 300_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new GalleyError(
          'failed',
          `The tracking endpoint cannot listen on port ${options.port ?? 0}: ${error.message}.`,
          {
            remedy: 'Choose another port.',
          },
        ),
      ),
    );
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const force = setTimeout(() => server.closeAllConnections(), closingTime);
      await closed;
      clearTimeout(force);
    },
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Compares digests, so that neither the token's content nor its length shows in the time that it takes. */
function isAuthorized(request: IncomingMessage, expected: Buffer): boolean {
  const [, token = ''] = /^Bearer +(.*)$/i.exec(request.headers.authorization ?? '') ?? [];
  return timingSafeEqual(digest(token), expected);
}

async function answer(
  stores: Stores,
  expected: Buffer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const result = await dispatch(stores, expected, request, response);
    if (result !== undefined) send(response, 200, result);
  } catch (error) {
    const { code, message, status } = restError(error);
    if (response.headersSent) response.destroy();
    else {
      // What was not read of the body must not be taken for the next request.
      if (!request.complete) response.setHeader('connection', 'close');
      send(response, status, { error_code: code, message });
    }
  } finally {
    request.resume();
  }
}

function send(response: ServerResponse, status: number, body: object | string): void {
  const isText = typeof body === 'string';
  const data = Buffer.from(isText ? body : JSON.stringify(body));
  response.writeHead(status, {
    'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json',
    'content-length': data.length,
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
  });
  response.end(data);
}

/** @returns what to send, or undefined when it was sent */
async function dispatch(
  stores: Stores,
  expected: Buffer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<object | string | undefined> {
  const method = request.method ?? 'GET';
  // Parsed by hand: URL would resolve `..` in paths of artifacts before they are checked.
  const [path = '', query = ''] = (request.url ?? '/').split(/\?(.*)/s);
  if (method === 'GET' && path === '/health') return 'OK';
  if (!isAuthorized(request, expected))
    throw new RestError(
      'UNAUTHENTICATED',
      'The tracking endpoint needs the token of its run (MLFLOW_TRACKING_TOKEN).',
    );
  if (method === 'GET' && path === '/version') return announcedVersion;
  if (method === 'GET' && /^\/(ajax-)?api\/3\.0\/mlflow\/server-info$/.test(path))
    return { store_type: 'SqlStore', workspaces_enabled: false };

  const search = new URLSearchParams(query);
  const artifact = /^\/(?:ajax-)?api\/2\.0\/mlflow-artifacts\/artifacts(?:\/(.*))?$/s.exec(path);
  if (artifact !== null)
    return proxyArtifact(stores, decodedPath(artifact[1] ?? ''), search, request, response);

  // Files of this machine come whole; clients go on to send them so.
  if (/^\/(?:ajax-)?api\/2\.0\/mlflow-artifacts\/mpu\//.test(path))
    throw new RestError(
      'NOT_IMPLEMENTED',
      'Multipart upload is not supported for the current artifact repository',
    );

  const [, call] = /^\/(?:ajax-)?api\/2\.0\/mlflow\/(.*)$/s.exec(path) ?? [];
  const found = call === undefined ? undefined : findRoute(method, call);
  if (found === undefined)
    throw new RestError('ENDPOINT_NOT_FOUND', `Galley's tracking endpoint has no ${method} ${path}.`);
  const body = method === 'GET' ? {} : await readBody(request);
  return found.route.answer(stores, { ...queryFields(search), ...body, ...found.parameters });
}
