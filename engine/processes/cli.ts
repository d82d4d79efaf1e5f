import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

/** How to start the `galley` command line from this process. */
export interface CliLauncher {
  /** Node or the editor's own binary acting as Node. */
  command: string;
  /** Starts with the path of `galley.js`. */
  args: string[];
}

/** A launcher for `galley.js` beside the calling bundle. */
export function cliLauncher(galleyJs: string): CliLauncher {
  return { command: process.execPath, args: [galleyJs] };
}

/**
 * Starts a `galley` command that outlives this process; its output goes to `logFile`.
 * @returns the process id
 */
export function spawnDetachedCli(
  launcher: CliLauncher,
  args: string[],
  options: { cwd: string; logFile: string; env?: Record<string, string> },
): number {
  const log = openSync(options.logFile, 'a');
  try {
    const child = spawn(launcher.command, [...launcher.args, ...args], {
      cwd: options.cwd,
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', ...options.env },
      windowsHide: true,
    });
    child.on('error', () => undefined);
    child.unref();
    if (child.pid === undefined) throw new Error(`could not start ${launcher.command}`);
    return child.pid;
  } finally {
    closeSync(log);
  }
}
