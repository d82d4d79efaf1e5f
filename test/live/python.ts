import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { mkdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What every live suite asks for, so that all of them share one virtual environment. */
export const mlflowPackages = [
  'mlflow==3.17.2',
  'scikit-learn>=1.5,<2',
  'pandas>=2,<4',
  'pyarrow>=16,<30',
] as const;

/** Where environments of this test run are kept; `npm test` names a folder that all its suites share. */
function venvFolder(): string {
  const named = process.env['GALLEY_TEST_VENVS'];
  if (named !== undefined && named !== '') return named;
  const own = path.join(os.tmpdir(), `galley-test-venvs-${process.pid}`);
  process.once('exit', () => rmSync(own, { recursive: true, force: true }));
  return own;
}

/** The first Python 3.10 or newer on PATH. */
async function systemPython(): Promise<string> {
  const tried: string[] = [];
  for (const name of process.platform === 'win32' ? ['python', 'py'] : ['python3', 'python']) {
    try {
      const { stdout } = await run(name, ['-c', 'import sys; print(sys.version_info >= (3, 10))']);
      if (stdout.trim() === 'True') return name;
      tried.push(`${name}: older than 3.10`);
    } catch (error) {
      tried.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(`The live tests need Python 3.10 or newer on PATH (${tried.join('; ')}).`);
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Takes a lock folder; one whose owner is gone is taken over. */
async function lock(folder: string): Promise<() => Promise<void>> {
  const owner = path.join(folder, 'owner');
  for (;;) {
    try {
      await mkdir(folder);
      await writeFile(owner, String(process.pid));
      return async () => {
        await rm(owner);
        await rmdir(folder);
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const pid = Number(await readFile(owner, 'utf8').catch(() => 'NaN'));
    if (pid > 0 && !alive(pid)) {
      const stale = `${folder}.stale-${process.pid}`;
      await rename(folder, stale).catch(() => undefined);
      await rm(stale, { recursive: true, force: true });
    }
    await sleep(200);
  }
}

async function install(venv: string, packages: readonly string[]): Promise<void> {
  const python = await systemPython();
  await rm(venv, { recursive: true, force: true });
  await run(python, ['-m', 'venv', venv]);
  const pip = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--no-input',
    '--disable-pip-version-check',
    '--retries',
    '3',
  ];
  await run(venvPython(venv), [...pip, ...packages], { maxBuffer: 1 << 26 });
}

function venvPython(venv: string): string {
  return process.platform === 'win32'
    ? path.join(venv, 'Scripts', 'python.exe')
    : path.join(venv, 'bin', 'python');
}

const made = new Map<string, Promise<string>>();
let folder: string | undefined;

/**
 * A Python with these packages (requirement specifiers) in a virtual environment that lives as long as the test run.
 * Suites that ask for the same packages share it, also when they run at the same time in other processes.
 * @returns path of the interpreter
 * @throws when there is no Python 3.10 or pip fails; the message has pip's output
 */
export async function pythonWith(packages: readonly string[]): Promise<string> {
  const sorted = [...packages].sort();
  const key = createHash('sha256').update(sorted.join('\n')).digest('hex').slice(0, 12);
  const known = made.get(key);
  if (known !== undefined) return known;
  const making = (async () => {
    folder ??= venvFolder();
    const venv = path.join(folder, key);
    const ready = path.join(folder, `${key}.ready`);
    await mkdir(folder, { recursive: true });
    const release = await lock(path.join(folder, `${key}.lock`));
    try {
      if (!existsSync(ready)) {
        await install(venv, sorted);
        await writeFile(ready, sorted.join('\n'));
      }
    } finally {
      await release();
    }
    return venvPython(venv);
  })();
  made.set(key, making);
  return making;
}

/**
 * Runs a Python script of the tests to its end; nothing of it reports anywhere.
 * @param script relative to the repository
 * @returns its standard output
 * @throws when it fails; the message has its standard error
 */
export async function runPython(
  python: string,
  script: string,
  args: string[],
  options: { cwd: string; env?: Record<string, string> },
): Promise<string> {
  const { stdout } = await run(python, [path.resolve(script), ...args], {
    cwd: options.cwd,
    maxBuffer: 1 << 26,
    env: { ...process.env, DO_NOT_TRACK: 'true', MLFLOW_DISABLE_TELEMETRY: 'true', ...options.env },
  });
  return stdout;
}
