import { Agent } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { errorData, GalleyError } from '../../errors';
import { resolveCommand } from '../../pipeline/expressions';
import type { ExpressionScope } from '../../pipeline/types';
import { commandEnvironment } from '../../processes/environment';
import { leaveArtifactAlone } from '../../registry/digest';
import { runCommand, type CommandResult } from '../../training/stage-process';
import type { ProcessIdentity } from '../../training/types';
import type { ServedVersion } from '../types';
import type { ServedModel } from './desired';
import { freePort, isHealthy } from './health';
import type { ServeLog } from './serve-log';
import type { SplitMember } from './traffic-split';

const startPollMs = 150;
const healthPollMs = 2000;
/** Missed health answers in a row that make a server unhealthy; one is a busy moment. */
const missesAllowed = 2;
const firstBackoffMs = 500;
const longestBackoffMs = 30_000;
/** A server that lived this long is restarted as if it had never died. */
const soundMs = 60_000;

export interface ModelServerOptions {
  root: string;
  deployment: string;
  log: ServeLog;
  /** Called when health, process or port have changed. */
  changed(): void;
}

/** The model server of one version: starts it, watches its health, starts it again when it dies. */
export class ModelServer implements SplitMember {
  weight = 0;
  healthy = false;
  /** It was healthy at least once, so its port is worth asking even when it looks unhealthy. */
  everHealthy = false;
  port = 0;
  requests = 0;
  errors = 0;
  /** Requests that it is answering now. */
  inFlight = 0;
  /** Times that it ended by itself. */
  deaths = 0;
  /** How it ended the last time, one sentence; kept when it runs again. */
  lastDeath: string | undefined;
  /** Why it is not healthy, one sentence. */
  reason: string | undefined;
  readonly agent = new Agent({ keepAlive: true, maxFreeSockets: 32 });
  private process: ProcessIdentity | undefined;
  private readonly stopping = new AbortController();
  /** Ends the running process, not the keeping alive. */
  private ending = new AbortController();
  /** Never rejects. */
  private running: Promise<CommandResult> | undefined;
  private life: Promise<void> = Promise.resolve();

  constructor(
    readonly served: ServedModel,
    private readonly options: ModelServerOptions,
  ) {}

  /**
   * Starts the server and answers once it is healthy.
   * @throws GalleyError `failed` with its last lines when it ends or is not healthy in time; it is not tried again
   */
  async start(): Promise<void> {
    await this.launch();
    this.life = this.keepAlive();
  }

  /** Starts the server and keeps trying until it is stopped. */
  resume(): void {
    this.life = this.keepAlive();
  }

  /** Ends the server with everything that it started, and answers once it is gone. */
  async stop(): Promise<void> {
    this.weight = 0;
    this.stopping.abort();
    await this.life;
    await this.running;
    this.agent.destroy();
  }

  /** Undefined before its process exists. */
  state(): ServedVersion | undefined {
    const { process, weight, port, healthy, requests, errors } = this;
    if (process === undefined) return undefined;
    return { version: this.served.version, weight, port, process, healthy, requests, errors };
  }

  private async launch(): Promise<void> {
    const { served, options } = this;
    const ending = new AbortController();
    this.ending = ending;
    const port = await freePort();
    const environment = commandEnvironment(options.root, { ...leaveArtifactAlone, PORT: String(port) });
    this.running = runCommand({
      command: resolveCommand(served.run, serveScope(served, port)),
      cwd: served.folder,
      env: environment,
      log: options.log,
      signal: AbortSignal.any([ending.signal, this.stopping.signal]),
      onStart: (process) => {
        this.process = process;
        this.options.changed();
      },
    }).catch((error: unknown) => ({
      end: { kind: 'not-started', message: errorData(error).message },
      lastLines: [],
    }));
    let ended: CommandResult | undefined;
    const end = this.running.then((result) => {
      ended = result;
    });
    const deadline = Date.now() + served.startSeconds * 1000;
    this.port = port;
    options.log.line(`v${served.version}: starting on port ${port}`);
    while (ended === undefined) {
      if (await isHealthy(port, served.health)) break;
      if (Date.now() > deadline) {
        ending.abort();
        await end;
      } else await Promise.race([end, pause(startPollMs, undefined, { ref: false })]);
    }
    if (ended !== undefined) throw this.startFailure(ended, ending.signal.aborted);
    this.setHealth(true);
  }

