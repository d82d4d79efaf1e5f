import type { Command } from 'commander';
import { bindingDifferences, sentence } from '../../deployment/binding';
import type { Deployments } from '../../deployment/service';
import type {
  Binding,
  DeploymentRequest,
  DeploymentStatus,
  LedgerEvent,
  RolloutResult,
} from '../../deployment/types';
import { GalleyError } from '../../errors';
import { tellOfBrokenSpecs } from '../broken-specs';
import type { CliContext, OutputFormat, RegisterCommand } from '../context';
import { namedDeployment, noDeployment } from '../named-deployment';
import { formatOption } from '../options';

interface Common {
  format: OutputFormat;
  comment?: string;
}

/**
 * `galley deploy`: requests, approvals, rollout and rollback. Every id may be shortened. Exit 1 when policy refuses
 * or something changed, 2 for wrong use.
 */
export const registerDeploy: RegisterCommand = (program, context) => {
  const deploy = program.command('deploy').description('requests, approvals, rollout and rollback');
  registerRequest(deploy, context);
  registerDecisions(deploy, context);
  registerRollouts(deploy, context);
  registerReading(deploy, context);
};

async function deployments(context: CliContext): Promise<Deployments> {
  return (await context.project()).deployments;
}

function registerRequest(deploy: Command, context: CliContext): void {
  deploy
    .command('request <deployment>')
    .description('ask that a model version is deployed')
    .option('--model-version, --version <version>', 'number or alias; the newest when not given')
    .option('--comment <text>', 'why', '')
    .option('--spec <file>', 'spec file, when several have the deployment')
    .addOption(formatOption())
    .action(async (name: string, options: Common & { version?: string; spec?: string }) => {
      const { spec } = await namedDeployment(context, name, options.spec);
      const { version, comment = '' } = options;
      const request = { spec, deployment: name, comment, ...(version === undefined ? {} : { version }) };
      const made = await (await deployments(context)).request(request);
      printRequest(context, made, options.format);
    });
}

function registerDecisions(deploy: Command, context: CliContext): void {
  deploy
    .command('approve <id>')
    .description('approve exactly what the request binds to')
    .option('--comment <text>', 'why', '')
    .option(
      '--digest <digest>',
      'beginning of the artifact digest that was reviewed; refused when it is another',
    )
    .addOption(formatOption())
    .action(async (id: string, options: Common & { digest?: string }) => {
      const room = await deployments(context);
      const { id: full, binding } = await room.find(id);
      for (const line of bindingLines(binding)) context.progress(line);
      const approved = await room.approve(full, options.comment ?? '', reviewed(binding, options.digest));
      printRequest(context, approved, options.format);
    });
  for (const verb of ['reject', 'withdraw'] as const) {
    deploy
      .command(`${verb} <id>`)
      .description(verb === 'reject' ? 'stop a request for good' : 'take your own request back')
      .option('--comment <text>', 'why', '')
      .addOption(formatOption())
      .action(async (id: string, options: Common) => {
        const request = await (await deployments(context))[verb](id, options.comment ?? '');
        printRequest(context, request, options.format);
      });
  }
}

/** What the person says to have reviewed. */
function reviewed(binding: Binding, digest: string | undefined): Binding {
  if (digest === undefined || binding.digest.startsWith(digest.toLowerCase())) return binding;
  const message = sentence(bindingDifferences({ ...binding, digest }, binding));
  throw new GalleyError('conflict', `This is not what you looked at: ${message}`, {
    subject: binding.digest,
    remedy: 'Look at it again, then decide.',
  });
}

function registerRollouts(deploy: Command, context: CliContext): void {
  deploy
    .command('rollout <id>')
    .description('bring an approved version into service')
    .addOption(formatOption())
    .action(async (id: string, options: Common) => {
      context.progress('Rolling out…');
      printResult(context, await (await deployments(context)).rollout(id), options.format);
    });
  deploy
    .command('rollback <deployment>')
    .description('bring the version that was in service before back')
    .option('--comment <text>', 'why', '')
    .option('--spec <file>', 'spec file, when several have the deployment')
    .addOption(formatOption())
    .action(async (name: string, options: Common & { spec?: string }) => {
      const { spec } = await namedDeployment(context, name, options.spec);
      context.progress('Rolling back…');
      const result = await (await deployments(context)).rollback(spec, name, options.comment ?? '');
      printResult(context, result, options.format);
    });
  deploy
    .command('stop <deployment>')
    .description('take a deployment out of service')
    .option('--spec <file>', 'spec file, when several have the deployment')
    .addOption(formatOption())
    .action(async (name: string, options: Common & { spec?: string }) => {
      const { spec } = await namedDeployment(context, name, options.spec);
      const status = await (await deployments(context)).stop(spec, name);
      context.print(status, options.format, (one) => statusLines(one).join('\n'));
    });
}

