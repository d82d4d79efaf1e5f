import path from 'node:path';
import * as vscode from 'vscode';
import type { RunState, StartRun } from '../../engine/training/types';
import type { Services } from '../services';

/** Saves the spec when it is open with changes: a run reads what is on disk. */
async function saveSpec(root: string, spec: string): Promise<void> {
  const file = path.join(root, spec);
  const open = vscode.workspace.textDocuments.find(
    (document) => document.isDirty && document.uri.scheme === 'file' && document.uri.fsPath === file,
  );
  await open?.save();
}

/** Starts a run, remembers it as this window's, and answers once it exists. */
export async function startRun(services: Services, root: string, run: StartRun): Promise<RunState> {
  await saveSpec(root, run.spec);
  const state = await vscode.window.withProgress(
    { location: { viewId: 'galley.experiments' }, title: 'Starting run' },
    () => services.engine.request('runs/start', { root, run: { trigger: 'manual', ...run } }),
  );
  await adoptRun(services, root, state);
  return state;
}

/** Follows a run that was started for the person: status bar now, message at its end. */
export async function adoptRun(services: Services, root: string, state: RunState): Promise<void> {
  vscode.window.setStatusBarMessage(`$(play) Started run ${state.runName} of ${state.pipeline}`, 5000);
  await services.runNews.started(root, state.runId);
}