  private startFailure(result: CommandResult, late: boolean): GalleyError {
    const { version, health, startSeconds } = this.served;
    if (this.stopping.signal.aborted)
      return new GalleyError('cancelled', `Starting the model server of v${version} was stopped.`);
    const what = late
      ? `did not answer ${health} within ${startSeconds} s`
      : `${endInWords(result)} before it was healthy`;
    const lines = result.lastLines.length === 0 ? ' It printed nothing.' : `\n${result.lastLines.join('\n')}`;
    return new GalleyError('failed', `The model server of v${version} ${what}.${lines}`, {
      subject: this.options.deployment,
      remedy: 'Correct the serve command or the model, then roll out again.',
      detail: result.lastLines.join('\n'),
    });
  }

  private async keepAlive(): Promise<void> {
    const { signal } = this.stopping;
    let backoff = 0;
    while (!signal.aborted) {
      try {
        if (!this.healthy) {
          await pause(backoff, undefined, { signal });
          backoff = Math.min(Math.max(backoff * 2, firstBackoffMs), longestBackoffMs);
          await this.launch();
        }
        const since = Date.now();
        await this.watch();
        if (Date.now() - since > soundMs) backoff = firstBackoffMs;
      } catch (error) {
        if (!signal.aborted) this.setHealth(false, errorData(error).message);
      }
    }
  }

  /** Watches a running server until it has ended. */
  private async watch(): Promise<void> {
    const { served } = this;
    let ended: CommandResult | undefined;
    const end = this.running?.then((result) => {
      ended = result;
    });
    let misses = 0;
    let lastAnswer = Date.now();
    while (ended === undefined) {
      await Promise.race([end, pause(healthPollMs, undefined, { ref: false })]);
      if (ended !== undefined) break;
      misses = (await isHealthy(this.port, served.health)) ? 0 : misses + 1;
      if (misses === 0) {
        lastAnswer = Date.now();
        this.setHealth(true);
      } else if (misses >= missesAllowed)
        this.setHealth(false, `v${served.version} does not answer ${served.health}.`);
      // It had as long as a start may take: it hangs, so it is started anew.
      if (Date.now() - lastAnswer > Math.max(served.startSeconds, 10) * 1000) this.ending.abort();
    }
    if (this.stopping.signal.aborted) return;
    this.deaths++;
    this.lastDeath = this.ending.signal.aborted
      ? `The model server of v${served.version} did not answer ${served.health} any more and was ended.`
      : `The model server of v${served.version} ${endInWords(ended)}.`;
    this.setHealth(false, this.lastDeath);
  }

  private setHealth(healthy: boolean, reason?: string): void {
    if (this.healthy === healthy && this.reason === reason) return;
    this.healthy = healthy;
    this.everHealthy ||= healthy;
    this.reason = reason;
    this.options.log.line(`v${this.served.version}: ${healthy ? 'healthy' : (reason ?? 'not healthy')}`);
    this.options.changed();
  }
}

/** What the references of a serve command mean. */
function serveScope(served: ServedModel, port: number): ExpressionScope {
  const environment = Object.entries(process.env).map(([name, value]) => [`env.${name}`, value ?? '']);
  return {
    ...(Object.fromEntries(environment) as ExpressionScope),
    ...served.scope,
    'model.path': served.artifact,
    'model.name': served.model,
    'model.version': served.version,
    port,
  };
}

function endInWords({ end }: CommandResult): string {
  switch (end.kind) {
    case 'exit':
      return `ended with exit code ${end.code}`;
    case 'signal':
      return `was ended by ${end.signal}`;
    case 'not-found':
      return `could not be started (${end.command} was not found)`;
    case 'not-started':
      return `could not be started (${end.message})`;
    case 'stopped':
      return 'was stopped';
  }
}
