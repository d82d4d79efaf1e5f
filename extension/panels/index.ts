import type * as vscode from 'vscode';
import type { ReviewState } from '../../webviews/deployment-review/contract';
import type { ExperimentsState } from '../../webviews/experiments/contract';
import type { MonitorState } from '../../webviews/monitor/contract';
import type { Engine } from '../engine-client';
import { reviewPage } from './deployment-review';
import { experimentsPage } from './experiments';
import { monitorPage } from './monitor';
import { createPagePanels, type PagePanels } from './shell';

/** The extension's pages. */
export interface Panels extends vscode.Disposable {
  experiments: PagePanels<ExperimentsState>;
  review: PagePanels<ReviewState>;
  monitor: PagePanels<MonitorState>;
}

export function createPanels(parts: {
  extensionUri: vscode.Uri;
  engine: Engine;
  log: vscode.LogOutputChannel;
}): Panels {
  const experiments = createPagePanels(parts, experimentsPage(parts.engine));
  const review = createPagePanels(parts, reviewPage(parts.engine));
  const monitor = createPagePanels(parts, monitorPage(parts.engine));
  return {
    experiments,
    review,
    monitor,
    dispose() {
      for (const panels of [experiments, review, monitor]) panels.dispose();
    },
  };
}
