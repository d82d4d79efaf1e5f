import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { openLocalStore } from '../../../engine/backends';
import type { CliLauncher } from '../../../engine/processes/cli';
import { createLocalTraining } from '../../../engine/training/local';
import type { RunState, TrainingBackend } from '../../../engine/training/types';

const run = promisify(execFile);

/** The real command line, built for one suite. */
export interface BuiltGalley {
  launcher: CliLauncher;
  /** Runs a command to its end. */
  galley(
    args: string[],
    env?: Record<string, string>,
  ): Promise<{ code: number; stdout: string; stderr: string }>;
  dispose(): Promise<void>;
}

/** Builds `galley` into a folder of its own inside the repository, where it finds its native packages. */
export async function buildGalley(): Promise<BuiltGalley> {
  const repository = process.cwd();
  await mkdir(path.join(repository, 'out'), { recursive: true });
  const folder = await mkdtemp(path.join(repository, 'out', 'galley-'));
  const file = path.join(folder, 'galley.js');
  await run(
    path.join(repository, 'node_modules', '.bin', process.platform === 'win32' ? 'esbuild.cmd' : 'esbuild'),
    [
      'engine/cli/main.ts',
      '--bundle',
      '--platform=node',
      '--target=node22',
      '--format=cjs',
      '--main-fields=module,main',
      '--conditions=import',
      '--loader:.sql=text',
      '--loader:.md=text',
      '--define:import.meta.url=bundleUrl',
      `--inject:${path.join(repository, 'scripts', 'bundle-url.mjs')}`,
      '--external:@duckdb/*',
      '--log-level=warning',
      `--outfile=${file}`,
    ],
    { cwd: repository, shell: process.platform === 'win32' },
  );
  return {
    launcher: { command: process.execPath, args: [file] },
    galley: async (args, env = {}) => {
      try {
        const { stdout, stderr } = await run(process.execPath, [file, ...args], {
          env: { ...process.env, ...env },
          maxBuffer: 1 << 28,
        });
        return { code: 0, stdout, stderr };
      } catch (error) {
        const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
        return { code, stdout, stderr };
      }
    },
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A project folder with its store and its training backend, as one window has them. */
export interface OpenTraining {
  training: TrainingBackend;
  store: ReturnType<typeof openLocalStore>;
}

export function openTraining(root: string, launcher: CliLauncher, stopGraceMs?: number): OpenTraining {
  const store = openLocalStore(root);
  const training = createLocalTraining({
    root,
    tracking: store.tracking,
    launcher,
    ...(stopGraceMs === undefined ? {} : { stopGraceMs }),
  });
  return { store, training };
}

/** Writes files of a project: path to content. */
export async function writeFiles(root: string, files: Record<string, string>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), content);
  }
}

/** Looks again and again until there is something. The suite's own limit ends it. */
export async function waitFor<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** The final state of a run. */
export async function ended(training: TrainingBackend, runId: string): Promise<RunState> {
  return waitFor(async () => {
    const state = await training.state(runId);
    return state !== undefined && state.status !== 'RUNNING' && state;
  });
}

/** Whether a process with that id is there. */
export function processAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
