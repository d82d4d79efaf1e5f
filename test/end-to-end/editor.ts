import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { pythonWith } from '../live/python';
import { editorHost, example } from './host';
import { Window } from './window';

/** Folder for pictures and, after a failure, for logs. */
export const results = path.join(
  process.env['GALLEY_TEST_RESULTS'] ?? path.resolve('test-results'),
  'end-to-end',
);

/** A VS Code server and a browser, with a temporary folder that lives as long as they. */
export interface Editor {
  folder: string;
  browser: Browser;
  /** Opens a window on a project; its pictures and the extension host's log are kept under the name. */
  open(project: string, name: string): Promise<Window>;
  /** Ends everything, the processes that the projects started included, and keeps what they left in `.galley`. */
  close(projects: Record<string, string>): Promise<void>;
}

export interface EditorOptions {
  settings?: Record<string, unknown>;
  /** A package to install; otherwise the build in `dist` is what the windows run. */
  vsix?: string;
}

/** Starts an editor that no other test has touched. @param name of its temporary folder */
export async function startEditor(
  name: string,
  { settings = {}, vsix }: EditorOptions = {},
): Promise<Editor> {
  const scripts = await editorHost();
  const folder = await scripts.temporaryFolder(name);
  const data = path.join(folder, 'editor');
  const vscode = await scripts.prepareEditorHost();
  if (vsix !== undefined) await scripts.installVsix(vscode, data, vsix);
  const host = await scripts.startEditorHost({ vscode, data, settings, installed: vsix !== undefined });
  const browser = await scripts.launchChromium(await scripts.findChromium());
  await mkdir(results, { recursive: true });
  return {
    folder,
    browser,
    open: (project, window) => Window.open(browser, host.url(project), path.join(results, window)),
    close: async (projects) => {
      await browser.close();
      await host.stop();
      for (const [kept, project] of Object.entries(projects)) {
        await endProcesses(path.join(project, '.galley'));
        await cp(path.join(project, '.galley'), path.join(results, kept), {
          recursive: true,
          filter: (file) => !file.includes('cache'),
        }).catch(() => undefined);
      }
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Clones of the example for two people, and the Python of their `.venv`, as `npm start` makes them. */
export async function setUpExample(
  folder: string,
): Promise<{ author: string; reviewer: string; python: string }> {
  const { copyExample, linkVenv } = await example();
  const { author, reviewer } = await copyExample(folder);
  const requirements = await readFile(path.join(author, 'requirements.txt'), 'utf8');
  const python = await pythonWith(requirements.split('\n').filter((line) => /^\w/.test(line)));
  const venv = path.resolve(python, '../..');
  await linkVenv(venv, author);
  await linkVenv(venv, reviewer);
  return { author, reviewer, python };
}

/** Ends the run and serve processes that a project's states name, by their ids. */
async function endProcesses(galleyFolder: string): Promise<void> {
  for (const kind of ['runs', 'serving']) {
    const places = await readdir(path.join(galleyFolder, kind)).catch(() => []);
    for (const place of places) {
      const state = path.join(galleyFolder, kind, place, 'state.json');
      const read = await readFile(state, 'utf8').catch(() => '{}');
      const { process: owner, status } = JSON.parse(read) as { process?: { pid: number }; status?: string };
      if (owner !== undefined && (kind === 'serving' || status === 'RUNNING')) await endProcess(owner.pid);
    }
  }
}

async function endProcess(pid: number): Promise<void> {
  try {
    process.kill(pid, 'SIGTERM');
    for (let wait = 0; wait < 50; wait++) {
      await sleep(100);
      process.kill(pid, 0);
    }
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
