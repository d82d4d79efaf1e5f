import path from 'node:path';
import { GalleyError } from '../errors';
import type { CommandSpec, ParamValue } from '../pipeline/spec';
import type { PlannedStage } from '../pipeline/types';
import { galleyPath } from '../project-files/galley-folder';
import { openStageCache } from './cache';
import { openHasher } from './content-hash';
import { newRunId } from './run-folder';
import { planPipeline } from './plan-pipeline';
import type { StartRun } from './types';

/** What a run would do, without doing it. */
export interface DryRun {
  pipeline: string;
  spec: string;
  params: Record<string, ParamValue>;
  /** In a valid order. */
  stages: DryRunStage[];
}

export interface DryRunStage {
  name: string;
  dependsOn: string[];
  /** As written: a resolved command may hold a secret of the environment. */
  command: CommandSpec;
  /** `missing-input`: the stage would fail. */
  action: 'run' | 'cached' | 'missing-input';
  /** Why, one sentence. */
  why: string;
}

/**
 * Plans a run and looks up what the cache has. A stage after one that would run counts as running: its inputs are not
 * known before.
 * @throws GalleyError as a run's start does
 */
export async function dryRun(root: string, request: StartRun): Promise<DryRun> {
  const { pipeline, plan } = await planPipeline(root, request, { id: newRunId(), name: 'dry-run' });
  const cacheFolder = galleyPath(root, 'cache');
  const cache = openStageCache(
    cacheFolder,
    pipeline.folder,
    await openHasher(path.join(cacheFolder, 'index')),
  );
  const cached = new Set<string>();

  async function decide(stage: PlannedStage): Promise<Pick<DryRunStage, 'action' | 'why'>> {
    const before = stage.dependsOn.find((name) => !cached.has(name));
    if (before !== undefined) return { action: 'run', why: `Stage ${before} runs before it.` };
    let key: string | undefined;
    try {
      key = await cache.key(stage);
    } catch (error) {
      if (!(error instanceof GalleyError) || error.code !== 'not-found') throw error;
      return { action: 'missing-input', why: error.message };
    }
    if (request.force === true) return { action: 'run', why: 'The cache is not asked.' };
    if (key === undefined) return { action: 'run', why: 'It declares no inputs, so it always runs.' };
    const entry = await cache.find(key);
    if (entry === undefined) return { action: 'run', why: 'Its command, params or inputs are new.' };
    cached.add(stage.name);
    return { action: 'cached', why: `As made by run ${entry.runId}.` };
  }

  const stages: DryRunStage[] = [];
  for (const stage of plan.stages) {
    const { name, dependsOn, spec } = stage;
    stages.push({ name, dependsOn, command: spec.run, ...(await decide(stage)) });
  }
  return { pipeline: pipeline.spec.name, spec: pipeline.file, params: plan.params, stages };
}
