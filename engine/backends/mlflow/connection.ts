import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { GalleyError } from '../../errors';
import { answerFailure, networkFailure, notMlflow } from './failures';

export type Credentials =
  | { kind: 'none' }
  | { kind: 'basic'; user: string; password: string }
  /** Also a Databricks token. */
  | { kind: 'bearer'; token: string };

export interface MlflowServerOptions {
  /** With or without a path, e.g. `https://mlflow.example.org/team`. */
  url: string;
  credentials?: Credentials;
  /** PEM of the authorities to trust beside none other; default: those of Node. */
  ca?: string;
  /** Sent as `X-MLFLOW-WORKSPACE`. */
  workspace?: string;
  /** Milliseconds without a byte before a request fails. Default 30,000. */
  timeout?: number;
  /** Milliseconds before the first repetition; each further one waits twice as long. Default 500. */
  pause?: number;
}

type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** Calls of one MLflow server's REST API. */
export interface Connection {
  /** @param path below `/api/2.0/mlflow/`. */
  get(path: string, query?: Query): Promise<unknown>;
  /** @param reads whether it may be repeated after the connection broke */
  send(method: 'POST' | 'PATCH' | 'DELETE', path: string, body: object, reads?: boolean): Promise<unknown>;
  close(): void;
}

const mostAttempts = 5;
const longestPause = 30_000;
const mostRedirects = 5;
/** Bytes of an answer. */
const answerLimit = 512 * 2 ** 20;

interface Answer {
  status: number;
  type: string;
  text: string;
  retryAfter: string | undefined;
  location: string | undefined;
}

interface Request {
  method: string;
  url: URL;
  body: string | undefined;
  repeatable: boolean;
}

function authorization(credentials: Credentials | undefined): Record<string, string> {
  switch (credentials?.kind) {
    case 'basic': {
      const pair = Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64');
      return { authorization: `Basic ${pair}` };
    }
    case 'bearer':
      return { authorization: `Bearer ${credentials.token}` };
    default:
      return {};
  }
}

function baseUrl(address: string): URL {
  let url: URL;
  try {
    url = new URL(address.endsWith('/') ? address : `${address}/`);
  } catch {
    throw new GalleyError('invalid', `“${address}” is no address of a server.`, {
      remedy: 'Give it with its scheme, for example http://127.0.0.1:5000.',
    });
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new GalleyError('invalid', `“${address}” is no http or https address.`, {
      remedy: 'Give it with its scheme, for example http://127.0.0.1:5000.',
    });
  return url;
}

/** Milliseconds to wait before the next attempt: what the server asks for, or longer each time. */
function pauseBefore(attempt: number, retryAfter: string | undefined, first: number): number {
  const asked = Number(retryAfter) * 1000;
  if (retryAfter !== undefined && Number.isFinite(asked) && asked >= 0) return Math.min(asked, longestPause);
  // Spread, so that clients that failed together do not come back together.
  return Math.min(first * 2 ** attempt * (0.5 + Math.random() / 2), longestPause);
}

/**
 * A connection to an MLflow server. A server that is busy (429, 503) is asked again, up to four times, with a growing
 * pause or the one that it asks for.
 * Its calls reject with a GalleyError: `unreachable`, `timeout`, `unauthorized`, and MLflow's own `not-found`,
 * `invalid`, `conflict`, `unsupported`, `failed`.
 */
export function connect(options: MlflowServerOptions): Connection {
  const base = baseUrl(options.url);
  const api = new URL('api/2.0/mlflow/', base);
  const secure = base.protocol === 'https:';
  const agent = secure
    ? new HttpsAgent({ keepAlive: true, ...(options.ca === undefined ? {} : { ca: options.ca }) })
    : new HttpAgent({ keepAlive: true });
  const timeout = options.timeout ?? 30_000;
  const headers = {
    accept: 'application/json',
    ...authorization(options.credentials),
    ...(options.workspace === undefined ? {} : { 'X-MLFLOW-WORKSPACE': options.workspace }),
  };

  function once({ method, url, body }: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const data = body === undefined ? undefined : Buffer.from(body);
      const sent = (secure ? httpsRequest : httpRequest)(
        url,
        {
          method,
          agent,
          timeout,
          headers: {
            ...headers,
            ...(data === undefined
              ? {}
              : { 'content-type': 'application/json', 'content-length': data.length }),
          },
        },
        (response) => void readAnswer(response).then(resolve, reject),
      );
      sent.on('timeout', () =>
        sent.destroy(
          new GalleyError('timeout', `${options.url} has not answered for ${timeout / 1000} s.`, {
            subject: options.url,
            remedy: 'See whether the server is well, then try again.',
          }),
        ),
      );
      sent.on('error', reject);
      sent.end(data);
    });
  }

  /** Follows redirects on the same server, with the credentials; others would get to see these. */
  async function followed(request: Request): Promise<Answer> {
    let { url } = request;
    for (let redirects = 0; ; redirects++) {
      const answer = await once({ ...request, url });
      if (![301, 302, 303, 307, 308].includes(answer.status)) return answer;
      const target = new URL(answer.location ?? '', url);
      if (target.origin !== base.origin || request.method !== 'GET' || redirects >= mostRedirects)
        throw new GalleyError(
          'unreachable',
          redirects >= mostRedirects
            ? `${options.url} redirects in a circle.`
            : `${options.url} redirects to ${target.origin}${target.pathname}.`,
          {
            subject: options.url,
            remedy: 'Give the address of the MLflow server itself, past any sign-in page.',
          },
        );
      url = target;
    }
  }

  async function call(request: Request): Promise<unknown> {
    for (let attempt = 0; ; attempt++) {
      const last = attempt === mostAttempts - 1;
      let answer: Answer;
      try {
        answer = await followed(request);
      } catch (error) {
        if (error instanceof GalleyError) throw error;
        // A broken connection tells nothing of whether the request was done.
        if (last || !request.repeatable || !isBroken(error)) throw networkFailure(error, options.url);
        await sleep(pauseBefore(attempt, undefined, options.pause ?? 500));
        continue;
      }
      const busy = answer.status === 429 || answer.status === 503;
      const passing = request.repeatable && (answer.status === 502 || answer.status === 504);
      if (last || !(busy || passing)) return result(answer);
      await sleep(pauseBefore(attempt, answer.retryAfter, options.pause ?? 500));
    }
  }

  function result(answer: Answer): unknown {
    const { status, text, type } = answer;
    const value = parsed(text);
    if (status < 200 || status > 299) throw answerFailure(status, value, options.url);
    if (value === undefined) throw notMlflow(status, type, text, options.url);
    return value;
  }

  return {
    get: (path, query = {}) => {
      const url = new URL(path, api);
      for (const [name, value] of Object.entries(query))
        for (const each of Array.isArray(value) ? (value as readonly string[]) : [value])
          if (each !== undefined) url.searchParams.append(name, String(each));
      return call({ method: 'GET', url, body: undefined, repeatable: true });
    },
    send: (method, path, body, reads = false) =>
      call({ method, url: new URL(path, api), body: JSON.stringify(body), repeatable: reads }),
    close: () => agent.destroy(),
  };
}

function isBroken(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED';
}

/** The object that a JSON text is, or undefined. */
function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > answerLimit)
      throw new GalleyError('failed', `The answer is larger than ${answerLimit} bytes.`);
    chunks.push(chunk);
  }
  return {
    status: response.statusCode ?? 0,
    type: response.headers['content-type'] ?? '',
    text: Buffer.concat(chunks).toString('utf8'),
    retryAfter: response.headers['retry-after'],
    location: response.headers.location,
  };
}
