import { execFile } from 'node:child_process';
import { cp, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { editorHost, example } from './host';
import { Window } from './window';

const execute = promisify(execFile);

/** Folder for pictures and, after a failure, for logs. */
export const results = path.join(
  process.env['GALLEY_TEST_RESULTS'] ?? path.resolve('test-results'),
  'end-to-end',
);

/** Two people with a clone each, one VS Code server, one browser. */
export interface Stage {
  author: string;
  reviewer: string;
  python: string;
  browser: Browser;
  /** Opens a window on a clone. */
  open(folder: string, name: string): Promise<Window>;
  /** Ends everything that the story started, its detached processes included. */
  close(): Promise<void>;
}

/** Runs a command to its end. @returns its standard output */
export async function execIn(cwd: string, command: string, ...args: string[]): Promise<string> {
  const { stdout } = await execute(command, args, { cwd, maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

/** The built command line, as another person at a terminal would use it. */
export async function galley<T>(cwd: string, ...args: string[]): Promise<T> {
  const cli = path.resolve('dist/galley.js');
  return JSON.parse(await execIn(cwd, process.execPath, cli, ...args, '--format', 'json')) as T;
}

/** Prepares what `npm start` prepares, in a temporary folder. */
export async function setStage(settings: Record<string, unknown> = {}): Promise<Stage> {
  const { findChromium, launchChromium, prepareEditorHost, startEditorHost, temporaryFolder } =
    await editorHost();
  const { copyExample, findPython, linkVenv, makeVenv } = await example();
  const folder = await temporaryFolder('story');
  const { author, reviewer } = await copyExample(path.join(folder, 'example'));
  const found = await findPython();
  if (found === undefined) throw new Error('Python 3.10 or newer is needed for the end-to-end tests');
  const venv = path.join(folder, 'venv');
  await makeVenv(found, venv, path.join(author, 'requirements.txt'));
  await linkVenv(venv, author);
  await linkVenv(venv, reviewer);
  const host = await startEditorHost({
    vscode: await prepareEditorHost(),
    data: path.join(folder, 'editor'),
    settings,
  });
  const browser = await launchChromium(await findChromium());
  await mkdir(results, { recursive: true });
  return {
    author,
    reviewer,
    python: path.join(venv, 'bin/python'),
    browser,
    open: (clone, name) => Window.open(browser, host.url(clone), path.join(results, name)),
    close: async () => {
      await browser.close();
      await host.stop();
      for (const deployment of ['staging', 'production'])
        await stopServing(path.join(author, '.galley/serving', deployment, 'state.json'));
      await cp(path.join(author, '.galley'), path.join(results, 'galley'), {
        recursive: true,
        filter: (file) => !file.includes('cache'),
      }).catch(() => undefined);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Ends a serve process by its own recorded id and waits until it has gone. */
async function stopServing(stateFile: string): Promise<void> {
  const { readFile } = await import('node:fs/promises');
  const state = await readFile(stateFile, 'utf8').then(
    (text) => JSON.parse(text) as { process?: { pid: number } },
    () => undefined,
  );
  if (state?.process === undefined) return;
  const { pid } = state.process;
  try {
    process.kill(pid, 'SIGTERM');
    for (let wait = 0; wait < 50; wait++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      process.kill(pid, 0);
    }
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
