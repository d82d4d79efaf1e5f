import type { MetricSeries, RunDetail } from '../protocol';
import type { Project } from '../project';
import type { MetricPoint, Run } from '../tracking/types';
import type { RunState } from '../training/types';
import type { Handlers, MethodsOf } from './handlers';

/** Versions of all models by the run that they were registered from. */
async function versionsByRun(project: Project): Promise<Map<string, RunDetail['versions']>> {
  const byRun = new Map<string, RunDetail['versions']>();
  for (const model of await project.registry.models()) {
    for (const version of await project.registry.versions(model.name)) {
      if (version.runId === undefined) continue;
      const list = byRun.get(version.runId) ?? [];
      list.push({ model: model.name, version: version.version });
      byRun.set(version.runId, list);
    }
  }
  return byRun;
}

function detail(
  run: Run,
  state: RunState | undefined,
  versions: RunDetail['versions'] | undefined,
): RunDetail {
  return { run, versions: versions ?? [], ...(state === undefined ? {} : { state }) };
}

/** JSON has no NaN and no infinities, so they travel by name. */
function finiteOrName(value: number): MetricSeries['values'][number] {
  if (Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? 'Infinity' : '-Infinity';
}

function toSeries(runId: string, key: string, points: MetricPoint[]): MetricSeries {
  return {
    runId,
    key,
    steps: points.map((point) => point.step),
    timestamps: points.map((point) => point.timestamp),
    values: points.map((point) => finiteOrName(point.value)),
  };
}

export const runHandlers: Handlers<MethodsOf<'experiments'> | MethodsOf<'runs'>> = {
  'experiments/list': (project) => project.tracking.experiments(),
  'runs/list': async (project, { experimentIds, limit, offset }) => {
    // Settles runs whose process is gone, so that the store is right before it is read.
    const states = new Map((await project.training.runs()).map((state) => [state.runId, state]));
    const [page, versions] = await Promise.all([
      project.tracking.runs({ experimentIds, limit, offset }),
      versionsByRun(project),
    ]);
    return {
      total: page.total,
      runs: page.runs.map((run) => detail(run, states.get(run.id), versions.get(run.id))),
    };
  },
  'runs/get': async (project, { runId }) => {
    const state = await project.training.state(runId);
    const [run, versions] = await Promise.all([project.tracking.run(runId), versionsByRun(project)]);
    return detail(run, state, versions.get(runId));
  },
  'runs/series': async (project, { runIds, keys }) => {
    const series: MetricSeries[] = [];
    for (const runId of runIds) {
      for (const key of keys)
        series.push(toSeries(runId, key, await project.tracking.metricHistory(runId, key)));
    }
    return series;
  },
  'runs/start': (project, { run }) => project.training.start(run),
  'runs/stop': (project, { runId }) => project.training.stop(runId),
  'runs/active': async (project) => (await project.training.runs()).filter((run) => run.status === 'RUNNING'),
  'runs/log': (project, { runId, offset, limit }) => project.training.log(runId, offset, limit),
};
