import type { Command } from 'commander';
import type { Project } from '../project';
import type { CliLauncher } from '../processes/cli';

export type OutputFormat = 'text' | 'json';

/** What a command file gets from the composition root (`engine/cli/main.ts`). */
export interface CliContext {
  /** The project of `--cwd`; opened once, closed by main. */
  project(): Promise<Project>;
  /** Absolute `--cwd`. */
  cwd(): string;
  launcher: CliLauncher;
  /**
   * Prints a result on stdout: one JSON value with `--format json`, else what `text` makes of it (a line break is
   * added). Everything else (progress, messages) goes to stderr through {@link CliContext.progress}.
   */
  print<T>(value: T, format: OutputFormat, text: (value: T) => string): void;
  progress(line: string): void;
  /** Sets the exit code of the process: 0 fine, 1 the answer is no (errors, drift, refused), 2 wrong use. */
  exit(code: number): void;
}

/** One file per command under `commands/` exports this. */
export type RegisterCommand = (program: Command, context: CliContext) => void;
