import { randomBytes } from 'node:crypto';
import { InvalidArgumentError } from 'commander';
import { GalleyError } from '../../errors';
import { startTrackingEndpoint } from '../../tracking/endpoint/server';
import type { OutputFormat, RegisterCommand } from '../context';
import { formatOption } from '../options';

const tokenVariable = 'GALLEY_TRACKING_TOKEN';

function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError('Write a port from 0 (any free one) to 65535.');
  return port;
}

/** The token that clients must send; one that can be guessed is refused. */
function givenToken(): string | undefined {
  const token = process.env[tokenVariable];
  if (token === undefined || token === '') return undefined;
  if (token.length < 16 || /[^\x21-\x7e]/.test(token))
    throw new GalleyError('invalid', `${tokenVariable} is no safe token.`, {
      remedy: 'Use at least 16 printable characters without spaces, or unset it to get one.',
    });
  return token;
}

interface Address {
  url: string;
  /** Only when it was made up here. */
  token?: string;
}

function describe({ url, token }: Address): string {
  return [
    `MLflow clients log here with:`,
    `  MLFLOW_TRACKING_URI=${url}`,
    `  MLFLOW_TRACKING_TOKEN=${token ?? `(the value of ${tokenVariable})`}`,
    'Ctrl-C ends it.',
  ].join('\n');
}

/** `galley track`: the tracking endpoint by itself, for notebooks and scripts outside a pipeline. */
export const registerTrack: RegisterCommand = (program, context) => {
  program
    .command('track')
    .description("serve this project's store to MLflow clients on this machine")
    .option('--port <port>', 'port on 127.0.0.1; any free one when not given', portNumber, 0)
    .addOption(formatOption())
    .action(async ({ port, format }: { port: number; format: OutputFormat }) => {
      const given = givenToken();
      const token = given ?? randomBytes(32).toString('hex');
      const { tracking, registry } = await context.project();
      const endpoint = await startTrackingEndpoint({ tracking, registry, token, port });
      try {
        const address: Address = { url: endpoint.url, ...(given === undefined ? { token } : {}) };
        context.print(address, format, describe);
        await new Promise<void>((resolve) => {
          for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
            process.once(signal, () => resolve());
        });
      } finally {
        await endpoint.close();
      }
    });
};
