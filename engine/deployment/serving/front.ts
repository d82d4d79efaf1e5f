import { randomUUID } from 'node:crypto';
import { createServer, request as openRequest } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders, Server, ServerResponse } from 'node:http';
import { collectBody, holdBody, type HeldBody } from './bodies';
import type { ModelServer } from './model-server';

/** One request that passed, with its answer. */
export interface Exchange {
  id: string;
  /** When it came. */
  at: number;
  version: string;
  method: string;
  status: number;
  latencyMs: number;
  request: { body: Buffer; encoding: string | undefined };
  /** Absent when it is too large to hold. */
  response: { body: Buffer; encoding: string | undefined } | undefined;
}

export interface FrontOptions {
  /** Who takes the next request; `except` have refused it already. */
  choose(except: ReadonlySet<ModelServer>): ModelServer | undefined;
  /** Requests to this path are passed on, not counted. */
  healthPath(): string | undefined;
  /** After each answer; must return at once. */
  record(exchange: Exchange): void;
  counted(failed: boolean): void;
}

export interface Front {
  port: number;
  /** Takes no more requests, lets those in flight end within the given time, then closes. */
  close(graceMs: number): Promise<void>;
}

/** RFC 9110, 7.6.1: for one connection only, so never passed on. */
const hopByHop = new Set(
  'connection keep-alive proxy-connection proxy-authenticate proxy-authorization te trailer transfer-encoding upgrade expect'.split(
    ' ',
  ),
);

type Outcome =
  | { kind: 'answered'; status: number; body: Buffer | undefined; encoding: string | undefined }
  /** Nothing of the request was acted on, so it may be given to another server. */
  | { kind: 'refused'; stale: boolean }
  /** Failed after the request may have been acted on. */
  | { kind: 'broken'; error: Error }
  | { kind: 'caller-gone' };

/**
 * Opens a deployment's own address on the loopback: an HTTP proxy in front of its model servers.
 * @param preferredPort taken when it is free; otherwise any
 */
