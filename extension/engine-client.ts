import { fork, type ChildProcess } from 'node:child_process';
import * as vscode from 'vscode';
import type { MessageConnection } from 'vscode-jsonrpc';
import { errorData, fromErrorData, GalleyError, type ErrorData } from '../engine/errors';
import type { EngineNotifications, EngineRequests } from '../engine/protocol';

type Params<M extends keyof EngineRequests> = EngineRequests[M]['params'];
type Result<M extends keyof EngineRequests> = EngineRequests[M]['result'];

/** The engine server as the rest of the extension sees it. */
export interface Engine extends vscode.Disposable {
  /**
   * Asks the engine server, which is started by the first request.
   * @throws GalleyError the engine's own error, `cancelled`, or `failed` when the process died meanwhile
   */
  request<M extends keyof EngineRequests>(
    method: M,
    params: Params<M>,
    token?: vscode.CancellationToken,
  ): Promise<Result<M>>;
  /** Something in a project may have changed. */
  readonly onDidChange: vscode.Event<EngineNotifications['changed']>;
  /** A new server process has replaced one that died; everything shown may be old. */
  readonly onDidRestart: vscode.Event<void>;
  /** Process id of the running server. */
  readonly pid: number | undefined;
}

interface Server {
  process: ChildProcess;
  connection: MessageConnection;
  /** Rejects the requests that wait, when the process dies. */
  waiting: Set<(reason: string) => void>;
}

/** Deaths within this many milliseconds count towards the limit. */
const deathWindow = 3 * 60_000;
const deathLimit = 5;
const longestDelay = 8_000;

function isErrorData(value: unknown): value is ErrorData {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value;
}

/** What a failed request means: the engine's own error when it sent one. */
function requestError(thrown: unknown): GalleyError {
  if (thrown instanceof GalleyError) return thrown;
  if (thrown instanceof Error && 'data' in thrown && isErrorData(thrown.data))
    return fromErrorData(thrown.data);
  return fromErrorData(errorData(thrown));
}

async function ask<M extends keyof EngineRequests>(
  { process: server, connection, waiting }: Server,
  method: M,
  params: Params<M>,
  token: vscode.CancellationToken | undefined,
): Promise<Result<M>> {
  let abandon: (error: GalleyError) => void = () => undefined;
  const abandoned = new Promise<never>((_, reject) => (abandon = reject));
  const die = (reason: string): void =>
    abandon(
      new GalleyError('failed', `The engine ${reason}, before it could answer ${method}.`, {
        remedy: 'Try again; the Galley log has the details.',
      }),
    );
  waiting.add(die);
  const listening = token?.onCancellationRequested(() =>
    abandon(new GalleyError('cancelled', `Cancelled ${method}.`)),
  );
  try {
    const answer = connection.sendRequest<Result<M>>(method, params, ...(token === undefined ? [] : [token]));
    // When the process dies both reject; the reason of its death says more.
    answer.catch(() => undefined);
    return await Promise.race([answer, abandoned]);
  } catch (thrown) {
    if (thrown instanceof GalleyError || server.connected) throw requestError(thrown);
    // The channel has closed, and the end of the process is about to say why.
    return await abandoned;
  } finally {
    waiting.delete(die);
    listening?.dispose();
  }
}

/**
 * A client for the engine server in `modulePath`; nothing is started yet. A server that dies is started again after a
 * growing delay, and not at all after {@link deathLimit} deaths within {@link deathWindow}, until the next request.
 */
