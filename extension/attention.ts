import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { DeploymentRequest, DeploymentStatus } from '../engine/deployment/types';
import { errorData } from '../engine/errors';
import type { Alert, MonitorStatus } from '../engine/monitoring/types';
import type { ChangeTopic, EngineRequests } from '../engine/protocol';
import type { RunState } from '../engine/training/types';
import type { Engine } from './engine-client';
import type { ProjectRoots } from './project-roots';

/** What a person may have to look at, in all projects of the window. */
export interface Attention extends vscode.Disposable {
  readonly running: readonly { root: string; run: RunState }[];
  readonly waitingForMe: readonly { root: string; request: DeploymentRequest }[];
  readonly alerts: readonly { root: string; monitor: MonitorStatus; alert: Alert }[];
  readonly onDidChange: vscode.Event<void>;
  /** An alert that was not open when this window first looked. */
  readonly onDidOpenAlert: vscode.Event<{ root: string; monitor: MonitorStatus; alert: Alert }>;
  /** A run that was seen running has ended. */
  readonly onDidEndRun: vscode.Event<{ root: string; runId: string }>;
  /** Does something whose alert of this monitor the caller shows itself; looks at the monitors afterwards. */
  quietly<T>(root: string, spec: string, monitor: string, task: () => Promise<T>): Promise<T>;
  /** Starts looking when a project has been used before, so that a fresh one starts no process. */
  begin(): Promise<void>;
  /** Looks now at the given topics of a project, e.g. after a command of this window. */
  look(root: string, topics?: readonly ChangeTopic[]): Promise<void>;
}

interface Seen {
  running: RunState[];
  deployments: DeploymentStatus[];
  monitors: MonitorStatus[];
}

const topicsLookedAt = ['runs', 'deployments', 'monitors'] as const satisfies ChangeTopic[];

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

async function hasLedger(folder: string): Promise<boolean> {
  const git = path.join(folder, '.git');
  if (await exists(path.join(git, 'refs/heads/galley/ledger'))) return true;
  const packed = await readFile(path.join(git, 'packed-refs'), 'utf8').catch(() => '');
  return packed.includes('galley/ledger') || exists(path.join(git, 'refs/remotes/origin/galley/ledger'));
}

/** Whether runs, models or requests may exist in a project: it has a store, a `.galley` folder or a ledger. */
export async function wasUsed(root: string): Promise<boolean> {
  const marks = await Promise.all([
    exists(path.join(root, '.galley')),
    exists(path.join(root, 'mlflow.db')),
    hasLedger(root),
  ]);
  return marks.includes(true);
}

