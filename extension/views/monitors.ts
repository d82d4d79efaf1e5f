import type { ThemeIcon } from 'vscode';
import type { MonitorStatus } from '../../engine/monitoring/types';
import type { Engine } from '../engine-client';
import { ago, counted, facts, metricValue, moment } from '../facts';
import { tooltip } from '../markdown';
import { icon, type LoadNodes, type TreeNode } from './tree';

/** What the last check found, in at most three facts. */
export function monitorFacts({ last }: MonitorStatus): string {
  if (last === undefined) return 'never checked';
  if (last.failure !== undefined) return facts('check failed', ago(last.at));
  const { drift, performance } = last;
  const worst = drift?.columns.filter(({ drifted }) => drifted).sort((a, b) => b.severity - a.severity)[0];
  return facts(
    performance?.degraded === true && `${performance.metric} ${metricValue(performance.value)}`,
    drift !== undefined &&
      (drift.driftedColumns === 0
        ? 'no drift'
        : `drift in ${drift.driftedColumns} of ${counted(drift.columns.length, 'column')}`),
    worst !== undefined && `${worst.column} ${metricValue(worst.score)}`,
    ago(last.at),
  );
}

function monitorIcon({ openAlert, last }: MonitorStatus): ThemeIcon {
  if (openAlert !== undefined)
    return openAlert.acknowledged === undefined
      ? icon('warning', 'list.warningForeground')
      : icon('bell-slash', 'list.warningForeground');
  if (last === undefined) return icon('pulse');
  return last.failure === undefined
    ? icon('pulse', 'testing.iconPassed')
    : icon('error', 'testing.iconFailed');
}

function monitorNode(root: string, monitor: MonitorStatus): TreeNode {
  const { openAlert, last, deployment } = monitor;
  const unacknowledged = openAlert !== undefined && openAlert.acknowledged === undefined;
  const target = {
    root,
    spec: monitor.spec,
    monitor: monitor.name,
    ...(openAlert === undefined ? {} : { alertId: openAlert.id }),
    ...(deployment === undefined ? {} : { deployment }),
  };
  return {
    id: `${root}/monitor/${monitor.spec}/${monitor.name}`,
    label: monitor.name,
    description: monitorFacts(monitor),
    tooltip: tooltip(monitor.name, openAlert?.summary ?? last?.failure, [
      ['Deployment', deployment],
      ['Reference', monitor.reference],
      ['Current', monitor.current],
      ['Schedule', monitor.schedule],
      ['Last check', last === undefined ? undefined : moment(last.at)],
      ['Alert since', openAlert === undefined ? undefined : moment(openAlert.openedAt)],
      ['Acknowledged by', openAlert?.acknowledged?.by],
    ]),
    icon: monitorIcon(monitor),
    contextValue: unacknowledged ? 'monitor.alert' : 'monitor',
    target,
    command: { title: 'Open Monitor', command: 'galley.openMonitor', arguments: [target] },
  };
}

/** Monitors with what their last check found. */
export function monitorNodes(engine: Engine): LoadNodes {
  return async (root) =>
    (await engine.request('monitors/list', { root })).map((monitor) => monitorNode(root, monitor));
}
