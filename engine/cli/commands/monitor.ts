import type { Command } from 'commander';
import { GalleyError } from '../../errors';
import { checkSentence, runMonitorProcess } from '../../monitoring/process';
import { livingScheduler, type SchedulerState } from '../../monitoring/store/scheduler';
import type { MonitorCheck, MonitorStatus } from '../../monitoring/types';
import type { CliContext, OutputFormat, RegisterCommand } from '../context';
import { tellOfBrokenSpecs } from '../broken-specs';
import { formatOption } from '../options';
import { table } from '../text-table';

/** `galley monitor`: checks now or on schedules, what they found, and acknowledging alerts. */
export const registerMonitor: RegisterCommand = (program, context) => {
  const monitor = program.command('monitor').description('drift and performance of what is in service');
  registerRun(monitor, context);
  registerStart(monitor, context);
  registerStatus(monitor, context);
  registerAcknowledge(monitor, context);
  registerHistory(monitor, context);
};

function registerRun(monitor: Command, context: CliContext): void {
  monitor
    .command('run [spec] [monitor]')
    .description(
      'check now: one monitor, those of a spec, or all; exit 1 for an alert or a check that failed',
    )
    .addOption(formatOption())
    .action(
      async (spec: string | undefined, name: string | undefined, { format }: { format: OutputFormat }) => {
        const { monitors } = await context.project();
        await tellOfBrokenSpecs(context);
        const checks: MonitorCheck[] = [];
        for (const chosen of choose(await monitors.list(), spec, name)) {
          context.progress(`checking ${chosen.spec} ${chosen.name}`);
          checks.push(await monitors.check(chosen.spec, chosen.name));
        }
        context.print(checks, format, (list) =>
          list
            .flatMap((check) => [
              `${verdict(check)}\t${check.monitor}\t${checkSentence(check)}`,
              ...(check.notes ?? []),
            ])
            .join('\n'),
        );
        if (checks.some((check) => check.alert || check.failure !== undefined)) context.exit(1);
      },
    );
}

function verdict(check: MonitorCheck): string {
  if (check.alert) return 'ALERT';
  return check.failure === undefined ? 'ok' : 'failed';
}

/**
 * The monitors that the arguments name; a single one may be a spec or a monitor.
 * @throws GalleyError `not-found` when there is none
 */
export function choose(
  all: readonly MonitorStatus[],
  spec: string | undefined,
  name: string | undefined,
): MonitorStatus[] {
  const chosen = all.filter((status) =>
    name === undefined
      ? spec === undefined || status.spec === spec || status.name === spec
      : status.spec === spec && status.name === name,
  );
  if (chosen.length > 0) return chosen;
  const known = all.map((status) => `${status.spec} ${status.name}`);
  throw new GalleyError(
    'not-found',
    `There is no monitor ${[spec, name].filter(Boolean).join(' ')}`.trimEnd() + '.',
    {
      remedy:
        known.length === 0
          ? 'Add one below monitors in galley.yaml; galley validate shows what is wrong with it.'
          : `There are: ${known.join(', ')}.`,
    },
  );
}

function registerStart(monitor: Command, context: CliContext): void {
  monitor
    .command('start')
    .description('check on the schedules of the specs, and start scheduled retraining, until interrupted')
    .addOption(formatOption())
    .action(async ({ format }: { format: OutputFormat }) => {
      const { root, monitors } = await context.project();
      const stop = new AbortController();
      const interrupt = () => stop.abort();
      process.once('SIGINT', interrupt);
      process.once('SIGTERM', interrupt);
      await runMonitorProcess({
        root,
        monitors,
        signal: stop.signal,
        started: () =>
          context.print({ root, pid: process.pid }, format, () => `running the monitors of ${root}`),
        tell: (line) => context.progress(`${new Date().toISOString()} ${line}`),
      });
      context.progress('stopped');
    });
}

interface Status {
  /** Absent: nobody runs the schedules now. */
  scheduler?: SchedulerState;
  monitors: MonitorStatus[];
}

function registerStatus(monitor: Command, context: CliContext): void {
  monitor
    .command('status')
    .description('every monitor with its last check and its open alert')
    .addOption(formatOption())
    .action(async ({ format }: { format: OutputFormat }) => {
      const { root, monitors } = await context.project();
      await tellOfBrokenSpecs(context);
      const scheduler = await livingScheduler(root);
      const status: Status = {
        ...(scheduler === undefined ? {} : { scheduler }),
        monitors: await monitors.list(),
      };
      context.print(status, format, statusText);
    });
}

function statusText({ scheduler, monitors }: Status): string {
  const rows = monitors.map(({ name, spec, last, openAlert }) => [
    openAlert === undefined ? '' : 'ALERT',
    name,
    spec,
    last === undefined ? 'never checked' : new Date(last.at).toISOString(),
    openAlert?.summary ?? (last === undefined ? '' : checkSentence(last)),
    openAlert === undefined
      ? ''
      : `${openAlert.id}${openAlert.acknowledged === undefined ? '' : ` acknowledged by ${openAlert.acknowledged.by}`}`,
  ]);
  return [
    ...(rows.length === 0 ? ['No monitors.'] : [table(rows)]),
    scheduler === undefined
      ? 'Schedules are not run now; galley monitor start runs them.'
      : `Schedules are run by process ${scheduler.process.pid}.`,
  ].join('\n');
}

function registerAcknowledge(monitor: Command, context: CliContext): void {
  monitor
    .command('ack <alert>')
    .description('acknowledge an alert')
    .option('--comment <text>', 'what you know or do about it', '')
    .addOption(formatOption())
    .action(async (id: string, { comment, format }: { comment: string; format: OutputFormat }) => {
      const alert = await (await context.project()).monitors.acknowledge(id, comment);
      const { by = 'unknown', unrecorded } = alert.acknowledged ?? {};
      if (unrecorded !== undefined) context.progress(`It could not be passed on: ${unrecorded}`);
      context.print(alert, format, () => `acknowledged by ${by}`);
    });
}

function registerHistory(monitor: Command, context: CliContext): void {
  monitor
    .command('history <spec> <monitor>')
    .description('checks that are kept, oldest first')
    .addOption(formatOption())
    .action(async (spec: string, name: string, { format }: { format: OutputFormat }) => {
      const checks = await (await context.project()).monitors.history(spec, name);
      context.print(checks, format, (list) =>
        list
          .map((check) => `${new Date(check.at).toISOString()}\t${verdict(check)}\t${checkSentence(check)}`)
          .join('\n'),
      );
    });
}