export function createAttention(
  engine: Engine,
  roots: ProjectRoots,
  log: vscode.LogOutputChannel,
): Attention {
  const changed = new vscode.EventEmitter<void>();
  const alertOpened = new vscode.EventEmitter<{ root: string; monitor: MonitorStatus; alert: Alert }>();
  const runEnded = new vscode.EventEmitter<{ root: string; runId: string }>();
  const seen = new Map<string, Seen>();
  const knownAlerts = new Map<string, Set<string>>();
  /** Monitors whose new alerts are no news. */
  const quiet = new Set<string>();

  /** One part's failure keeps its old value: the views show the reason. */
  async function ask<M extends 'runs/active' | 'deployments/list' | 'monitors/list'>(
    method: M,
    root: string,
    old: EngineRequests[M]['result'],
  ): Promise<EngineRequests[M]['result']> {
    try {
      return await engine.request(method, { root });
    } catch (error) {
      log.debug(`${method} of ${root}: ${errorData(error).message}`);
      return old;
    }
  }

  function announceAlerts(root: string, monitors: MonitorStatus[]): void {
    const known = knownAlerts.get(root);
    const open = monitors.flatMap((monitor) =>
      monitor.openAlert === undefined ? [] : [{ root, monitor, alert: monitor.openAlert }],
    );
    knownAlerts.set(root, new Set([...(known ?? []), ...open.map(({ alert }) => alert.id)]));
    // What was open before this window looked is a badge, not news.
    if (known === undefined) return;
    for (const opened of open.filter(({ alert }) => !known.has(alert.id))) {
      const { spec, name } = opened.monitor;
      if (!quiet.has(JSON.stringify([root, spec, name]))) alertOpened.fire(opened);
    }
  }

  const looks = new Map<string, Promise<void>>();

  /** One look at a time for each project: a slower, older answer must not undo a newer one. */
  function look(root: string, topics: readonly ChangeTopic[] = topicsLookedAt): Promise<void> {
    const next = (looks.get(root) ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => lookOnce(root, topics));
    looks.set(root, next);
    return next;
  }

  async function lookOnce(root: string, topics: readonly ChangeTopic[]): Promise<void> {
    const old = seen.get(root) ?? { running: [], deployments: [], monitors: [] };
    const [running, deployments, monitors] = await Promise.all([
      topics.includes('runs') ? ask('runs/active', root, old.running) : old.running,
      topics.includes('deployments') ? ask('deployments/list', root, old.deployments) : old.deployments,
      topics.includes('monitors') ? ask('monitors/list', root, old.monitors) : old.monitors,
    ]);
    seen.set(root, { running, deployments, monitors });
    if (topics.includes('monitors')) announceAlerts(root, monitors);
    for (const { runId } of old.running)
      if (!running.some((run) => run.runId === runId)) runEnded.fire({ root, runId });
    publish();
  }

  function requests(): { root: string; request: DeploymentRequest }[] {
    return [...seen].flatMap(([root, { deployments }]) =>
      deployments.flatMap((deployment) => deployment.requests.map((request) => ({ root, request }))),
    );
  }

  function publish(): void {
    const all = requests();
    const is = (...wanted: string[]): boolean => all.some(({ request }) => wanted.includes(request.status));
    // Commands are hidden once it is known that there is nothing for them; before the first look they are all there.
    const context: Record<string, boolean> = {
      noneRunning: attention.running.length === 0,
      noneWaiting: !is('waiting'),
      noneOpen: !is('waiting', 'approved'),
      noneApproved: !is('approved'),
      noAlerts: attention.alerts.length === 0,
      noneServing: [...seen.values()].every(({ deployments }) =>
        deployments.every(({ serving }) => serving === undefined || serving.status === 'stopped'),
      ),
    };
    for (const [key, value] of Object.entries(context))
      void vscode.commands.executeCommand('setContext', `galley.${key}`, value);
    changed.fire();
  }

  function forget(existing: string[]): void {
    for (const root of seen.keys()) if (!existing.includes(root)) seen.delete(root);
  }

  async function lookEverywhere(): Promise<void> {
    if (!vscode.workspace.isTrusted) return;
    const all = await roots.all();
    forget(all);
    const used = await Promise.all(all.map(wasUsed));
    await Promise.all(all.filter((_, index) => used[index]).map((root) => look(root)));
    publish();
  }

  const report = (error: unknown): void => log.error(errorData(error).message);
  const subscriptions = [
    changed,
    alertOpened,
    runEnded,
    engine.onDidChange(({ root, topics }) => void look(root, topics).catch(report)),
    engine.onDidRestart(() => void lookEverywhere().catch(report)),
    roots.onDidChange(() => void lookEverywhere().catch(report)),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void lookEverywhere().catch(report)),
  ];
  const attention: Attention = {
    get running() {
      return [...seen].flatMap(([root, { running }]) => running.map((run) => ({ root, run })));
    },
    get waitingForMe() {
      return requests().filter(({ request }) => request.waitingForMe);
    },
    get alerts() {
      return [...seen].flatMap(([root, { monitors }]) =>
        monitors.flatMap((monitor) =>
          monitor.openAlert === undefined || monitor.openAlert.acknowledged !== undefined
            ? []
            : [{ root, monitor, alert: monitor.openAlert }],
        ),
      );
    },
    onDidChange: changed.event,
    onDidOpenAlert: alertOpened.event,
    onDidEndRun: runEnded.event,
    async quietly(root, spec, monitor, task) {
      const key = JSON.stringify([root, spec, monitor]);
      quiet.add(key);
      try {
        const result = await task();
        await look(root, ['monitors']);
        return result;
      } finally {
        quiet.delete(key);
      }
    },
    begin: lookEverywhere,
    look,
    dispose: () => subscriptions.forEach((subscription) => void subscription.dispose()),
  };
  return attention;
}
