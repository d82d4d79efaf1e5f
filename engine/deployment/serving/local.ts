import { randomUUID } from 'node:crypto';
import { readFile, rm, stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { GalleyError } from '../../errors';
import { spawnDetachedCli, type CliLauncher } from '../../processes/cli';
import { identify, isAlive } from '../../processes/identity';
import { killGroup } from '../../processes/kill';
import { galleyFolder } from '../../project-files/galley-folder';
import { replaceJson } from '../../project-files/replace-file';
import type { ServingState } from '../types';
import { readDesired, type Desired, type ServedModel } from './desired';
import { servingFiles, type ServingFiles } from './files';
import { livingOwner } from './owner';
import { readState, settledState } from './state';
import type { ServingTarget, TargetRollout } from './target';

/** Looking whether a process lives costs a process of its own elsewhere than on Linux. */
const pollMs = process.platform === 'linux' ? 100 : 500;
/** Milliseconds that a new serve process has to show itself. */
const processStartMs = 30_000;
/** Milliseconds that a serve process has to stop by itself: draining, and the grace of its model servers. */
const stopMs = 30_000;

/**
 * The `local` target: one detached `galley serve` process a deployment, on this machine's loopback.
 * @param root the project's folder
 */
export function createLocalTarget({
  root,
  launcher,
}: {
  root: string;
  launcher: CliLauncher;
}): ServingTarget {
  const start = (files: ServingFiles, deployment: string): number =>
    spawnDetachedCli(launcher, ['--cwd', root, 'serve', deployment, '--detached-child'], {
      cwd: root,
      logFile: files.processLog,
    });

  return {
    rollout: async (request) => {
      const served = await servedModel(request);
      const { deployment } = request;
      const files = servingFiles(root, deployment);
      await galleyFolder(root, 'serving', deployment);
      await settledState(files);
      const id = randomUUID();
      const desired: Desired = { id, action: 'serve', served, rollout: request.spec.rollout };
      await replaceJson(files.desired, desired);
      return whenRolledOut(files, deployment, id, () => start(files, deployment));
    },
    state: (deployment) => settledState(servingFiles(root, deployment)),
    stop: (deployment) => stopServing(servingFiles(root, deployment)),
  };
}

/**
 * What the target will start.
 * @throws GalleyError `unsupported`, `invalid` or `not-found`
 */
export async function servedModel(request: TargetRollout): Promise<ServedModel> {
  const { deployment, spec, folder, model, version, artifact } = request;
  if (spec.target !== 'local')
    throw new GalleyError(
      'unsupported',
      `${deployment} has the target ${spec.target}, and this version of Galley serves only on the target local.`,
      { subject: deployment, remedy: 'Set target: local in the deployment.' },
    );
  if (spec.serve === undefined)
    throw new GalleyError('invalid', `${deployment} does not say how its model is served.`, {
      subject: deployment,
      remedy: 'Add serve: {run: …, health: /health} to the deployment.',
    });
  if ((await stat(artifact).catch(() => undefined)) === undefined)
    throw new GalleyError('not-found', `The artifact of ${model} v${version} is not at ${artifact}.`, {
      subject: artifact,
      remedy: 'Restore it, or register the model again.',
    });
  const { run, health, startSeconds } = spec.serve;
  return { model, version, artifact, folder, run, health, startSeconds, scope: request.scope ?? {} };
}

async function whenRolledOut(
  files: ServingFiles,
  deployment: string,
  id: string,
  start: () => number,
): Promise<ServingState> {
  let started: { pid: number; at: number } | undefined;
  for (;;) {
    // In this order: a process that ends has written its last state before it is no owner any more.
    const owner = await livingOwner(files);
    const state = await readState(files);
    if (state?.rollout?.id === id && state.rollout.status === 'done') return state;
    if (state?.rollout?.id === id && state.rollout.status === 'failed')
      throw new GalleyError('failed', state.rollout.reason ?? `The rollout to ${deployment} failed.`, {
        subject: deployment,
        remedy:
          state.versions.length > 0
            ? 'What was in service before still is. Correct the version, then roll out again.'
            : 'Correct the serve command or the model, then roll out again.',
      });
    if ((await readDesired(files).catch(() => undefined))?.id !== id)
      throw new GalleyError(
        'conflict',
        `The rollout to ${deployment} was replaced by another one, or stopped.`,
        {
          subject: deployment,
        },
      );
    if (owner === undefined) {
      if (started === undefined) {
        await rm(files.processLog, { force: true });
        started = { pid: start(), at: Date.now() };
      } else if (await startFailed(files, started)) throw await processFailure(files, deployment);
    }
    await pause(pollMs);
  }
}

async function startFailed(files: ServingFiles, started: { pid: number; at: number }): Promise<boolean> {
  const lives = await identify(started.pid).then(
    () => true,
    () => false,
  );
  // It gives its place up before it ends, so the last look at the owner may be of a moment before.
  if (!lives) return (await livingOwner(files)) === undefined;
  return Date.now() - started.at > processStartMs;
}

async function processFailure(files: ServingFiles, deployment: string): Promise<GalleyError> {
  const output = (await readFile(files.processLog, 'utf8').catch(() => '')).trim();
  const lines = output.split('\n').slice(-20).join('\n');
  return new GalleyError(
    'failed',
    `The serve process of ${deployment} did not start.${lines === '' ? '' : `\n${lines}`}`,
    { subject: files.processLog, remedy: 'Open the Galley log for the details.', detail: output },
  );
}

async function stopServing(files: ServingFiles): Promise<void> {
  const owner = await livingOwner(files);
  if (owner !== undefined) {
    const desired: Desired = { id: randomUUID(), action: 'stop' };
    await replaceJson(files.desired, desired);
    const until = Date.now() + stopMs;
    while ((await isAlive(owner)) && Date.now() < until) await pause(pollMs);
    if (await isAlive(owner)) killGroup(owner.pid, 'SIGKILL');
  }
  const state = await settledState(files);
  // What no process is left to do: forget what was in service, so that nothing goes on with it.
  await rm(files.record, { force: true });
  await rm(files.desired, { force: true });
  if (state !== undefined && owner === undefined)
    await replaceJson(files.state, { ...state, status: 'stopped', reason: 'It was taken out of service.' });
}
