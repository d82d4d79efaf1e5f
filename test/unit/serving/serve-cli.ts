/** `galley serve` by itself: what the local target starts in these tests. */
import { Command } from 'commander';
import path from 'node:path';
import { registerServe } from '../../../engine/cli/commands/serve';
import { errorData } from '../../../engine/errors';

const program = new Command('galley').option('--cwd <folder>', '', process.cwd());
registerServe(program, {
  launcher: { command: process.execPath, args: [__filename] },
  cwd: () => path.resolve(program.opts<{ cwd: string }>().cwd),
  project: () => Promise.reject(new Error('a detached child opens no project')),
  print: (value) => process.stdout.write(`${JSON.stringify(value)}\n`),
  progress: (line) => process.stderr.write(`${line}\n`),
  exit: (code) => {
    process.exitCode = code;
  },
});
program.parseAsync(process.argv.slice(2), { from: 'user' }).catch((error: unknown) => {
  process.stderr.write(`galley: ${errorData(error).message}\n`);
  process.exitCode = 1;
});
