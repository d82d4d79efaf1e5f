import { resolveCommand } from '../pipeline/expressions';
import type { CommandSpec } from '../pipeline/spec';
import type { ExpressionScope } from '../pipeline/types';
import { commandEnvironment } from '../processes/environment';
import { runCommand, type CommandResult } from '../training/stage-process';
import { leaveArtifactAlone } from './digest';
import type { TestResult } from './types';

export const testTimeoutMs = 10 * 60_000;
/** Lines of a test's output that become its message. */
const messageLines = 5;

export interface CommandTestOptions {
  run: CommandSpec;
  /** The project's folder, whose `.venv` is active. */
  root: string;
  /** Where the command runs: the spec's folder. */
  folder: string;
  scope: ExpressionScope;
  /** {@link testTimeoutMs} when not given. */
  timeoutMs?: number;
}

/**
 * Runs a test that is a command. Exit code 0 passes, another one fails; what cannot be started, runs too long or is
 * killed is an `error`. Everything that it started ends with it.
 * @throws GalleyError `invalid` when a reference in the command has no value
 */
export async function runCommandTest(options: CommandTestOptions): Promise<Omit<TestResult, 'name' | 'at'>> {
  const timeoutMs = options.timeoutMs ?? testTimeoutMs;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeoutMs);
  try {
    const result = await runCommand({
      command: resolveCommand(options.run, options.scope),
      cwd: options.folder,
      env: commandEnvironment(options.root, leaveArtifactAlone),
      // Only the last lines are kept, as the message.
      log: { write: () => Promise.resolve() },
      signal: late.signal,
    });
    return verdict(result, timeoutMs);
  } finally {
    clearTimeout(timer);
  }
}

function verdict({ end, lastLines }: CommandResult, timeoutMs: number): Omit<TestResult, 'name' | 'at'> {
  const said = lastLines.slice(-messageLines).join('\n');
  const because = (what: string): string => (said === '' ? `${what}.` : `${what}: ${said}`);
  switch (end.kind) {
    case 'exit':
      if (end.code === 0) return { status: 'passed', message: said === '' ? 'Exit code 0.' : said };
      return { status: 'failed', message: because(`Exit code ${end.code}`) };
    case 'signal':
      return { status: 'error', message: because(`The command was ended by ${end.signal}`) };
    case 'not-found':
      return { status: 'error', message: `The command ${end.command} was not found.` };
    case 'not-started':
      return { status: 'error', message: `The command could not be started: ${end.message}` };
    case 'stopped':
      return { status: 'error', message: because(`The command did not end within ${timeoutMs / 1000} s`) };
  }
}
