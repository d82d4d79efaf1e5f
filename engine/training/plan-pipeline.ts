import { randomUUID } from 'node:crypto';
import { GalleyError } from '../errors';
import { loadPipeline } from '../pipeline/load';
import { planRun } from '../pipeline/plan';
import type { LoadedPipeline, ResolvedCommand, RunPlan } from '../pipeline/types';
import { isSecretName } from './stage-environment';
import type { StartRun } from './types';

export interface PlannedPipeline {
  pipeline: LoadedPipeline;
  plan: RunPlan;
  /** Each stage's command as people may read it: resolved, with `***` for every secret of the environment. */
  shown: ReadonlyMap<string, string>;
}

/**
 * Stages as `galley run --dry-run` and the run process see them.
 * @throws GalleyError `invalid`, `not-found`, or `unsupported` for a stage of a backend that cannot train
 */
export async function planPipeline(
  root: string,
  request: StartRun,
  run: { id: string; name: string },
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<PlannedPipeline> {
  const pipeline = await loadPipeline(root, request.spec);
  const planned = (env: Record<string, string | undefined>): RunPlan =>
    planRun(pipeline.spec, {
      run,
      env,
      ...(request.stages === undefined ? {} : { stages: request.stages }),
      ...(request.params === undefined ? {} : { params: request.params }),
    });
  const plan = planned(environment);
  for (const stage of plan.stages)
    if (stage.spec.backend !== 'local')
      throw new GalleyError(
        'unsupported',
        `Stage ${stage.name} asks for backend ${stage.spec.backend}, which cannot train yet.`,
        { remedy: 'Remove `backend` from the stage to run it on this machine.', subject: stage.name },
      );
  // Planned once more without the secrets: quoting may change their characters, so that looking for them is not enough.
  // The stand-in needs no quoting, wherever it comes to stand.
  const standIn = `galley-secret-${randomUUID()}`;
  const withoutSecrets = planned(
    Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [name, isSecretName(name) ? standIn : value]),
    ),
  );
  const shown = new Map(
    withoutSecrets.stages.map(({ name, command }) => [name, inOneText(command).replaceAll(standIn, '***')]),
  );
  return { pipeline, plan, shown };
}

/** A command as text; parts of a list that a shell would take apart are in quotes. */
function inOneText(command: ResolvedCommand): string {
  if ('shell' in command) return command.shell.trim();
  return command.argv.map((part) => (/^[^\s"'\\$`]+$/.test(part) ? part : JSON.stringify(part))).join(' ');
}
