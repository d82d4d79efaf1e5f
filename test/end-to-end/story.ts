import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { setUpExample, startEditor, type Editor } from './editor';

const execute = promisify(execFile);

/** Two people with a clone each, one VS Code server, one browser. */
export interface Stage {
  author: string;
  reviewer: string;
  python: string;
  browser: Editor['browser'];
  /** Opens a window on a clone. */
  open: Editor['open'];
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
  const editor = await startEditor('story', { settings });
  const clones = await setUpExample(path.join(editor.folder, 'example'));
  return {
    ...clones,
    browser: editor.browser,
    open: editor.open,
    close: () => editor.close({ galley: clones.author }),
  };
}
