import path from 'node:path';
import * as vscode from 'vscode';
import type { PipelineStageSummary, PipelineSummary } from '../../engine/protocol';
import type { Engine } from '../engine-client';
import { ago, counted, duration, facts, metricValue, moment } from '../facts';
import { tooltip } from '../markdown';
import { stageIcon } from './state-icons';
import { icon, type LoadNodes, type TreeNode } from './tree';

/** `running · step 41 · auc 0.94` of a stage that is running: the newest value of its first logged metric. */
async function liveFacts(engine: Engine, root: string, stage: PipelineStageSummary): Promise<string> {
  if (stage.last === undefined) return 'running';
  const { run } = await engine.request('runs/get', { root, runId: stage.last.runId });
  const key = stage.metrics.find((name) => run.metrics[name] !== undefined);
  const point = key === undefined ? undefined : run.metrics[key];
  return facts(
    'running',
    point !== undefined && `step ${point.step}`,
    point !== undefined && `${point.key} ${metricValue(point.value)}`,
  );
}

/** What is known of a stage's last run, in words. */
export function stageState({ last }: PipelineStageSummary): string {
  if (last === undefined) return '';
  const { status, startedAt, endedAt } = last;
  const took =
    startedAt !== undefined && endedAt !== undefined && endedAt - startedAt >= 50
      ? duration(endedAt - startedAt)
      : undefined;
  return facts(status, took, status === 'failed' && endedAt !== undefined && ago(endedAt));
}

async function stageNode(
  engine: Engine,
  root: string,
  pipeline: PipelineSummary,
  stage: PipelineStageSummary,
): Promise<TreeNode> {
  const { last } = stage;
  const running = last?.status === 'running';
  return {
    id: `${root}/${pipeline.file}#${stage.name}`,
    label: stage.name,
    description: running ? await liveFacts(engine, root, stage) : stageState(stage),
    tooltip: tooltip(stage.name, stage.description, [
      ['After', stage.dependsOn.join(', ')],
      ['Metrics', stage.metrics.join(', ')],
      ['Model', stage.model],
      ['Last', last?.status],
      ['Started', last?.startedAt === undefined ? undefined : moment(last.startedAt)],
    ]),
    icon: stageIcon(last?.status),
    contextValue: running ? 'stage.running' : last === undefined ? 'stage' : 'stage.ran',
    target: {
      root,
      spec: pipeline.file,
      stage: stage.name,
      ...(last === undefined ? {} : { runId: last.runId }),
    },
    command: {
      title: 'Open in File',
      command: 'galley.openStage',
      arguments: [{ root, spec: pipeline.file, stage: stage.name }],
    },
  };
}

function pipelineNode(engine: Engine, root: string, pipeline: PipelineSummary): TreeNode {
  const broken = pipeline.errors > 0 || pipeline.failure !== undefined;
  const uri = vscode.Uri.file(path.join(root, pipeline.file));
  return {
    id: `${root}/${pipeline.file}`,
    label: pipeline.name,
    description: facts(
      pipeline.file,
      broken ? counted(Math.max(1, pipeline.errors), 'error') : counted(pipeline.stages.length, 'stage'),
    ),
    tooltip: tooltip(pipeline.name, pipeline.failure?.message, [
      ['File', pipeline.file],
      ['Models', pipeline.models.join(', ')],
      ['Deployments', pipeline.deployments.join(', ')],
      ['Monitors', pipeline.monitors.join(', ')],
      ['Params', pipeline.params.map(({ name, default: value }) => `${name}=${value ?? '?'}`).join(', ')],
    ]),
    icon: broken ? icon('error', 'list.errorForeground') : icon('type-hierarchy'),
    contextValue: broken
      ? 'pipeline.invalid'
      : pipeline.retraining.length > 0
        ? 'pipeline.retraining'
        : 'pipeline',
    target: { root, spec: pipeline.file },
    command: { title: 'Open File', command: 'vscode.open', arguments: [uri] },
    ...(pipeline.stages.length === 0
      ? {}
      : {
          expanded: true,
          children: () =>
            Promise.all(pipeline.stages.map((stage) => stageNode(engine, root, pipeline, stage))),
        }),
  };
}

/** Pipelines with their stages in order and the state of each stage's last run. */
export function pipelineNodes(engine: Engine): LoadNodes {
  return async (root) =>
    (await engine.request('pipelines/list', { root })).map((pipeline) =>
      pipelineNode(engine, root, pipeline),
    );
}
