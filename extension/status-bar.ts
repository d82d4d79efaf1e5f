import * as vscode from 'vscode';
import type { Attention } from './attention';
import { duration } from './facts';

interface Entry {
  item: vscode.StatusBarItem;
  text: (count: number) => string;
  /** One line per thing that is counted. */
  lines: (attention: Attention) => string[];
}

function entry(
  id: string,
  priority: number,
  name: string,
  command: string,
  parts: Pick<Entry, 'text' | 'lines'>,
  warning = false,
): Entry {
  const item = vscode.window.createStatusBarItem(id, vscode.StatusBarAlignment.Left, priority);
  item.name = name;
  item.command = command;
  if (warning) item.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
  return { item, ...parts };
}

function hover(lines: string[]): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString();
  lines.forEach((line, index) => {
    if (index > 0) markdown.appendMarkdown('  \n');
    markdown.appendText(line);
  });
  return markdown;
}

/** What runs, waits for an approval, or drifts; each is absent when there is nothing. */
export function createStatusBar(attention: Attention): vscode.Disposable {
  const entries = [
    entry('galley.running', 50, 'Galley: runs', 'galley.showRunning', {
      text: (count) => `$(beaker) ${count} running`,
      lines: ({ running }) =>
        running.map(({ run }) => {
          const done = run.stages.filter(({ status }) => status === 'finished' || status === 'cached').length;
          return `${run.pipeline} ${run.runName}: ${done} of ${run.stages.length} stages, ${duration(Date.now() - run.startedAt)}`;
        }),
    }),
    entry('galley.approvals', 49, 'Galley: approvals', 'galley.reviewDeployment', {
      text: (count) => `$(checklist) ${count} to approve`,
      lines: ({ waitingForMe }) =>
        waitingForMe.map(
          ({ request: { binding, requestedBy } }) =>
            `${binding.model} v${binding.version} to ${binding.deployment}, requested by ${requestedBy.name}`,
        ),
    }),
    entry(
      'galley.drift',
      48,
      'Galley: alerts',
      'galley.openAlert',
      {
        text: (count) => `$(warning) ${count} drift`,
        lines: ({ alerts }) => alerts.map(({ monitor, alert }) => `${monitor.name}: ${alert.summary}`),
      },
      true,
    ),
  ];
  const show = (): void => {
    for (const { item, text, lines } of entries) {
      const things = lines(attention);
      if (things.length === 0) {
        item.hide();
        continue;
      }
      item.text = text(things.length);
      item.tooltip = hover(things);
      item.accessibilityInformation = { label: `${item.name ?? ''}: ${things.join('; ')}` };
      item.show();
    }
  };
  return vscode.Disposable.from(attention.onDidChange(show), ...entries.map(({ item }) => item));
}