export async function openFront(preferredPort: number | undefined, options: FrontOptions): Promise<Front> {
  const server = createServer((request, response) => {
    // A request that fails in here must never end the process that serves all the others.
    serve(request, response, options).catch(() => response.destroy());
  });
  // Longer than clients and the proxies before us keep idle connections, so that they close them and not we.
  server.keepAliveTimeout = 75_000;
  server.on('clientError', (_error, socket) => socket.destroy());
  await listen(server, preferredPort ?? 0).catch((error: unknown) => {
    if (preferredPort === undefined) throw error;
    return listen(server, 0);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close: (graceMs) => close(server, graceMs),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function close(server: Server, graceMs: number): Promise<void> {
  const all = setTimeout(() => server.closeAllConnections(), graceMs);
  // A kept-alive connection becomes idle only once its last answer is out.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  clearTimeout(all);
  clearInterval(idle);
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: FrontOptions,
): Promise<void> {
  const at = Date.now();
  const began = performance.now();
  const id = requestId(request);
  const counts = request.url?.split('?')[0] !== options.healthPath();
  const body = await holdBody(request).catch(() => undefined);
  if (body === undefined) return;

  const refused = new Set<ModelServer>();
  for (let fresh = false; ;) {
    const server = options.choose(refused);
    if (server === undefined) {
      if (counts) options.counted(true);
      fail(response, 503, 'No version of this deployment takes requests now. Try again in a moment.');
      return;
    }
    server.inFlight++;
    let outcome: Outcome;
    try {
      outcome = await forward(server, request, response, body, id, fresh);
    } finally {
      server.inFlight--;
    }
    if (outcome.kind === 'refused' && outcome.stale) {
      fresh = true;
      continue;
    }
    if (outcome.kind === 'caller-gone') return;
    const failed = outcome.kind !== 'answered' || outcome.status >= 500;
    if (counts) {
      server.requests++;
      if (failed) server.errors++;
    }
    if (outcome.kind === 'refused') {
      refused.add(server);
      continue;
    }
    if (counts) options.counted(failed);
    if (outcome.kind === 'broken')
      fail(
        response,
        502,
        `The model server of v${server.served.version} broke off: ${outcome.error.message}.`,
      );
    else if (counts && body.complete)
      options.record({
        id,
        at,
        version: server.served.version,
        method: request.method ?? 'GET',
        status: outcome.status,
        latencyMs: performance.now() - began,
        request: { body: body.bytes, encoding: request.headers['content-encoding'] },
        response: outcome.body === undefined ? undefined : { body: outcome.body, encoding: outcome.encoding },
      });
    return;
  }
}

/** The caller's own id, so that it can join what is logged with what it knows; else a new one. */
function requestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && given !== '' && given.length <= 128 ? given : randomUUID();
}

function forward(
  server: ModelServer,
  request: IncomingMessage,
  response: ServerResponse,
  body: HeldBody,
  id: string,
  fresh: boolean,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const upstream = openRequest({
      host: '127.0.0.1',
      port: server.port,
      method: request.method,
      path: request.url,
      headers: requestHeaders(request, server.port, body, id),
      // A body that cannot be sent again must not meet a connection that the server is just closing.
      agent: body.complete && !fresh ? server.agent : false,
    });
    const callerGone = (): void => {
      if (response.writableFinished) return;
      upstream.destroy();
      resolve({ kind: 'caller-gone' });
    };
    response.once('close', callerGone);
    const settle = (outcome: Outcome): void => {
      response.off('close', callerGone);
      resolve(outcome);
    };
    upstream.once('response', (answer) => {
      const collected = collectBody(answer);
      try {
        response.writeHead(answer.statusCode ?? 502, responseHeaders(answer, server.served.version, id));
      } catch (error) {
        upstream.destroy();
        settle({ kind: 'broken', error: error as Error });
        return;
      }
      answer.pipe(response);
      answer.once('error', (error) => settle({ kind: 'broken', error }));
      answer.once('close', () => {
        if (!answer.complete) settle({ kind: 'broken', error: new Error('the answer is not whole') });
      });
      response.once('finish', () =>
        settle({
          kind: 'answered',
          status: answer.statusCode ?? 502,
          body: collected(),
          encoding: answer.headers['content-encoding'],
        }),
      );
    });
    upstream.on('error', (error: NodeJS.ErrnoException) => {
      // It answered before it had read the whole body; what becomes of the answer is told by the answer.
      if (response.headersSent) return;
      const stale = upstream.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      if (body.complete && (stale || error.code === 'ECONNREFUSED')) settle({ kind: 'refused', stale });
      else settle({ kind: 'broken', error });
    });
    if (body.complete) upstream.end(body.bytes);
    else {
      upstream.write(body.bytes);
      request.pipe(upstream);
    }
  });
}

function requestHeaders(
  request: IncomingMessage,
  port: number,
  body: HeldBody,
  id: string,
): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { ...request.headers };
  for (const name of [...hopByHop, ...connectionNames(request)]) Reflect.deleteProperty(headers, name);
  headers['host'] = `127.0.0.1:${port}`;
  headers['x-request-id'] = id;
  const hasBody = 'content-length' in request.headers || 'transfer-encoding' in request.headers;
  if (hasBody && body.complete) headers['content-length'] = body.bytes.length;
  return headers;
}

/** Flat name, value, name, value: repeated headers stay repeated. */
function responseHeaders(answer: IncomingMessage, version: string, id: string): string[] {
  const dropped = new Set([...hopByHop, ...connectionNames(answer), 'x-galley-version', 'x-request-id']);
  const headers: string[] = [];
  for (let at = 0; at + 1 < answer.rawHeaders.length; at += 2) {
    const name = answer.rawHeaders[at] ?? '';
    if (!dropped.has(name.toLowerCase())) headers.push(name, answer.rawHeaders[at + 1] ?? '');
  }
  return [...headers, 'x-galley-version', version, 'x-request-id', id];
}

function connectionNames(message: IncomingMessage): string[] {
  return (message.headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase());
}

function fail(response: ServerResponse, status: 502 | 503, message: string): void {
  // An answer that has begun can only be cut off, so that the caller sees that it is not whole.
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const body = JSON.stringify({ error: message });
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...(status === 503 ? { 'retry-after': '1' } : {}),
  });
  response.end(body);
}
