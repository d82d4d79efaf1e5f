import path from 'node:path';
import * as vscode from 'vscode';
import { errorData } from '../../engine/errors';
import type { ChangeTopic } from '../../engine/protocol';
import { sentence } from '../error-report';
import type { Engine } from '../engine-client';
import { projectPlace, type ProjectRoots } from '../project-roots';
import type { Target } from '../target';

/** One row of a view. Rows are built anew at each refresh; a stable id keeps them expanded and selected. */
export interface TreeNode {
  /** Unique within the view. */
  id: string;
  label: string;
  description?: string;
  tooltip?: vscode.MarkdownString | string;
  icon?: vscode.ThemeIcon;
  /** Kind and state, e.g. `run.finished`: menus are bound to it. */
  contextValue?: string;
  command?: vscode.Command;
  /** What commands on this row are about. */
  target?: Target;
  children?: () => Promise<TreeNode[]>;
  expanded?: boolean;
}

/** A view's rows for one project. */
export type LoadNodes = (root: string) => Promise<TreeNode[]>;

export interface View extends vscode.Disposable, vscode.TreeDataProvider<TreeNode> {
  readonly id: string;
  /** Reads again what the view shows; open rows stay open. */
  refresh(): void;
}

const refreshDelay = 250;

/** A theme icon, with the colour of a state. */
export function icon(id: string, color?: string): vscode.ThemeIcon {
  return color === undefined
    ? new vscode.ThemeIcon(id)
    : new vscode.ThemeIcon(id, new vscode.ThemeColor(color));
}

/** The text with paths of the project relative to it: a side bar is narrow, and what happened stands behind the path. */
export function withinProject(text: string, root: string): string {
  return root === '' ? text : text.replaceAll(`${root}${path.sep}`, '').replaceAll(root, path.basename(root));
}

/** The row that stands for something that could not be read: the reason, and below it the remedy at a click. */
export function failureNode(id: string, root: string, error: unknown): TreeNode {
  const data = errorData(error);
  const remedy: TreeNode | undefined =
    data.remedy === undefined
      ? undefined
      : {
          id: `${id}/failure/remedy`,
          label: withinProject(data.remedy, root),
          tooltip: data.remedy,
          icon: icon('lightbulb'),
          contextValue: 'remedy',
          ...(data.action === undefined ? {} : { command: data.action }),
        };
  return {
    id: `${id}/failure`,
    label: withinProject(data.message, root),
    tooltip: sentence(data),
    icon: icon('error', 'list.errorForeground'),
    contextValue: 'failure',
    command: data.action ?? { title: 'Show Log', command: 'galley.showGalleyLog' },
    ...(remedy === undefined ? {} : { expanded: true, children: () => Promise.resolve([remedy]) }),
  };
}

async function guarded(id: string, root: string, load: () => Promise<TreeNode[]>): Promise<TreeNode[]> {
  try {
    return await load();
  } catch (error) {
    return [failureNode(id, root, error)];
  }
}

function treeItem(node: TreeNode): vscode.TreeItem {
  const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(
    node.label,
    node.children === undefined ? None : node.expanded === true ? Expanded : Collapsed,
  );
  item.id = node.id;
  if (node.description !== undefined) item.description = node.description;
  item.tooltip = node.tooltip ?? node.label;
  if (node.icon !== undefined) item.iconPath = node.icon;
  if (node.contextValue !== undefined) item.contextValue = node.contextValue;
  if (node.command !== undefined) item.command = node.command;
  item.accessibilityInformation = {
    label: node.description === undefined ? node.label : `${node.label}, ${node.description}`,
  };
  return item;
}

/**
 * A tree view over all projects of the window: their rows directly when there is one project, else a row per project.
 * @param topics changes after which it reads again
 * @param nothing what an empty project says among others; one that is alone has the view's welcome text
 */
export function createView(
  id: string,
  { engine, roots }: { engine: Engine; roots: ProjectRoots },
  topics: readonly ChangeTopic[],
  nothing: string,
  load: LoadNodes,
): View {
  const changed = new vscode.EventEmitter<void>();
  let timer: NodeJS.Timeout | undefined;
  const refresh = (): void => {
    // Several changes within a moment are one refresh; the first is not put off by later ones.
    timer ??= setTimeout(() => {
      timer = undefined;
      // The editor throws away an answer that a refresh overtakes: a slow one would never be shown.
      if (reading > 0) overtaken = true;
      else changed.fire();
    }, refreshDelay);
  };
  let reading = 0;
  let overtaken = false;

  async function read(id: string, root: string, load: () => Promise<TreeNode[]>): Promise<TreeNode[]> {
    reading += 1;
    try {
      return await guarded(id, root, load);
    } finally {
      reading -= 1;
      if (reading === 0 && overtaken) {
        overtaken = false;
        refresh();
      }
    }
  }

  async function top(): Promise<TreeNode[]> {
    if (!vscode.workspace.isTrusted) return [];
    const all = await roots.all();
    const only = all.length === 1 ? all[0] : undefined;
    if (only !== undefined) return guarded(only, only, () => load(only)).finally(markAsRead);
    return all.map(rootNode);
  }

  function rootNode(root: string): TreeNode {
    const place = projectPlace(root);
    return {
      id: root,
      label: path.basename(root),
      ...(place === undefined ? {} : { description: place }),
      tooltip: root,
      icon: icon('root-folder'),
      contextValue: 'root',
      target: { root },
      expanded: true,
      children: async () => {
        const nodes = await guarded(root, root, () => load(root));
        return nodes.length > 0
          ? nodes
          : [{ id: `${root}/nothing`, label: nothing, contextValue: 'nothing' }];
      },
    };
  }

  let wasRead = false;
  /** Before the first answer an empty view means nothing: what it says of that is bound to this key. */
  function markAsRead(): void {
    if (wasRead) return;
    wasRead = true;
    void vscode.commands.executeCommand('setContext', `${id}.read`, true);
  }

  const subscriptions = [
    changed,
    engine.onDidChange((change) => {
      if (change.topics.some((topic) => topics.includes(topic))) refresh();
    }),
    engine.onDidRestart(refresh),
    roots.onDidChange(refresh),
    vscode.workspace.onDidGrantWorkspaceTrust(refresh),
  ];
  return {
    id,
    refresh,
    onDidChangeTreeData: changed.event,
    getTreeItem: treeItem,
    getChildren: (node) => {
      if (node === undefined) return read(id, '', top);
      const { children, target } = node;
      return children === undefined ? [] : read(node.id, target?.root ?? '', children);
    },
    dispose: () => {
      clearTimeout(timer);
      subscriptions.forEach((subscription) => void subscription.dispose());
    },
  };
}
