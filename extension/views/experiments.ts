import type { Experiment } from '../../engine/tracking/types';
import type { RunDetail } from '../../engine/protocol';
import type { Engine } from '../engine-client';
import { ago, count, counted, duration, facts, metricValue, moment } from '../facts';
import { tooltip } from '../markdown';
import { runIcon } from './state-icons';
import { icon, type LoadNodes, type TreeNode } from './tree';

const pageSize = 20;

/** How many runs of each experiment are shown; `more` shows the next page. */
export interface ShownRuns {
  of(root: string, experimentId: string): number;
  more(root: string, experimentId: string): void;
}

export function createShownRuns(): ShownRuns {
  const shown = new Map<string, number>();
  const key = (root: string, id: string): string => `${root}#${id}`;
  return {
    of: (root, id) => shown.get(key(root, id)) ?? pageSize,
    more: (root, id) => shown.set(key(root, id), (shown.get(key(root, id)) ?? pageSize) * 2),
  };
}

/** The metric that stands for a run where there is place for one: the first that the pipeline names, else the first. */
export function headMetric({ run }: RunDetail, preferred: readonly string[]): string | undefined {
  const key =
    preferred.find((name) => run.metrics[name] !== undefined) ??
    Object.keys(run.metrics)
      .filter((name) => !name.startsWith('system/'))
      .sort()[0];
  const point = key === undefined ? undefined : run.metrics[key];
  return point === undefined ? undefined : `${point.key} ${metricValue(point.value)}`;
}

/** A run's state in at most three facts. */
export function runFacts(detail: RunDetail, preferred: readonly string[]): string {
  const { run, state, versions } = detail;
  const metric = headMetric(detail, preferred);
  switch (run.status) {
    case 'RUNNING':
    case 'SCHEDULED': {
      const stage = state?.stages.find(({ status }) => status === 'running');
      return facts(
        stage === undefined ? 'running' : `running ${stage.name}`,
        metric,
        duration(Date.now() - run.startedAt),
      );
    }
    case 'FAILED':
      return facts(`failed${failedStage(detail)}`, ago(run.endedAt ?? run.startedAt));
    case 'KILLED':
      return facts('stopped', metric, ago(run.endedAt ?? run.startedAt));
    case 'FINISHED':
      return facts(
        metric,
        ago(run.endedAt ?? run.startedAt),
        versions.map(({ version }) => `v${version}`).join(', '),
      );
  }
}

function failedStage({ state }: RunDetail): string {
  const stage = state?.stages.find(({ status }) => status === 'failed');
  if (stage === undefined) return '';
  return stage.exitCode === undefined
    ? `: stage ${stage.name}`
    : `: stage ${stage.name}, exit ${stage.exitCode}`;
}

function runState(detail: RunDetail): string {
  const { run, state, versions } = detail;
  if (run.status === 'RUNNING' || run.status === 'SCHEDULED')
    return state === undefined ? 'run.running' : 'run.running.own';
  const log = state === undefined ? '' : '.log';
  if (run.status !== 'FINISHED') return `run.ended${log}`;
  return `${versions.length > 0 ? 'run.registered' : 'run.finished'}${log}`;
}

function runNode(root: string, detail: RunDetail, preferred: readonly string[]): TreeNode {
  const { run, state, versions } = detail;
  const target = { root, runId: run.id, experimentId: run.experimentId };
  const pairs = Object.entries(run.params);
  return {
    id: `${root}/run/${run.id}`,
    label: run.name,
    description: runFacts(detail, preferred),
    tooltip: tooltip(run.name, state?.reason, [
      ['Status', run.status.toLowerCase()],
      ['Started', moment(run.startedAt)],
      ['Took', run.endedAt === undefined ? undefined : duration(run.endedAt - run.startedAt)],
      ['By', run.tags['mlflow.user']],
      ['Commit', run.tags['mlflow.source.git.commit']?.slice(0, 7)],
      ['Versions', versions.map(({ model, version }) => `${model} v${version}`).join(', ')],
      [
        'Metrics',
        Object.values(run.metrics)
          .slice(0, 8)
          .map(({ key, value }) => `${key} ${metricValue(value)}`)
          .join(', '),
      ],
      [
        'Params',
        pairs
          .slice(0, 12)
          .map(([name, value]) => `${name}=${value}`)
          .join(', ') + (pairs.length > 12 ? ', …' : ''),
      ],
      ['Run id', run.id],
    ]),
    icon: runIcon(run.status),
    contextValue: runState(detail),
    target,
    command: { title: 'Open Run', command: 'galley.openRun', arguments: [target] },
  };
}

async function runNodes(
  engine: Engine,
  shown: ShownRuns,
  root: string,
  experimentId: string,
): Promise<TreeNode[]> {
  const limit = shown.of(root, experimentId);
  const [{ runs, total }, pipelines] = await Promise.all([
    engine.request('runs/list', { root, experimentIds: [experimentId], limit, offset: 0 }),
    engine.request('pipelines/list', { root }),
  ]);
  const preferred = pipelines.flatMap(({ stages }) => stages.flatMap(({ metrics }) => metrics));
  const nodes = runs.map((detail) => runNode(root, detail, preferred));
  if (total > runs.length) {
    nodes.push({
      id: `${root}/experiment/${experimentId}/more`,
      label: `… ${count(total - runs.length)} more`,
      tooltip: 'Show the next runs',
      contextValue: 'more',
      command: {
        title: 'Show More Runs',
        command: 'galley.showMoreRuns',
        arguments: [{ root, experimentId }],
      },
    });
  }
  return nodes;
}

async function experimentNode(
  engine: Engine,
  shown: ShownRuns,
  root: string,
  experiment: Experiment,
): Promise<TreeNode> {
  const { total } = await engine.request('runs/list', {
    root,
    experimentIds: [experiment.id],
    limit: 1,
    offset: 0,
  });
  return {
    // The editor remembers by id whether a node is open; the first run must open its experiment.
    id: `${root}/experiment/${experiment.id}${total === 0 ? '#empty' : ''}`,
    label: experiment.name,
    description: counted(total, 'run'),
    tooltip: tooltip(experiment.name, undefined, [
      ['Created', moment(experiment.createdAt)],
      ['Artifacts', experiment.artifactLocation],
      ['Experiment id', experiment.id],
    ]),
    icon: icon('beaker'),
    contextValue: 'experiment',
    target: { root, experimentId: experiment.id },
    expanded: total > 0,
    ...(total === 0 ? {} : { children: () => runNodes(engine, shown, root, experiment.id) }),
  };
}

/** Experiments with their newest runs. MLflow's empty `Default` experiment is left out. */
export function experimentNodes(engine: Engine, shown: ShownRuns): LoadNodes {
  return async (root) => {
    const experiments = await engine.request('experiments/list', { root });
    const nodes = await Promise.all(
      experiments.map((experiment) => experimentNode(engine, shown, root, experiment)),
    );
    return nodes.filter((node, index) => node.children !== undefined || experiments[index]?.id !== '0');
  };
}
