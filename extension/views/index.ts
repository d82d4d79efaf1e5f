import * as vscode from 'vscode';
import type { Attention } from '../attention';
import type { Engine } from '../engine-client';
import type { ProjectRoots } from '../project-roots';
import { backendNodes } from './backends';
import { deploymentNodes } from './deployments';
import { createShownRuns, experimentNodes } from './experiments';
import { modelNodes } from './models';
import { monitorNodes } from './monitors';
import { pipelineNodes } from './pipelines';
import { createView, type View } from './tree';

export type ViewName = 'pipelines' | 'experiments' | 'models' | 'deployments' | 'monitors' | 'backends';

export interface Views extends vscode.Disposable {
  /** The rows of each view, as the tree shows them. */
  readonly providers: Readonly<Record<ViewName, View>>;
  refresh(): void;
  /** Shows the next page of an experiment's runs. */
  showMoreRuns(root: string, experimentId: string): void;
}

function badge(value: number, what: string): vscode.ViewBadge | undefined {
  return value === 0 ? undefined : { value, tooltip: `${value} ${what}` };
}

/** Makes the six views; nothing is read before a view is visible. */
export function createViews(engine: Engine, roots: ProjectRoots, attention: Attention): Views {
  const shown = createShownRuns();
  const parts = { engine, roots };
  const providers: Record<ViewName, View> = {
    pipelines: createView(
      'galley.pipelines',
      parts,
      ['pipelines', 'runs'],
      'No galley.yaml',
      pipelineNodes(engine),
    ),
    experiments: createView(
      'galley.experiments',
      parts,
      ['runs', 'models'],
      'No runs yet',
      experimentNodes(engine, shown),
    ),
    models: createView(
      'galley.models',
      parts,
      ['models', 'deployments'],
      'No models yet',
      modelNodes(engine),
    ),
    deployments: createView(
      'galley.deployments',
      parts,
      ['deployments'],
      'No deployments',
      deploymentNodes(engine),
    ),
    monitors: createView(
      'galley.monitors',
      parts,
      ['monitors', 'pipelines'],
      'No monitors',
      monitorNodes(engine),
    ),
    backends: createView('galley.backends', parts, ['backends', 'runs'], 'No backends', backendNodes(engine)),
  };
  const trees = Object.entries(providers).map(([name, provider]) => ({
    name,
    tree: vscode.window.createTreeView(provider.id, {
      treeDataProvider: provider,
      canSelectMany: name === 'experiments',
      showCollapseAll: name !== 'backends',
    }),
  }));
  const showBadges = (): void => {
    for (const { name, tree } of trees) {
      if (name === 'deployments')
        tree.badge = badge(attention.waitingForMe.length, 'waiting for your approval');
      if (name === 'monitors') tree.badge = badge(attention.alerts.length, 'open alerts');
    }
  };
  const listening = attention.onDidChange(showBadges);
  const refresh = (): void => Object.values(providers).forEach((view) => view.refresh());
  return {
    providers,
    refresh,
    showMoreRuns(root, experimentId) {
      shown.more(root, experimentId);
      providers.experiments.refresh();
    },
    dispose() {
      listening.dispose();
      trees.forEach(({ tree }) => void tree.dispose());
      Object.values(providers).forEach((view) => void view.dispose());
    },
  };
}
