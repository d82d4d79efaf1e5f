import { Option } from 'commander';
import type { ServingState } from '../../deployment/types';
import { desireInService } from '../../deployment/serving/in-service';
import { serveDeployment } from '../../deployment/serving/serve-process';
import { GalleyError } from '../../errors';
import type { CliContext, OutputFormat, RegisterCommand } from '../context';
import { namedDeployment } from '../named-deployment';
import { formatOption } from '../options';

interface ServeOptions {
  format: OutputFormat;
  version?: string;
  spec?: string;
  detachedChild?: boolean;
}

/**
 * `galley serve DEPLOYMENT`: serves, in this terminal, the version that the ledger says is in service. It cannot bring
 * another version into service; that is what `galley deploy` is for.
 */
export const registerServe: RegisterCommand = (program, context) => {
  program
    .command('serve')
    .description('Serve the version of a deployment that is in service, until Ctrl+C.')
    .argument('<deployment>', 'deployment of a spec with the target local')
    .option('--model-version, --version <version>', 'refuse when another version than this one is in service')
    .option('--spec <file>', 'spec file, when several have a deployment of that name')
    .addOption(formatOption())
    .addOption(new Option('--detached-child', 'what the local target starts').hideHelp())
    .action(async (deployment: string, options: ServeOptions) => {
      const signal = endingSignal();
      if (options.detachedChild === true) {
        await serveDeployment({ root: context.cwd(), deployment, signal });
        return;
      }
      await serveInForeground(context, deployment, options, signal);
    });
};

async function serveInForeground(
  context: CliContext,
  deployment: string,
  { version, spec, format }: ServeOptions,
  signal: AbortSignal,
): Promise<void> {
  const { root, registry, deployments } = await context.project();
  const status = await namedDeployment(context, deployment, spec);
  const events = await deployments.events(deployment);
  await desireInService({ root, status, events, registry, ...(version === undefined ? {} : { version }) });
  let told = false;
  const last = await serveDeployment({
    root,
    deployment,
    signal,
    echo: (bytes) => context.progress(Buffer.from(bytes).toString('utf8').trimEnd()),
    onState: (state) => {
      if (told || state.status !== 'healthy') return;
      told = true;
      context.print(state, format, addressText);
    },
  });
  if (signal.aborted) return;
  throw new GalleyError('failed', `${deployment} is not served any more: ${last.reason ?? 'it ended'}`, {
    subject: deployment,
  });
}

function addressText(state: ServingState): string {
  const versions = state.versions.map(({ version }) => `v${version}`).join(', ');
  return `${state.deployment}: ${state.model} ${versions} on ${state.url ?? ''}`;
}

/** Aborts at the first wish to end; a second one ends the process at once, as usual. */
function endingSignal(): AbortSignal {
  const ending = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => ending.abort());
  return ending.signal;
}