export function createEngine(modulePath: string, log: vscode.LogOutputChannel): Engine {
  const changed = new vscode.EventEmitter<EngineNotifications['changed']>();
  const restarted = new vscode.EventEmitter<void>();
  let server: Promise<Server> | undefined;
  let child: ChildProcess | undefined;
  let deaths: number[] = [];
  let restartTimer: NodeJS.Timeout | undefined;
  let disposed = false;

  function recentDeaths(): number {
    deaths = deaths.filter((at) => Date.now() - at < deathWindow);
    return deaths.length;
  }

  function onDeath(reason: string): void {
    server = undefined;
    child = undefined;
    if (disposed) return;
    deaths.push(Date.now());
    const count = recentDeaths();
    if (count >= deathLimit) {
      log.error(`The engine ${reason}, ${count} times in a row. It starts again with the next command.`);
      return;
    }
    const delay = Math.min(longestDelay, 250 * 2 ** (count - 1));
    log.warn(`The engine ${reason}. Starting it again in ${delay} ms.`);
    restartTimer = setTimeout(() => {
      start().then(
        () => restarted.fire(),
        (error: unknown) => log.error(errorData(error).message),
      );
    }, delay);
  }

  async function launch(): Promise<Server> {
    const { createMessageConnection, IPCMessageReader, IPCMessageWriter } =
      await import('vscode-jsonrpc/node');
    const started = fork(modulePath, [], {
      execPath: process.execPath,
      execArgv: ['--disable-warning=ExperimentalWarning'],
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Structured clone instead of JSON, so that NaN and infinite metrics arrive as what they are.
      serialization: 'advanced',
    });
    child = started;
    const waiting: Server['waiting'] = new Set();
    let complaint = '';
    const tell = (chunk: Buffer): void => {
      complaint = `${complaint}${chunk.toString('utf8')}`.slice(-2000);
      log.info(`engine: ${chunk.toString('utf8').trimEnd()}`);
    };
    started.stdout?.on('data', tell);
    started.stderr?.on('data', tell);
    const connection = createMessageConnection(new IPCMessageReader(started), new IPCMessageWriter(started));
    connection.onNotification('changed', (params: EngineNotifications['changed']) => changed.fire(params));
    connection.onNotification('log', ({ level, message }: EngineNotifications['log']) => log[level](message));
    // The exit says more than the errors of a channel that is going away.
    connection.onError(([error]) => log.debug(`engine channel: ${error.message}`));
    connection.listen();
    let dead = false;
    const die = (how: string): void => {
      if (dead) return;
      dead = true;
      const last = complaint.trim().split('\n').at(-1) ?? '';
      const reason = last === '' ? how : `${how}: ${last}`;
      for (const reject of waiting) reject(reason);
      connection.dispose();
      onDeath(reason);
    };
    started.once('error', (error) => die(`could not be started: ${error.message}`));
    // Without its channel it is of no use; a server that ends by itself is not hurt.
    started.once('disconnect', () => started.kill());
    started.once('exit', (code, signal) =>
      die(signal === null ? `exited with code ${code ?? 'unknown'}` : `was ended by ${signal}`),
    );
    log.info(`Started the engine, process ${started.pid ?? 'unknown'}.`);
    return { process: started, connection, waiting };
  }

  function start(): Promise<Server> {
    clearTimeout(restartTimer);
    if (server === undefined) {
      const starting = launch();
      server = starting;
      starting.catch(() => (server = undefined));
    }
    return server;
  }

  return {
    onDidChange: changed.event,
    onDidRestart: restarted.event,
    get pid() {
      return child?.pid;
    },
    async request(method, params, token) {
      if (disposed) throw new GalleyError('cancelled', 'This window is closing.');
      if (!vscode.workspace.isTrusted) {
        throw new GalleyError('policy', 'Nothing runs in a workspace that is not trusted.', {
          remedy: 'Trust the workspace first.',
          action: { title: 'Manage Trust', command: 'workbench.trust.manage' },
        });
      }
      return ask(await start(), method, params, token);
    },
    dispose() {
      disposed = true;
      clearTimeout(restartTimer);
      changed.dispose();
      restarted.dispose();
      // A closed channel tells the server to close its stores and end.
      if (child?.connected === true) child.disconnect();
    },
  };
}
