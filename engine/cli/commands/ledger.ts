import type { LedgerVerification } from '../../deployment/types';
import type { OutputFormat, RegisterCommand } from '../context';
import { formatOption } from '../options';
import { eventLines, refreshed } from './deploy';

/** `galley ledger log|verify|export`; `verify` exits 1 when it finds something. */
export const registerLedger: RegisterCommand = (program, context) => {
  const ledger = program.command('ledger').description('the approval ledger in git');
  ledger
    .command('log')
    .description('every event, oldest first')
    .addOption(formatOption())
    .action(async (options: { format: OutputFormat }) => {
      const { deployments } = await context.project();
      await refreshed(context, deployments);
      context.print(await deployments.events(), options.format, eventLines);
    });
  ledger
    .command('verify')
    .description('walk the whole chain and compare it with the remote; exit 1 when something is wrong')
    .addOption(formatOption())
    .action(async (options: { format: OutputFormat }) => {
      const found = await (await context.project()).deployments.verify();
      context.print(found, options.format, verificationText);
      if (found.problems.length > 0) context.exit(1);
    });
  ledger
    .command('export')
    .description(
      'every event with its commit, for an archive: JSON lines, or one JSON array with --format json',
    )
    .addOption(formatOption())
    .action(async (options: { format: OutputFormat }) => {
      const { deployments } = await context.project();
      await refreshed(context, deployments);
      context.print(await deployments.events(), options.format, (all) =>
        all.map((event) => JSON.stringify(event)).join('\n'),
      );
    });
};

function verificationText(found: LedgerVerification): string {
  const remote = {
    same: 'the remote has the same',
    compared: 'the remote has more or fewer events',
    unreachable: 'the remote does not answer',
    none: 'there is no remote',
  }[found.remote];
  const count = `${found.events} ${found.events === 1 ? 'event' : 'events'}`;
  const facts = [count, `${found.signed} signed`, `${found.unshared} only here`, remote];
  return [
    facts.join(' · '),
    ...found.problems.map(({ commit, message }) => `${commit?.slice(0, 12) ?? '-'}  ${message}`),
    found.problems.length === 0 ? 'The ledger is sound.' : `${found.problems.length} problems.`,
  ].join('\n');
}
