import { writeFile } from 'node:fs/promises';
import { InvalidArgumentError, Option } from 'commander';
import { requestAfterRun, type RequestedAfterRun } from '../../deployment/request-after-run';
import { errorData } from '../../errors';
import { dryRun, type DryRun } from '../../training/dry-run';
import { openRunLog } from '../../training/run-log';
import { runFolder } from '../../training/run-folder';
import { runPipeline } from '../../training/run-process';
import { inWords } from '../../training/scheduler';
import type { RunState, StartRun } from '../../training/types';
import type { CliContext, OutputFormat, RegisterCommand } from '../context';
import { onlySpec } from '../only-spec';
import { formatOption, wholeNumber } from '../options';

interface RunOptions {
  stage: string[];
  param: Record<string, string>;
  dryRun?: boolean;
  force?: boolean;
  detach?: boolean;
  jobs?: number;
  trigger?: string;
  runId?: string;
  detachedChild?: boolean;
  thenRequest?: string;
  format: OutputFormat;
}

function collectParam(text: string, params: Record<string, string>): Record<string, string> {
  const equals = text.indexOf('=');
  if (equals <= 0) throw new InvalidArgumentError('Write NAME=VALUE.');
  return { ...params, [text.slice(0, equals)]: text.slice(equals + 1) };
}

function stageLine({ name, status, startedAt, endedAt, reason }: RunState['stages'][number]): string {
  const took =
    startedAt === undefined || endedAt === undefined ? '' : `  ${inWords((endedAt - startedAt) / 1000)}`;
  return `  ${name}  ${status}${took}${reason === undefined ? '' : `  ${reason}`}`;
}

/** A run in a few lines: its status, its stages, why it failed. */
export function describeRun(state: RunState): string {
  const reason = state.reason?.split('\n')[0];
  return [
    `${state.runName}  ${state.status}${reason === undefined ? '' : `  ${reason}`}`,
    ...state.stages.map(stageLine),
    `run ${state.runId}`,
  ].join('\n');
}

/** What `galley run` prints as JSON. */
type RunResult = RunState & { requested?: RequestedAfterRun };

function describePlan({ pipeline, stages }: DryRun): string {
  return [pipeline, ...stages.map(({ name, action, why }) => `  ${name}  ${action}  ${why}`)].join('\n');
}

interface StopSignal {
  signal: AbortSignal;
  /** From then on the process ends as any other does. */
  release(): void;
}

/** Ctrl-C, a closed terminal and `kill` all stop the run, and its stages with it. */
function stopOnSignal(): StopSignal {
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, abort);
  return {
    signal: stop.signal,
    release: () => {
      for (const signal of signals) process.off(signal, abort);
    },
  };
}

async function foreground(
  context: CliContext,
  run: StartRun,
  options: RunOptions,
  signal: AbortSignal,
): Promise<RunState> {
  const project = await context.project();
  return runPipeline({
    ...run,
    root: project.root,
    tracking: project.tracking,
    registry: project.registry,
    signal,
    ...(options.runId === undefined ? {} : { runId: options.runId }),
    ...(options.detachedChild === true
      ? {}
      : { onOutput: (bytes: Uint8Array) => void process.stderr.write(bytes) }),
  });
}

/** What `--then-request` asks for, once the run has ended; told in the run's log and here. */
async function request(context: CliContext, state: RunState, deployment: string): Promise<RequestedAfterRun> {
  const { root, tracking, models, deployments } = await context.project();
  const log = await openRunLog(runFolder(root, state.runId).log);
  try {
    return await requestAfterRun(
      {
        root,
        tracking,
        models,
        deployments,
        tell: async (line) => {
          context.progress(line);
          await log.write(`==> ${line}\n`);
        },
      },
      state,
      deployment,
    );
  } finally {
    await log.close();
  }
}

/** `galley run`: runs a pipeline here, in the foreground or (`--detach`) as a process of its own. */
export const registerRun: RegisterCommand = (program, context) => {
  program
    .command('run')
    .description('run a pipeline')
    .argument('[file]', 'spec file; galley.yaml, or the only one there is')
    .option(
      '--stage <name>',
      'only this stage (repeat for several)',
      (name, all: string[]) => [...all, name],
      [],
    )
    .option('--param <name=value>', 'another value for a param (repeat for several)', collectParam, {})
    .option('--dry-run', 'say what would run, and run nothing')
    .option('--force', 'run every stage, whatever the cache has')
    .option('--detach', 'start the run and return')
    .option('--jobs <n>', 'stages at a time; as many as there are cores when not given', wholeNumber)
    .option(
      '--then-request <deployment>',
      "once it has finished, register its model and request this deployment of it; exit 1 when that can't be",
    )
    .addOption(new Option('--trigger <what>', 'what started it').hideHelp())
    .addOption(new Option('--run-id <id>').hideHelp())
    .addOption(new Option('--detached-child').hideHelp())
    .addOption(formatOption())
    .action(async (file: string | undefined, options: RunOptions) => {
      const root = context.cwd();
      // From the first moment: a stop that comes while the run begins must not leave it half made.
      const stop = options.detach === true || options.dryRun === true ? undefined : stopOnSignal();
      const run: StartRun = {
        spec: file ?? (await onlySpec(root)),
        params: options.param,
        ...(options.stage.length === 0 ? {} : { stages: options.stage }),
        ...(options.force === undefined ? {} : { force: options.force }),
        ...(options.trigger === undefined ? {} : { trigger: options.trigger }),
        ...(options.jobs === undefined ? {} : { jobs: options.jobs }),
        ...(options.thenRequest === undefined ? {} : { thenRequest: options.thenRequest }),
      };
      if (options.dryRun === true) {
        context.print(await dryRun(root, run), options.format, describePlan);
        return;
      }
      if (stop === undefined) {
        const state = await (await context.project()).training.start(run);
        context.print(state, options.format, describeRun);
        return;
      }
      try {
        const state = await foreground(context, run, options, stop.signal);
        stop.release();
        const { thenRequest } = run;
        const requested = thenRequest === undefined ? undefined : await request(context, state, thenRequest);
        const result: RunResult = requested === undefined ? state : { ...state, requested };
        context.print(result, options.format, describeRun);
        if (state.status !== 'FINISHED' || requested?.failure !== undefined) context.exit(1);
      } catch (error) {
        // Who started a detached run reads there why it did not begin.
        if (options.detachedChild === true && options.runId !== undefined)
          await writeFile(runFolder(root, options.runId).startFailure, JSON.stringify(errorData(error)));
        throw error;
      }
    });
};
