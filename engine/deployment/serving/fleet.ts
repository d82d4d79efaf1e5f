import { setTimeout as pause } from 'node:timers/promises';
import { errorData } from '../../errors';
import type { RolloutSpec } from '../../pipeline/spec';
import type { ServedVersion, ServingRollout } from '../types';
import { sameServed, type ServedModel } from './desired';
import { ModelServer, type ModelServerOptions } from './model-server';
import { moveTraffic } from './rollout';
import { trafficSplit } from './traffic-split';

/** Milliseconds that a version out of service has to finish the requests that it is answering. */
const drainMs = 30_000;

/** The model servers behind one deployment, and who of them is in service. */
export class Fleet {
  private readonly servers: ModelServer[] = [];
  private readonly retiring = new Set<Promise<void>>();
  private readonly split = trafficSplit<ModelServer>();
  private inService: ModelServer | undefined;
  rollout: ServingRollout | undefined;

  constructor(private readonly options: ModelServerOptions) {}

  /** The version in service. */
  get served(): ServedModel | undefined {
    return this.inService?.served;
  }

  /** Why the version in service is not healthy. */
  get trouble(): string | undefined {
    return this.inService?.healthy === false ? this.inService.reason : undefined;
  }

  get healthy(): boolean {
    return this.inService?.healthy === true;
  }

  versions(): ServedVersion[] {
    return this.servers.flatMap((server) => server.state() ?? []);
  }

  choose(except: ReadonlySet<ModelServer>): ModelServer | undefined {
    return this.split.next(
      this.servers.filter((server) => server.everHealthy),
      except,
    );
  }

  /** Goes on with the version that was in service before this process. */
  resume(served: ServedModel): void {
    const server = this.add(served);
    server.weight = 100;
    this.inService = server;
    server.resume();
  }

  /**
   * Brings a version into service. Never rejects: how it went is in {@link Fleet.rollout}, and when it failed, what
   * was in service still is.
   * @param keep called with the version in service before anybody is told that the rollout is done or has failed: a
   * process that dies after that must go on with it
   */
  async bring(
    id: string,
    served: ServedModel,
    plan: RolloutSpec,
    signal: AbortSignal,
    keep: (served: ServedModel | undefined) => Promise<void>,
  ): Promise<void> {
    const rollout: ServingRollout = { id, version: served.version, status: 'running', percent: 0 };
    this.rollout = rollout;
    this.options.changed();
    let failure: string | undefined;
    try {
      const inService = this.inService;
      const same = inService !== undefined && sameServed(inService.served, served);
      if (!same || !(await becomesHealthy(inService, signal))) await this.replace(served, plan, signal);
    } catch (error) {
      failure = errorData(error).message;
      this.options.log.line(`rollout of v${served.version} failed: ${failure}`);
    }
    await keep(this.served).catch((error: unknown) => {
      failure ??= `What is in service could not be noted: ${errorData(error).message}`;
    });
    if (failure === undefined) {
      rollout.percent = 100;
      rollout.status = 'done';
    } else {
      rollout.status = 'failed';
      rollout.reason = failure;
    }
    this.options.changed();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.servers.map((server) => server.stop()), ...this.retiring]);
  }

  private async replace(served: ServedModel, plan: RolloutSpec, signal: AbortSignal): Promise<void> {
    const incumbent = this.inService;
    const candidate = this.add(served);
    const giveUp = (): void => void candidate.stop();
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      await candidate.start();
      signal.removeEventListener('abort', giveUp);
      await moveTraffic(candidate, incumbent, plan, signal, (percent) => {
        if (this.rollout !== undefined) this.rollout.percent = percent;
        this.options.log.line(`v${served.version}: ${percent} % of the traffic`);
        this.options.changed();
      });
    } catch (error) {
      this.retire(candidate);
      throw error;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
    this.inService = candidate;
    if (incumbent !== undefined) this.retire(incumbent);
  }

  private add(served: ServedModel): ModelServer {
    const server = new ModelServer(served, this.options);
    this.servers.push(server);
    return server;
  }

  /** Lets a server that gets no more requests finish those that it has, then ends it. */
  private retire(server: ModelServer): void {
    server.weight = 0;
    const end = async (): Promise<void> => {
      const until = Date.now() + drainMs;
      while (server.inFlight > 0 && Date.now() < until) await pause(50);
      await server.stop();
      this.servers.splice(this.servers.indexOf(server), 1);
      this.options.log.line(`v${server.served.version}: stopped`);
      this.options.changed();
    };
    const ended = end().finally(() => this.retiring.delete(ended));
    this.retiring.add(ended);
  }
}

/** Waits for a server that is just starting; one that has failed already is not waited for. */
async function becomesHealthy(server: ModelServer, signal: AbortSignal): Promise<boolean> {
  const until = Date.now() + server.served.startSeconds * 1000;
  while (!server.healthy && server.reason === undefined && Date.now() < until && !signal.aborted)
    await pause(100);
  return server.healthy;
}
