import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { CliLauncher } from '../../../engine/processes/cli';
import {
  createLocalTarget,
  type ServingTarget,
  type TargetRollout,
} from '../../../engine/deployment/serving/target';
import type { DeploymentSpec } from '../../../engine/pipeline/spec';
import type { ServingState } from '../../../engine/deployment/types';

export interface Behaviour {
  mode?: 'healthy' | 'never' | 'dies';
  label?: unknown;
  slowMs?: number;
  failEvery?: number;
  dieAfter?: number;
}

/** A project folder with model versions that behave as told, and a real local target. */
export interface ServingProject {
  root: string;
  target: ServingTarget;
  /** Makes the artifact of a version. */
  version(version: string, behaviour: Behaviour): Promise<TargetRollout>;
  behave(version: string, behaviour: Behaviour): Promise<void>;
  /** How often the server of a version was started. */
  starts(version: string): Promise<number>;
  /** Lines of the request log, once there are so many. */
  logged(count: number): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

const repository = process.cwd();

export async function servingProject(
  launcher: CliLauncher,
  deployment: Partial<DeploymentSpec> = {},
): Promise<ServingProject> {
  const root = await realpath(await mkdtemp(path.join(os.tmpdir(), 'galley-serving-')));
  const target = createLocalTarget({ root, launcher });
  const script = path.join(repository, 'test/unit/serving/model-server.mjs');
  const artifact = (version: string) => path.join(root, 'models', version);
  const behave = (version: string, behaviour: Behaviour) =>
    writeFile(
      path.join(artifact(version), 'behaviour.json'),
      JSON.stringify({ mode: 'healthy', ...behaviour }),
    );
  const spec: DeploymentSpec = {
    model: 'fraud',
    target: 'local',
    serve: {
      run: [process.execPath, script, '${{ model.path }}', '${{ port }}'],
      health: '/health',
      startSeconds: 20,
    },
    rollout: { strategy: 'all-at-once', steps: [100], waitSeconds: 0 },
    ...deployment,
  };
  return {
    root,
    target,
    behave,
    version: async (version, behaviour) => {
      await mkdir(artifact(version), { recursive: true });
      await behave(version, behaviour);
      return {
        deployment: 'production',
        spec,
        folder: root,
        model: 'fraud',
        version,
        artifact: artifact(version),
      };
    },
    starts: async (version) =>
      (await readFile(`${artifact(version)}.starts`, 'utf8').catch(() => '')).split('\n').length - 1,
    logged: (count) =>
      until(async () => {
        const today = `${new Date().toISOString().slice(0, 10)}.jsonl`;
        const file = path.join(root, 'serving', 'production', 'requests', today);
        const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n').slice(0, -1);
        return lines.length >= count
          ? lines.map((line) => JSON.parse(line) as Record<string, unknown>)
          : undefined;
      }),
    close: async () => {
      await target.stop('production');
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Asks until there is an answer; mocha's own time-out ends a wait that is in vain. */
export async function until<T>(ask: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    await pause(50);
  }
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export function send(
  url: string,
  options: { method?: string; path?: string; headers?: OutgoingHttpHeaders; body?: string | Buffer } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      new URL(options.path ?? '/invocations', url),
      { method: options.method ?? 'POST', headers: options.headers ?? {}, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          }),
        );
      },
    );
    asked.on('error', reject);
    asked.end(options.body);
  });
}

/** Scores one row. */
export async function score(
  state: ServingState,
  row: Record<string, unknown> = { amount: 1 },
): Promise<Answer> {
  return send(state.url ?? '', { body: JSON.stringify({ dataframe_records: [row] }) });
}
