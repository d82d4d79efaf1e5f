import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { GalleyError } from '../../errors';
import type { Project } from '../../project';
import type { Run } from '../../tracking/types';
import type { RunState } from '../../training/types';
import type { CliContext, OutputFormat, RegisterCommand } from '../context';
import { formatOption, wholeNumber } from '../options';
import { resolveRun } from '../resolve-run';
import { describeRun } from './run';

/** A run of the store, with its state when Galley started it. */
interface RunEntry {
  run: Run;
  state?: RunState;
}

const pageBytes = 1 << 18;

function withFormat(command: Command): Command {
  return command.addOption(formatOption());
}

async function listRuns(
  project: Project,
  options: { experiment?: string; limit: number },
): Promise<RunEntry[]> {
  // First, because it settles runs whose process is gone.
  const states = new Map((await project.training.runs()).map((state) => [state.runId, state]));
  const experiments = (await project.tracking.experiments()).filter(
    ({ name, id }) =>
      options.experiment === undefined || name === options.experiment || id === options.experiment,
  );
  if (options.experiment !== undefined && experiments.length === 0)
    throw new GalleyError('not-found', `There is no experiment ${options.experiment}.`, {
      remedy: 'An experiment has the name of its pipeline.',
      subject: options.experiment,
    });
  if (experiments.length === 0) return [];
  const { runs } = await project.tracking.runs({
    experimentIds: experiments.map(({ id }) => id),
    limit: options.limit,
  });
  return runs.map((run) => {
    const state = states.get(run.id);
    return state === undefined ? { run } : { run, state };
  });
}

function describeEntry({ run }: RunEntry): string {
  const metrics = Object.values(run.metrics)
    .slice(0, 3)
    .map(({ key, value }) => `${key} ${Number(value.toPrecision(6))}`);
  return [run.id, run.name, run.status, new Date(run.startedAt).toISOString(), ...metrics].join('\t');
}

function describeDetail({ run, state }: RunEntry): string {
  const section = (title: string, entries: [string, unknown][]): string[] =>
    entries.length === 0 ? [] : [title, ...entries.map(([key, value]) => `  ${key}  ${String(value)}`)];
  return [
    state === undefined ? `${run.name}  ${run.status}\nrun ${run.id}` : describeRun(state),
    ...section('params', Object.entries(run.params)),
    ...section(
      'metrics',
      Object.values(run.metrics).map(({ key, value }) => [key, value]),
    ),
    ...section('tags', Object.entries(run.tags)),
  ].join('\n');
}

async function showLog(
  context: CliContext,
  runId: string,
  follow: boolean,
  write: (text: string) => void,
): Promise<void> {
  const { training } = await context.project();
  for (let offset = 0; ;) {
    // Asked before reading: what is written until then is read too.
    const ended = (await training.state(runId))?.status !== 'RUNNING';
    const { text, next, size } = await training.log(runId, offset, pageBytes);
    write(text);
    const stuck = next === offset;
    offset = next;
    if (next < size && !stuck) continue;
    if (ended || !follow) return;
    await sleep(300);
  }
}

/** `galley runs`: runs of the store and what Galley knows of them. */
export const registerRuns: RegisterCommand = (program, context) => {
  const runs = program.command('runs').description('runs of all pipelines');

  withFormat(runs.command('list'))
    .description('runs, newest first')
    .option('--experiment <name>', "only this experiment's (a pipeline's name)")
    .option('--limit <n>', 'at most so many', wholeNumber, 100)
    .action(async (options: { experiment?: string; limit: number; format: OutputFormat }) => {
      const entries = await listRuns(await context.project(), options);
      context.print(entries, options.format, (list) =>
        list.length === 0 ? 'No runs yet.' : list.map(describeEntry).join('\n'),
      );
    });

  withFormat(runs.command('show'))
    .description('one run: stages, params, metrics, tags')
    .argument('<run>', 'id, beginning of the id, or name')
    .action(async (text: string, { format }: { format: OutputFormat }) => {
      const project = await context.project();
      const runId = await resolveRun(project, text);
      const state = await project.training.state(runId);
      const run = await project.tracking.run(runId);
      context.print(state === undefined ? { run } : { run, state }, format, describeDetail);
    });

  withFormat(runs.command('logs'))
    .description("the run's log")
    .argument('<run>', 'id, beginning of the id, or name')
    .option('--follow', 'go on until the run has ended')
    .action(async (text: string, { follow, format }: { follow?: boolean; format: OutputFormat }) => {
      const runId = await resolveRun(await context.project(), text);
      if (format === 'text') {
        await showLog(context, runId, follow === true, (part) => void process.stdout.write(part));
        return;
      }
      const parts: string[] = [];
      await showLog(context, runId, follow === true, (part) => parts.push(part));
      context.print({ runId, log: parts.join('') }, format, ({ log }) => log);
    });

  withFormat(runs.command('stop'))
    .description('stop a run and its stages')
    .argument('<run>', 'id, beginning of the id, or name')
    .action(async (text: string, { format }: { format: OutputFormat }) => {
      const project = await context.project();
      const state = await project.training.stop(await resolveRun(project, text));
      context.print(state, format, describeRun);
    });
};
