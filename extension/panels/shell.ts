import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { errorData, type ErrorAction } from '../../engine/errors';
import type { ChangeTopic } from '../../engine/protocol';
import type { PageRequest } from '../../webviews/ui/contract';
import type { Engine } from '../engine-client';

/** A folder of `webviews/`: its page is `dist/webviews/<name>.js`. */
export type PageName = 'experiments' | 'deployment-review' | 'monitor';

/** What a kind of panel does; one file per panel makes one of these. */
export interface Page<State extends { root: string }, From> {
  name: PageName;
  icon: string;
  title(state: State): string;
  /** Changes after which the page is sent its data again. */
  topics: readonly ChangeTopic[];
  /** A state that came from disk after a reload, checked; undefined when it cannot be one. */
  restore(state: unknown): State | undefined;
  /** Two states with the same key are shown in the same panel. */
  key(state: State): string;
  /** Sends everything that the page shows; called when it is ready and when a topic has changed. */
  send(session: Session<State>): Promise<void>;
  receive(message: Exclude<From, PageRequest>, session: Session<State>): Promise<void>;
}

/** One open panel. */
export interface Session<State> {
  state: State;
  post(message: unknown): Promise<void>;
  /** Shows a failure in the page, which offers the error's own action. */
  fail(thrown: unknown): Promise<void>;
  setTitle(title: string): void;
  close(): void;
}

export interface PagePanels<State> extends vscode.Disposable {
  /** Shows the panel of this state, and makes it when there is none. */
  show(state: State): Promise<void>;
}

interface Parts {
  extensionUri: vscode.Uri;
  engine: Engine;
  log: vscode.LogOutputChannel;
}

const refreshDelay = 500;

function viewType(page: PageName): string {
  return `galley.${page}`;
}

function html(webview: vscode.Webview, folder: vscode.Uri, page: PageName): string {
  const nonce = randomBytes(16).toString('base64');
  const at = (...parts: string[]): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(folder, ...parts)).toString();
  const policy = [
    "default-src 'none'",
    `img-src ${webview.cspSource} data: blob:`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource} 'nonce-${nonce}'`,
    `font-src ${webview.cspSource}`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta property="csp-nonce" nonce="${nonce}">
<link rel="stylesheet" href="${at('codicons', 'codicon.css')}" id="vscode-codicon-stylesheet" nonce="${nonce}">
</head>
<body>
<script type="module" nonce="${nonce}" src="${at(`${page}.js`)}"></script>
</body>
</html>`;
}

/**
 * Panels of one page: opening, restoring after a reload, live refresh. Failures while sending go to the page as a
 * `failure` message, which every page's contract has.
 */
export function createPagePanels<State extends { root: string }, From>(
  { extensionUri, engine, log }: Parts,
  page: Page<State, From>,
): PagePanels<State> {
  const folder = vscode.Uri.joinPath(extensionUri, 'dist', 'webviews');
  const options: vscode.WebviewOptions = { enableScripts: true, localResourceRoots: [folder] };
  const open = new Map<vscode.WebviewPanel, Session<State>>();
  const refreshes = new Map<vscode.WebviewPanel, NodeJS.Timeout>();

  /** The action that the failure shown in a page offers. */
  const offered = new WeakMap<Session<State>, ErrorAction>();

  async function send(session: Session<State>): Promise<void> {
    await page.send(session).catch((thrown: unknown) => session.fail(thrown));
  }

  async function receive(
    message: (From & { kind: string }) | PageRequest,
    session: Session<State>,
  ): Promise<void> {
    if (message.kind === 'ready') return send(session);
    if (message.kind === 'showOutput') return log.show();
    if (message.kind === 'errorAction') {
      const action = offered.get(session);
      if (action === undefined) return;
      await vscode.commands.executeCommand(action.command, ...(action.arguments ?? []));
      return send(session);
    }
    return page.receive(message as Exclude<From, PageRequest>, session);
  }

  function refreshSoon(panel: vscode.WebviewPanel, session: Session<State>): void {
    // A hidden page is thrown away, and asks again when it is back.
    if (!panel.visible || refreshes.has(panel)) return;
    refreshes.set(
      panel,
      setTimeout(() => {
        refreshes.delete(panel);
        void send(session);
      }, refreshDelay),
    );
  }

  function adopt(panel: vscode.WebviewPanel, state: State): void {
    const session: Session<State> = {
      state,
      post: async (message) => void (await panel.webview.postMessage(message)),
      fail: async (thrown) => {
        const error = errorData(thrown);
        if (error.code === 'cancelled') return;
        log.warn([`${page.name}: ${error.message}`, error.detail].filter(Boolean).join('\n'));
        if (error.action === undefined) offered.delete(session);
        else offered.set(session, error.action);
        await session.post({ kind: 'failure', error });
      },
      setTitle: (title) => (panel.title = title),
      close: () => panel.dispose(),
    };
    open.set(panel, session);
    panel.title = page.title(state);
    panel.iconPath = {
      light: vscode.Uri.joinPath(extensionUri, 'media', 'panels', `${page.icon}-light.svg`),
      dark: vscode.Uri.joinPath(extensionUri, 'media', 'panels', `${page.icon}-dark.svg`),
    };
    panel.webview.options = options;
    panel.webview.onDidReceiveMessage((message: (From & { kind: string }) | PageRequest) => {
      receive(message, session).catch((thrown: unknown) => session.fail(thrown));
    });
    panel.onDidDispose(() => {
      open.delete(panel);
      clearTimeout(refreshes.get(panel));
      refreshes.delete(panel);
    });
    panel.webview.html = html(panel.webview, folder, page.name);
  }

  const subscriptions = [
    engine.onDidChange(({ root, topics }) => {
      if (!topics.some((topic) => page.topics.includes(topic))) return;
      for (const [panel, session] of open) if (session.state.root === root) refreshSoon(panel, session);
    }),
    engine.onDidRestart(() => open.forEach((session, panel) => refreshSoon(panel, session))),
    vscode.window.registerWebviewPanelSerializer(viewType(page.name), {
      deserializeWebviewPanel: (panel, saved: unknown) => {
        const state = page.restore(saved);
        if (state === undefined) panel.dispose();
        else adopt(panel, state);
        return Promise.resolve();
      },
    }),
  ];
  return {
    async show(state) {
      const existing = [...open].find(([, session]) => page.key(session.state) === page.key(state));
      if (existing === undefined) {
        const panel = vscode.window.createWebviewPanel(
          viewType(page.name),
          page.title(state),
          vscode.ViewColumn.Active,
          { ...options, enableFindWidget: true },
        );
        adopt(panel, state);
        return;
      }
      const [panel, session] = existing;
      session.state = state;
      panel.title = page.title(state);
      panel.reveal();
      await send(session);
    },
    dispose() {
      subscriptions.forEach((subscription) => void subscription.dispose());
      for (const panel of open.keys()) panel.dispose();
    },
  };
}

/** Reads fields of a state that came from disk. */
export function savedFields(state: unknown): Record<string, unknown> {
  return typeof state === 'object' && state !== null ? (state as Record<string, unknown>) : {};
}

export function savedText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function savedTexts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];
}
