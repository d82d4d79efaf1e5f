import { stat } from 'node:fs/promises';
import path from 'node:path';
import { Command, CommanderError } from 'commander';
import { version } from '../../package.json';
import { errorData, GalleyError } from '../errors';
import { cliLauncher, type CliLauncher } from '../processes/cli';
import { hideSqliteWarning } from '../processes/warnings';
import type { Project } from '../project';
import { commands } from './commands';
import type { CliContext, RegisterCommand } from './context';

/** Composition root of the `galley` command line. */
async function main(argv: string[]): Promise<void> {
  // Not commander's: that one would swallow the `--version` of sub-commands, which is a model's.
  if (argv[0] === '--version' || argv[0] === '-V') {
    process.stdout.write(`${version}\n`);
    return;
  }
  const program = new Command('galley')
    .description('Build, test, deploy, monitor and update machine-learning models.')
    .option('--cwd <folder>', 'the project folder', process.cwd())
    .option('--no-color', 'no colours')
    .hook('preAction', () => mustBeFolder(context.cwd()));
  const launcher = cliLauncher(__filename);
  let opened: Promise<Project> | undefined;

  const context: CliContext = {
    launcher,
    cwd: () => path.resolve(program.opts<{ cwd: string }>().cwd),
    project: () => (opened ??= open(context.cwd(), launcher)),
    print: (value, format, text) => {
      const shown = format === 'json' ? JSON.stringify(value, undefined, 2) : text(value);
      if (shown !== '') process.stdout.write(`${shown}\n`);
    },
    progress: (line) => process.stderr.write(`${line}\n`),
    exit: (code) => {
      process.exitCode = code;
    },
  };
  for (const register of await neededCommands(argv)) register(program, context);
  tellWrongUse(program);

  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    const data = errorData(error);
    context.progress(`galley: ${data.message}${data.remedy === undefined ? '' : `\n  ${data.remedy}`}`);
    if (data.code === 'failed' && data.detail !== undefined) context.progress(data.detail);
    process.exitCode = data.code === 'invalid' || data.code === 'not-found' ? 2 : 1;
  } finally {
    await (await opened?.catch(() => undefined))?.close();
  }
}

async function mustBeFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() === true) return;
  throw new GalleyError('not-found', `There is no folder ${folder}.`, {
    subject: folder,
    remedy: 'Check --cwd.',
  });
}

/** Loaded when a command asks for it: many need no store. */
async function open(root: string, launcher: CliLauncher): Promise<Project> {
  const { openProject } = await import('../project');
  return openProject(root, launcher);
}

/** The commands that the arguments may mean; all of them when they name none, for help and for what is misspelt. */
function neededCommands(argv: readonly string[]): Promise<RegisterCommand[]> {
  const help = argv.some((text) => ['help', '--help', '-h'].includes(text));
  const named = Object.keys(commands).filter((name) => argv.includes(name));
  const needed = help || named.length === 0 ? Object.keys(commands) : named;
  return Promise.all(needed.flatMap((name) => commands[name]?.() ?? []));
}

/**
 * Wrong use is told like any other error, with its remedy. Sub-commands inherit nothing of it, nor of `exitOverride`,
 * without which commander would end the process by itself.
 */
function tellWrongUse(command: Command, line = command.name()): void {
  command.exitOverride().configureOutput({
    outputError: (text, write) =>
      write(`galley: ${text.replace(/^error: /, '').trimEnd()}\n  See \`${line} --help\`.\n`),
  });
  for (const child of command.commands) tellWrongUse(child, `${line} ${child.name()}`);
}

/** Who reads this process's output may go before it has ended (`| head`, a closed terminal); its work goes on. */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
    });
}

hideSqliteWarning();
outliveReaders();
void main(process.argv.slice(2));
