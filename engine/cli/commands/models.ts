import { assertAliasMayMove } from '../../registry/alias-policy';
import type { ModelVersion, RegisteredModel, TestResult } from '../../registry/types';
import { GalleyError } from '../../errors';
import type { Project } from '../../project';
import type { CliContext, OutputFormat, RegisterCommand } from '../context';
import { formatOption } from '../options';
import { resolveRun } from '../resolve-run';

interface Formatted {
  format: OutputFormat;
}

/** `galley models …`: the model registry. */
export const registerModels: RegisterCommand = (program, context) => {
  const models = program.command('models').description('Register, show, test and alias model versions.');

  models
    .command('list')
    .description('List registered models.')
    .addOption(formatOption())
    .action(async ({ format }: Formatted) => {
      const { registry } = await context.project();
      context.print(await registry.models(), format, listText);
    });

  models
    .command('show')
    .description('Show a model with all its versions, newest first.')
    .argument('<name>', 'model')
    .addOption(formatOption())
    .action(async (name: string, { format }: Formatted) => {
      const project = await context.project();
      const model = await namedModel(project, name);
      const versions = await Promise.all(
        (await project.registry.versions(name)).map((version) => ({
          ...version,
          tests: project.models.results(version),
        })),
      );
      context.print({ ...model, versions }, format, showText);
    });

  models
    .command('register')
    .description(
      'Register the model that a finished run made, and run its tests. Exit code 1 when one does not pass.',
    )
    .argument('<run>', 'id, beginning of the id, or name')
    .option('--stage <stage>', 'the stage that makes it, when several do')
    .option('--description <text>', 'description of the version')
    .addOption(formatOption())
    .action(async (text: string, options: Formatted & { stage?: string; description?: string }) => {
      const project = await context.project();
      const { format, stage, description } = options;
      const registered = await project.models.register({
        runId: await resolveRun(project, text),
        ...(stage === undefined ? {} : { stage }),
        ...(description === undefined ? {} : { description }),
      });
      context.print(registered, format, ({ version, tests }) =>
        [`${version.name} v${version.version} registered`, ...testLines(tests)].join('\n'),
      );
      exitByTests(context, registered.tests);
    });

  models
    .command('alias')
    .description('Point an alias at a version.')
    .argument('<name>', 'model')
    .argument('<alias>', 'alias, e.g. challenger')
    .argument('<version>', 'version number')
    .addOption(formatOption())
    .action(async (name: string, alias: string, version: string, { format }: Formatted) => {
      const project = await context.project();
      await namedVersion(project, name, version);
      assertAliasMayMove(await project.deployments.list(), name, alias);
      await project.registry.setAlias(name, alias, version);
      context.print(await project.registry.model(name), format, () => `${name}@${alias} is v${version}`);
    });

  models
    .command('test')
    .description("Run the tests of a version's spec again. Exit code 1 when one does not pass.")
    .argument('<name>', 'model')
    .argument('<version>', 'version number')
    .addOption(formatOption())
    .action(async (name: string, version: string, { format }: Formatted) => {
      const project = await context.project();
      await namedVersion(project, name, version);
      const tests = await project.models.evaluate(name, version);
      context.print(tests, format, (results) =>
        results.length === 0 ? 'The spec has no tests.' : testLines(results).join('\n'),
      );
      exitByTests(context, tests);
    });
};

async function namedModel({ registry }: Project, name: string): Promise<RegisteredModel> {
  const models = await registry.models();
  const model = models.find((one) => one.name === name);
  if (model !== undefined) return model;
  throw new GalleyError('not-found', `There is no model ${name}.`, {
    subject: name,
    remedy:
      models.length === 0
        ? 'Register one: galley models register RUN.'
        : `There are: ${models.map((one) => one.name).join(', ')}.`,
  });
}

async function namedVersion(project: Project, name: string, version: string): Promise<void> {
  await namedModel(project, name);
  const versions = (await project.registry.versions(name)).map((one) => one.version);
  if (versions.includes(version)) return;
  throw new GalleyError('not-found', `${name} has no version ${version}.`, {
    subject: name,
    remedy: versions.length === 0 ? 'It has none.' : `It has: ${versions.join(', ')}.`,
  });
}

function exitByTests(context: CliContext, tests: readonly TestResult[]): void {
  if (tests.some(({ status }) => status !== 'passed')) context.exit(1);
}

function testLines(tests: readonly TestResult[]): string[] {
  return tests.map(
    ({ name, status, message }) => `  ${status.padEnd(6)}  ${name}: ${message.split('\n').join('\n    ')}`,
  );
}

function listText(models: readonly RegisteredModel[]): string {
  if (models.length === 0) return 'No models yet. Register one: galley models register RUN';
  return models
    .map(({ name, versionCount, aliases }) => {
      const pointed = Object.entries(aliases).map(([alias, version]) => `${alias} v${version}`);
      return [name, `${versionCount} version${versionCount === 1 ? '' : 's'}`, ...pointed].join(' · ');
    })
    .join('\n');
}

function showText(model: RegisteredModel & { versions: (ModelVersion & { tests: TestResult[] })[] }): string {
  const lines = model.versions.flatMap(({ version, aliases, createdAt, runId, tests }) => [
    [
      `v${version}`,
      new Date(createdAt).toISOString(),
      ...(runId === undefined ? [] : [`run ${runId}`]),
      ...aliases,
    ].join(' · '),
    ...testLines(tests),
  ]);
  return [model.name, ...(model.description === undefined ? [] : [model.description]), ...lines].join('\n');
}
