import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

export interface RunningServer {
  url: string;
  /** Ends it and its workers. */
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Whether something answers there, whatever it says and whoever vouches for it. */
function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { timeout: 2000, rejectUnauthorized: false };
    const sent = (url.startsWith('https:') ? httpsRequest : httpRequest)(url, options, (response) => {
      response.resume();
      resolve(response.statusCode !== undefined && response.statusCode < 500);
    });
    sent.on('error', () => resolve(false));
    sent.on('timeout', () => sent.destroy());
    sent.end();
  });
}

/** A process and all that it started; MLflow's workers are in groups of their own and outlive their parent. */
async function descendants(pid: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,ppid=']);
  const pairs = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const found = [pid];
  for (const parent of found)
    found.push(...pairs.flatMap(([child, ppid]) => (ppid === parent && child !== undefined ? [child] : [])));
  return found;
}

/**
 * Starts `mlflow server` on a free port with its store in `folder`, and waits until it answers.
 * @throws when it ends before, with what it wrote
 */
export async function startMlflowServer(
  python: string,
  folder: string,
  {
    args = [],
    env = {},
    secure = false,
  }: { args?: string[]; env?: Record<string, string>; secure?: boolean } = {},
): Promise<RunningServer> {
  const port = await freePort();
  const store = [
    '--backend-store-uri',
    'sqlite:///mlflow.db',
    '--default-artifact-root',
    `${folder}/artifacts`,
  ];
  const place = ['--host', '127.0.0.1', '--port', String(port), '--workers', '1'];
  const child = spawn(python, ['-m', 'mlflow', 'server', ...store, ...place, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      DO_NOT_TRACK: 'true',
      MLFLOW_DISABLE_TELEMETRY: 'true',
      MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
      ...env,
    },
  });
  let written = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (written = (written + data.toString()).slice(-10_000)));
  const ended = once(child, 'exit');
  const stop = async () => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    for (const pid of await descendants(child.pid))
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It went with its parent.
      }
    await ended;
  };
  const url = `${secure ? 'https' : 'http'}://127.0.0.1:${port}`;
  for (let turn = 0; turn < 600; turn++) {
    if (child.exitCode !== null) throw new Error(`mlflow server ended: ${written}`);
    if (await answers(`${url}/health`)) return { url, stop };
    await sleep(200);
  }
  await stop();
  throw new Error(`mlflow server did not answer: ${written}`);
}
