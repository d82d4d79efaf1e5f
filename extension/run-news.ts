import * as vscode from 'vscode';
import { errorData } from '../engine/errors';
import type { RunDetail } from '../engine/protocol';
import { tell } from './ask/prompts';
import type { Attention } from './attention';
import type { Engine } from './engine-client';
import { duration, facts } from './facts';
import { headMetric } from './views/experiments';

/** Tells how the runs ended that were started from this window, also after a reload in between. */
export interface RunNews extends vscode.Disposable {
  /** Remembers a run that the person started here, or tells at once when it has ended already. */
  started(root: string, runId: string): Promise<void>;
}

const mementoKey = 'galley.startedRuns';
const mostRemembered = 50;

function announce(root: string, detail: RunDetail): void {
  const { run, state } = detail;
  const wanted = vscode.workspace.getConfiguration('galley').get<string>('notifications.runs', 'always');
  if (wanted === 'never' || (wanted === 'failed' && run.status !== 'FAILED')) return;
  const target = { root, runId: run.id };
  const log = { 'Show Log': { command: 'galley.showLog', argument: target } };
  if (run.status === 'FAILED') {
    const reason = state?.reason ?? 'The log says why.';
    tell('warning', `Run ${run.name} failed. ${reason}`, log);
  } else if (run.status === 'FINISHED') {
    const took = run.endedAt === undefined ? undefined : `took ${duration(run.endedAt - run.startedAt)}`;
    const said = facts(headMetric(detail, []), took);
    tell('information', `Run ${run.name} finished${said === '' ? '' : `: ${said}`}.`, {
      ...(Object.keys(run.metrics).length > 0
        ? { 'Register Model': { command: 'galley.registerModel', argument: target } }
        : {}),
      'Open Run': { command: 'galley.openRun', argument: target },
      ...log,
    });
  }
}

export function createRunNews(
  engine: Engine,
  attention: Attention,
  memento: vscode.Memento,
  log: vscode.LogOutputChannel,
): RunNews {
  const remembered = (): string[] => memento.get<string[]>(mementoKey, []);

  async function ended(root: string, runId: string): Promise<void> {
    if (!remembered().includes(runId)) return;
    await memento.update(
      mementoKey,
      remembered().filter((id) => id !== runId),
    );
    announce(root, await engine.request('runs/get', { root, runId }));
  }

  const listening = attention.onDidEndRun(({ root, runId }) => {
    ended(root, runId).catch((error: unknown) => log.error(errorData(error).message));
  });
  return {
    async started(root, runId) {
      await memento.update(mementoKey, [...remembered(), runId].slice(-mostRemembered));
      await attention.look(root, ['runs']);
      if (!attention.running.some(({ run }) => run.runId === runId)) await ended(root, runId);
    },
    dispose: () => void listening.dispose(),
  };
}
