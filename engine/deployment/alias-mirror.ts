import { errorData } from '../errors';
import type { PipelineSpec } from '../pipeline/spec';
import type { ModelRegistry, RegisteredModel } from '../registry/types';
import type { ServingState } from './types';

/** Tag of the version that is in service in a deployment: the id of the ledger's event. */
export function deployedTag(deployment: string): string {
  return `galley.deployed.${deployment}`;
}

/** Aliases that show a deployment in the registry: its own name, and `champion` for the last of the chain. */
export function mirroredAliases(pipeline: PipelineSpec, deployment: string): string[] {
  const followed = Object.values(pipeline.deployments).some(({ after }) => after === deployment);
  return followed ? [deployment] : [deployment, 'champion'];
}

/**
 * Shows other tools what the ledger says is in service. The ledger stays the record, so a registry that cannot be
 * written undoes nothing.
 * @returns what could not be mirrored, a sentence each
 */
export async function mirrorInService(
  registry: ModelRegistry,
  pipeline: PipelineSpec,
  deployment: string,
  now: { model: string; version: string; eventId: string },
  before: string | undefined,
): Promise<string[]> {
  const { model, version, eventId } = now;
  const steps: [string, () => Promise<void>][] = mirroredAliases(pipeline, deployment).map((alias) => [
    `The alias ${alias} could not be moved to v${version}`,
    () => registry.setAlias(model, alias, version),
  ]);
  steps.push([
    `v${version} could not be tagged as deployed`,
    () => registry.setVersionTag(model, version, deployedTag(deployment), eventId),
  ]);
  if (before !== undefined && before !== version) {
    steps.push([
      `The tag of v${before} could not be taken away`,
      async () => {
        const { tags } = await registry.version(model, before);
        if (tags[deployedTag(deployment)] === undefined) return;
        await registry.deleteVersionTag(model, before, deployedTag(deployment));
      },
    ]);
  }
  const warnings: string[] = [];
  for (const [failure, step] of steps) {
    try {
      await step();
    } catch (error) {
      warnings.push(`${failure}: ${errorData(error).message}`);
    }
  }
  return warnings;
}

/**
 * What is in service, or looks like it, without an event of the ledger; undefined when all is as the ledger says.
 * @param inService version in service according to the ledger
 * @param approved versions whose requests are approved: one of them may be rolling out at this moment
 */
export function unapprovedChange(
  deployment: string,
  inService: string | undefined,
  model: RegisteredModel | undefined,
  serving: ServingState | undefined,
  approved: readonly string[],
): string | undefined {
  const alias = model?.aliases[deployment];
  if (alias !== undefined && alias !== inService) {
    const record = inService === undefined ? 'the ledger has no rollout' : `the ledger says v${inService}`;
    return `The alias ${deployment} points to v${alias}, but ${record}.`;
  }
  if (serving === undefined || serving.status === 'stopped') return undefined;
  const accounted = new Set([...(inService === undefined ? [] : [inService]), ...approved]);
  const foreign = serving.versions.find(({ version, weight }) => weight > 0 && !accounted.has(version));
  return foreign === undefined
    ? undefined
    : `v${foreign.version} is served, but the ledger has no rollout of it.`;
}
