import type { OutputFormat, RegisterCommand } from '../context';
import { formatOption } from '../options';

/** `galley backends list`: every backend with its state; exit 1 when one is not connected. */
export const registerBackends: RegisterCommand = (program, context) => {
  const backends = program.command('backends').description('connected systems');
  backends
    .command('list')
    .alias('check')
    .description('every backend and whether it answers')
    .addOption(formatOption())
    .action(async ({ format }: { format: OutputFormat }) => {
      const list = await (await context.project()).backends.list();
      context.print(list, format, (statuses) =>
        statuses
          .map((status) => `${status.name}\t${status.kind}\t${status.state}\t${status.summary}`)
          .join('\n'),
      );
      if (list.some((status) => status.state !== 'connected')) context.exit(1);
    });
};