function registerReading(deploy: Command, context: CliContext): void {
  deploy
    .command('status [deployment]')
    .description('what is in service, and what waits')
    .addOption(formatOption())
    .action(async (name: string | undefined, options: Common) => {
      const room = await deployments(context);
      await refreshed(context, room);
      await tellOfBrokenSpecs(context);
      const all = await room.list();
      const list = all.filter((status) => name === undefined || status.name === name);
      if (name !== undefined && list.length === 0) throw noDeployment(context, name, undefined, all);
      context.print(
        list,
        options.format,
        (some) => some.flatMap(statusLines).join('\n') || 'No deployments.',
      );
    });
  deploy
    .command('log [deployment]')
    .description('every event, oldest first')
    .addOption(formatOption())
    .action(async (name: string | undefined, options: Common) => {
      const room = await deployments(context);
      await refreshed(context, room);
      context.print(await room.events(name), options.format, eventLines);
    });
}

/** Being offline is said, and what is known is shown. */
export async function refreshed(context: CliContext, room: Deployments): Promise<void> {
  try {
    await room.refresh();
  } catch (error) {
    if (!(error instanceof GalleyError) || error.code !== 'unreachable') throw error;
    context.progress(`${error.message} Showing what is known here.`);
  }
}

/** What an approval is for, a line each. */
export function bindingLines(binding: Binding): string[] {
  return [
    `${binding.model} v${binding.version} → ${binding.deployment} (target ${binding.target})`,
    `  artifact  ${binding.digest}`,
    `  commit    ${binding.commit}`,
    `  policy    ${binding.policyDigest}`,
  ];
}

function requestLine(request: DeploymentRequest): string {
  const { id, binding, requestedBy, status, reason } = request;
  const facts = [`v${binding.version} requested by ${requestedBy.email}`, `${status}: ${reason}`];
  if (request.waitingForMe) facts.push('waiting for you');
  if (request.unshared !== undefined) facts.push(`only on this machine (${request.unshared})`);
  return `${id.slice(0, 12)}  ${binding.deployment}  ${facts.join(' · ')}`;
}

function printRequest(context: CliContext, request: DeploymentRequest, output: OutputFormat): void {
  context.print(request, output, requestLine);
}

function statusLines(status: DeploymentStatus): string[] {
  const { name, version, serving, problem, unapproved } = status;
  const facts = [version === undefined ? 'nothing in service' : `v${version}`];
  if (serving !== undefined) facts.push(serving.status, ...(serving.url === undefined ? [] : [serving.url]));
  return [
    `${name}  ${facts.join(' · ')}`,
    ...(problem === undefined ? [] : [`  ! ${problem.message} ${problem.remedy ?? ''}`.trimEnd()]),
    ...(unapproved === undefined ? [] : [`  ! ${unapproved}`]),
    ...status.requests.map((request) => `  ${requestLine(request)}`),
  ];
}

function printResult(context: CliContext, result: RolloutResult, output: OutputFormat): void {
  for (const warning of result.warnings ?? []) context.progress(`warning: ${warning}`);
  context.print(result, output, ({ status, url }) => `${statusLines(status)[0] ?? ''}\n${url}`.trimEnd());
}

/** Events, one in a line, for both logs. */
export function eventLines(events: readonly LedgerEvent[]): string {
  return events.length === 0 ? 'No events yet.' : events.map(eventLine).join('\n');
}

function eventLine(event: LedgerEvent): string {
  const version = event.binding === undefined ? '' : ` v${event.binding.version}`;
  const comment = event.comment === '' ? '' : `  "${event.comment}"`;
  const who = `${event.who.email} (${event.who.assurance})`;
  const at = new Date(event.at).toISOString();
  return `${event.id.slice(0, 12)}  ${at}  ${event.kind}  ${event.deployment}${version}  ${who}${comment}`;
}
