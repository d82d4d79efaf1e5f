import { mkdir, rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { errorData, GalleyError } from '../../errors';
import { galleyFolder } from '../../project-files/galley-folder';
import { replaceJson } from '../../project-files/replace-file';
import type { ServingState } from '../types';
import { readDesired, readRecord, type Desired, type ServedModel, type ServingRecord } from './desired';
import { servingFiles } from './files';
import { Fleet } from './fleet';
import { openFront, type Front } from './front';
import { becomeOwner } from './owner';
import { openRequestLog } from './request-log';
import { openServeLog } from './serve-log';
import { endLeftBehind, keepState, readState } from './state';

const desiredPollMs = 150;
/** Milliseconds that requests in flight have when the process stops. */
const stopGraceMs = 5000;

export interface ServeOptions {
  root: string;
  deployment: string;
  /** Ends serving; the version stays the one to go on with. */
  signal: AbortSignal;
  /** Sees the log too, e.g. to show it in a terminal. */
  echo?: (bytes: Uint8Array | string) => void;
  /** Called at each change of the state. */
  onState?: (state: ServingState) => void;
}

/**
 * The serve process of one deployment: keeps the version in service running behind the deployment's address, carries
 * out what `desired.json` asks for, and writes `state.json`. Ends when it is asked to stop, when `signal` aborts, or
 * when there is nothing to serve.
 * @returns the last state: `stopped`, with the reason
 * @throws GalleyError `conflict` when another process serves the deployment already
 */
export async function serveDeployment(options: ServeOptions): Promise<ServingState> {
  const { root, deployment, signal } = options;
  const files = servingFiles(root, deployment);
  await galleyFolder(root, 'serving', deployment);
  await mkdir(files.folder, { recursive: true });
  const owner = await becomeOwner(files);
  if (owner === undefined)
    throw new GalleyError('conflict', `${deployment} is being served by another process already.`, {
      subject: deployment,
      remedy: `Its address is in ${files.state}.`,
    });

  const log = openServeLog(files.log, options.echo ?? (() => undefined));
  const before = await readState(files);
  if (before !== undefined) await endLeftBehind(before);
  const record = await readRecord(files);
  const startedAt = Date.now();
  let front: Front | undefined;
  let stopped: string | undefined;
  let takenOut: string | undefined;
  let why: string | undefined;
  let model = record.served?.model ?? before?.model ?? '';
  const counts = { requests: 0, errors: 0 };

  const snapshot = (): ServingState => {
    const state: ServingState = {
      deployment,
      model: fleet.served?.model ?? model,
      status: 'starting',
      versions: [],
      startedAt,
      ...counts,
    };
    if (fleet.rollout !== undefined) state.rollout = { ...fleet.rollout };
    if (stopped !== undefined) return { ...state, status: 'stopped', reason: stopped };
    state.process = owner.identity;
    state.versions = fleet.versions();
    if (front !== undefined) state.url = `http://127.0.0.1:${front.port}`;
    if (fleet.healthy) state.status = 'healthy';
    else if (fleet.trouble !== undefined) {
      state.status = 'unhealthy';
      state.reason = fleet.trouble;
    }
    return state;
  };
  const writer = keepState(files, snapshot, (message) => log.line(message));
  const changed = (): void => {
    writer.changed();
    options.onState?.(snapshot());
  };
  const fleet = new Fleet({ root, deployment, log, changed });
  const requests = openRequestLog(files.requests, (message) => log.line(message));

  let current: { id: string; stop: AbortController; done: Promise<void> } | undefined;
  const remember = async (change: ServingRecord): Promise<void> => {
    Object.assign(record, change);
    await replaceJson(files.record, record);
  };
  const begin = (desired: Extract<Desired, { action: 'serve' }>): void => {
    const stop = new AbortController();
    model = desired.served.model;
    const keep = (served: ServedModel | undefined) =>
      remember({ handled: desired.id, ...(served === undefined ? {} : { served }) });
    const done = fleet.bring(desired.id, desired.served, desired.rollout, stop.signal, keep);
    current = { id: desired.id, stop, done };
  };

  try {
    front = await openFront(record.port, {
      choose: (except) => fleet.choose(except),
      healthPath: () => fleet.served?.health,
      record: (exchange) => requests.record(exchange),
      counted: (failed) => {
        counts.requests++;
        if (failed) counts.errors++;
        writer.counted();
      },
    });
    await remember({ port: front.port });
    log.line(`serving ${deployment} on http://127.0.0.1:${front.port}`);
    if (record.served !== undefined) fleet.resume(record.served);
    changed();

    while (!signal.aborted) {
      const desired = await readDesired(files);
      if (desired !== undefined && desired.id !== current?.id && desired.id !== record.handled) {
        current?.stop.abort();
        await current?.done;
        if (desired.action === 'stop') {
          takenOut = desired.id;
          break;
        }
        begin(desired);
      }
      if (fleet.served === undefined && fleet.rollout?.status !== 'running') break;
      await pause(desiredPollMs, undefined, { signal }).catch(() => undefined);
    }
    why = signal.aborted ? 'The serve process was asked to end.' : fleet.rollout?.reason;
    if (takenOut !== undefined) why = 'It was taken out of service.';
  } catch (error) {
    why = errorData(error).message;
    throw error;
  } finally {
    current?.stop.abort();
    await current?.done;
    await front?.close(stopGraceMs);
    await fleet.stop();
    await requests.close();
    if (takenOut !== undefined) {
      await rm(files.record, { force: true });
      // A rollout that was asked for in the meantime is the next process's.
      if ((await readDesired(files))?.id === takenOut) await rm(files.desired, { force: true });
    }
    // Only now: whoever reads that it is stopped may rely on it that nothing of it is left.
    stopped = why ?? 'There is nothing to serve.';
    log.line(stopped);
    await writer.close();
    options.onState?.(snapshot());
    await log.close();
    await owner.leave();
  }
  return snapshot();
}
