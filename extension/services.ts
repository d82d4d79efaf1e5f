import type * as vscode from 'vscode';
import type { Attention } from './attention';
import type { Engine } from './engine-client';
import type { Panels } from './panels';
import type { ProjectRoots } from './project-roots';
import type { RunLogs } from './run-log';
import type { RunNews } from './run-news';
import type { Views } from './views';

/** What commands, views and panels get from the composition root. */
export interface Services {
  extensionUri: vscode.Uri;
  log: vscode.LogOutputChannel;
  engine: Engine;
  roots: ProjectRoots;
  attention: Attention;
  panels: Panels;
  runLogs: RunLogs;
  runNews: RunNews;
  views: Views;
}
