import { spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { identify } from '../processes/identity';
import { killGroup } from '../processes/kill';
import type { ResolvedCommand } from '../pipeline/types';
import type { LogSink } from './run-log';
import { copyOutput, outputTail } from './stage-output';
import type { ProcessIdentity } from './types';

/** Milliseconds between the request to end (SIGTERM) and the end (SIGKILL). */
export const killGraceMs = 5000;

export interface StageCommand {
  command: ResolvedCommand;
  cwd: string;
  env: NodeJS.ProcessEnv;
  log: LogSink;
  /** Ends the process and everything that it started. */
  signal: AbortSignal;
  /** Never written to the log. */
  secrets?: readonly string[];
  /** Called once the process runs. It leads a process group of the same id. */
  onStart?(process: ProcessIdentity): void;
}

/** How a command ended. */
export type CommandEnd =
  | { kind: 'exit'; code: number }
  | { kind: 'signal'; signal: string }
  | { kind: 'not-found'; command: string }
  | { kind: 'not-started'; message: string }
  /** Ended because `signal` was aborted. */
  | { kind: 'stopped' };

export interface CommandResult {
  end: CommandEnd;
  /** Last lines of output, both streams together. */
  lastLines: string[];
}

/** What a shell says when it does not know a command, in dash's, bash's, zsh's and cmd's words. */
const notFoundLines = [
  /: (?:line )?\d+: ([^:\s]+): not found$/,
  /: ([^:\s]+): command not found$/,
  /command not found: (\S+)$/,
  /^'([^']+)' is not recognized as an internal or external command/,
];

/** Name of the command that a shell did not find; undefined when its exit says something else. */
function unknownCommand(code: number, lastLines: readonly string[], line: string): string | undefined {
  const cmdExe = process.platform === 'win32' && code === 1;
  if (code !== 127 && code !== 9009 && !cmdExe) return undefined;
  for (const said of [...lastLines].reverse()) {
    for (const pattern of notFoundLines) {
      const name = pattern.exec(said.trim())?.[1];
      if (name !== undefined) return name;
    }
  }
  return cmdExe ? undefined : (line.trim().split(/\s+/)[0] ?? line);
}

function start({ command, cwd, env }: StageCommand) {
  const options = {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that all it starts can be ended with it. On Windows this would open a console.
    detached: process.platform !== 'win32',
    windowsHide: true,
  };
  if ('shell' in command) return spawn(command.shell, { ...options, shell: true });
  const [file, ...args] = command.argv;
  return spawn(file, args, options);
}

/** Why a process could not be started. ENOENT is also what a missing working folder gives. */
async function startFailure(
  error: NodeJS.ErrnoException,
  { command, cwd }: StageCommand,
): Promise<CommandEnd> {
  const folder = await stat(cwd).catch(() => undefined);
  if (folder?.isDirectory() !== true)
    return { kind: 'not-started', message: `The folder ${cwd} does not exist.` };
  if (error.code === 'ENOENT')
    return { kind: 'not-found', command: 'argv' in command ? command.argv[0] : 'the shell' };
  if (error.code === 'EACCES')
    return {
      kind: 'not-started',
      message: `${'argv' in command ? command.argv[0] : 'The shell'} may not be executed.`,
    };
  if (error.code === 'E2BIG') return { kind: 'not-started', message: 'The command is too long.' };
  return { kind: 'not-started', message: error.message };
}

/**
 * Runs one command of a stage to its end. Its whole process group ends with it: leftovers of a command that has ended
 * are ended too.
 * @throws when the log cannot be written (the process is ended first)
 */
export async function runCommand(command: StageCommand): Promise<CommandResult> {
  const tail = outputTail();
  if (command.signal.aborted) return { end: { kind: 'stopped' }, lastLines: [] };
  let child: ReturnType<typeof start>;
  try {
    child = start(command);
  } catch (error) {
    // Bad arguments (e.g. a zero byte) throw at once.
    return { end: await startFailure(error as NodeJS.ErrnoException, command), lastLines: [] };
  }
  const { pid } = child;
  if (pid === undefined) {
    const error = await new Promise<NodeJS.ErrnoException>((resolve) => child.once('error', resolve));
    return { end: await startFailure(error, command), lastLines: [] };
  }
  // Without a listener a late error (a failed kill) would end this process.
  child.on('error', () => undefined);
  const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.once('exit', (code, signal) => resolve({ code, signal })),
  );
  if (command.onStart !== undefined) {
    const { onStart } = command;
    await identify(pid).then(onStart, () => undefined);
  }

  let killTimer: NodeJS.Timeout | undefined;
  let ending = false;
  const endGroup = (): void => {
    if (ending) return;
    ending = true;
    killGroup(pid, 'SIGTERM');
    killTimer = setTimeout(() => killGroup(pid, 'SIGKILL'), killGraceMs);
  };
  command.signal.addEventListener('abort', endGroup, { once: true });
  // Aborted while the process was being identified.
  if ((command.signal as { aborted: boolean }).aborted) endGroup();

  const secrets = command.secrets ?? [];
  let abandoned = false;
  const copied = Promise.all([
    copyOutput(child.stdout, command.log, tail, secrets),
    copyOutput(child.stderr, command.log, tail, secrets),
  ]).then(
    () => undefined,
    (error: unknown) => {
      if (abandoned) return undefined;
      endGroup();
      return { error };
    },
  );
  const { code, signal } = await exited;
  const stopped = command.signal.aborted;
  // What the command left running holds the pipes open and would go on unseen. Windows has no group to find it by.
  if (process.platform !== 'win32') endGroup();
  // A daemon that left the group is out of reach, but must not keep the stage waiting.
  const abandonTimer = setTimeout(() => {
    abandoned = true;
    child.stdout.destroy();
    child.stderr.destroy();
  }, killGraceMs + 1000);
  const failure = await copied;
  clearTimeout(abandonTimer);
  clearTimeout(killTimer);
  // The pipes are closed, but a leftover may have closed its own and go on.
  if (process.platform !== 'win32') killGroup(pid, 'SIGKILL');
  command.signal.removeEventListener('abort', endGroup);
  if (failure !== undefined) throw failure.error;

  const lastLines = tail.lines();
  if (stopped) return { end: { kind: 'stopped' }, lastLines };
  if (signal !== null) return { end: { kind: 'signal', signal }, lastLines };
  const exit = code ?? 0;
  const unknown =
    'shell' in command.command ? unknownCommand(exit, lastLines, command.command.shell) : undefined;
  if (unknown !== undefined) return { end: { kind: 'not-found', command: unknown }, lastLines };
  return { end: { kind: 'exit', code: exit }, lastLines };
}
