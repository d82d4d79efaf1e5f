import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { errorData } from '../errors';
import { analyse } from '../pipeline/analyse';
import { stageGraph } from '../pipeline/graph';
import { findSpecFiles } from '../pipeline/load';
import type { PipelineSpec } from '../pipeline/spec';
import type { PipelineStageSummary, PipelineSummary } from '../protocol';
import type { RunState } from '../training/types';
import type { Handlers, MethodsOf } from './handlers';

/** What the newest run that includes the stage says of it. */
function lastOf(stage: string, runs: RunState[]): PipelineStageSummary['last'] {
  for (const run of runs) {
    const state = run.stages.find((candidate) => candidate.name === stage);
    if (state === undefined) continue;
    return {
      runId: run.runId,
      status: state.status,
      ...(state.startedAt === undefined ? {} : { startedAt: state.startedAt }),
      ...(state.endedAt === undefined ? {} : { endedAt: state.endedAt }),
    };
  }
  return undefined;
}

function stageSummaries(spec: PipelineSpec, runs: RunState[]): PipelineStageSummary[] {
  const { order, dependsOn } = stageGraph(spec);
  // A stage on a cycle has no place in the order; it is shown all the same.
  const names = [...order, ...Object.keys(spec.stages).filter((name) => !order.includes(name))];
  return names.flatMap((name) => {
    const stage = spec.stages[name];
    if (stage === undefined) return [];
    const last = lastOf(name, runs);
    return {
      name,
      dependsOn: dependsOn[name] ?? [],
      metrics: stage.metrics,
      ...(stage.model === undefined ? {} : { model: stage.model.name }),
      ...(stage.description === undefined ? {} : { description: stage.description }),
      ...(last === undefined ? {} : { last }),
    };
  });
}

/** The short form of one spec file, whatever its state. */
async function summarise(root: string, file: string, runs: RunState[]): Promise<PipelineSummary> {
  const empty = { stages: [], deployments: [], monitors: [], retraining: [], models: [], params: [] };
  try {
    const { spec, diagnostics } = analyse(await readFile(path.join(root, file), 'utf8'), { file, root });
    const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
    if (spec === undefined) return { file, name: path.basename(file), errors, ...empty };
    const own = runs.filter((run) => run.spec === file);
    return {
      file,
      name: spec.name,
      errors,
      stages: stageSummaries(spec, own),
      deployments: Object.keys(spec.deployments),
      monitors: Object.keys(spec.monitors),
      retraining: Object.keys(spec.retraining),
      models: [...new Set(Object.values(spec.stages).flatMap((stage) => stage.model?.name ?? []))],
      params: Object.entries(spec.params).map(([name, param]) => ({
        name,
        type: param.type,
        ...(param.default === undefined ? {} : { default: String(param.default) }),
        ...(param.description === undefined ? {} : { description: param.description }),
      })),
    };
  } catch (error) {
    return { file, name: path.basename(file), errors: 1, ...empty, failure: errorData(error) };
  }
}

export const pipelineHandlers: Handlers<MethodsOf<'pipelines'>> = {
  'pipelines/list': async (project) => {
    const [files, runs] = await Promise.all([findSpecFiles(project.root), project.training.runs()]);
    return Promise.all(files.map((file) => summarise(project.root, file, runs)));
  },
  'pipelines/validate': async (project, { files }) => {
    const found = await Promise.all(
      files.map(async (file) =>
        analyse(await readFile(path.join(project.root, file), 'utf8'), { file, root: project.root }),
      ),
    );
    return found.flatMap((analysis) => analysis.diagnostics);
  },
};
