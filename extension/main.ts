import path from 'node:path';
import * as vscode from 'vscode';
import { createApi, type GalleyApi } from './api';
import { createAttention } from './attention';
import { registerCodeLenses } from './code-lenses';
import { registerCommands } from './commands';
import { warnOfAlert } from './commands/check-drift';
import { registerCommitContent } from './commit-diff';
import { createEngine } from './engine-client';
import { reportError } from './error-report';
import { createLanguage } from './language-client';
import { createPanels } from './panels';
import { createProjectRoots } from './project-roots';
import { createRunLogs } from './run-log';
import { createRunNews } from './run-news';
import { createStatusBar } from './status-bar';
import { createViews } from './views';

export type { GalleyApi };

/** Composition root of the extension. Starts no process: the engine and the language server start when needed. */
export function activate(context: vscode.ExtensionContext): GalleyApi {
  const { extensionUri, subscriptions } = context;
  const bundle = (name: string): string => path.join(context.extensionPath, 'dist', name);
  const track = <T extends vscode.Disposable>(part: T): T => {
    subscriptions.push(part);
    return part;
  };

  const log = track(vscode.window.createOutputChannel('Galley', { log: true }));
  const engine = track(createEngine(bundle('engine.js'), log));
  const roots = track(createProjectRoots());
  const attention = track(createAttention(engine, roots, log));
  const views = track(createViews(engine, roots, attention));
  const panels = track(createPanels({ extensionUri, engine, log }));
  const runLogs = track(createRunLogs(engine));
  const runNews = track(createRunNews(engine, attention, context.workspaceState, log));
  track(registerCommands({ extensionUri, log, engine, roots, attention, panels, runLogs, runNews, views }));
  track(createStatusBar(attention));
  track(registerCodeLenses(engine, roots));
  track(registerCommitContent());
  track(
    attention.onDidOpenAlert(({ root, monitor, alert }) => {
      if (vscode.workspace.getConfiguration('galley').get('notifications.alerts', true))
        warnOfAlert(root, monitor, alert.summary);
    }),
  );
  const language = track(createLanguage(bundle('language-server.js'), log));

  attention.begin().catch((error: unknown) => reportError(error, log));
  return createApi(engine, roots, views, () => language.ready);
}
