import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Theme } from './themes';

export type PageName = 'experiments' | 'deployment-review' | 'monitor';

const root = process.cwd();
const names: PageName[] = ['experiments', 'deployment-review', 'monitor'];
const nonce = 'cGFnZXMgdW5kZXIgdGVzdA==';

/** Builds the pages as they ship: bundled, minified. */
async function build(folder: string): Promise<void> {
  await promisify(execFile)(process.execPath, [
    path.join(root, 'node_modules/esbuild/bin/esbuild'),
    ...names.map((name) => `${name}=webviews/${name}/page.ts`),
    ...[
      '--bundle',
      '--platform=browser',
      '--target=chrome130',
      '--format=esm',
      '--minify',
      '--loader:.css=text',
    ],
    ...['--tsconfig=webviews/tsconfig.json', '--log-level=warning', `--outdir=${folder}`],
  ]);
}

/** What VS Code puts into every page before its content: theme, default style, and the way to the extension. */
function bridge(theme: Theme, state: unknown): string {
  const quoted = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');
  return `
    for (const [name, value] of Object.entries(${quoted(theme.variables)}))
      document.documentElement.style.setProperty('--vscode-' + name, value);
    document.addEventListener('DOMContentLoaded', () => { document.body.className = ${quoted(theme.bodyClass)}; });
    window.violations = [];
    document.addEventListener('securitypolicyviolation', (event) =>
      window.violations.push(event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sample));
    window.posted = [];
    window.acquireVsCodeApi = () => {
      let state = ${state === undefined ? 'undefined' : quoted(state)};
      delete window.acquireVsCodeApi;
      return {
        postMessage: (message) => { window.posted.push(JSON.parse(JSON.stringify(message))); },
        getState: () => state,
        setState: (next) => { state = window.savedState = JSON.parse(JSON.stringify(next)); },
      };
    };`;
}

const defaultStyle = `
  html { scrollbar-color: var(--vscode-scrollbarSlider-background) var(--vscode-editor-background); }
  body {
    background-color: var(--vscode-editor-background); color: var(--vscode-editor-foreground);
    font-family: var(--vscode-font-family); font-weight: var(--vscode-font-weight);
    font-size: var(--vscode-font-size); margin: 0; padding: 0 20px;
  }`;

function shell(origin: string, page: PageName, theme: Theme, state: unknown): string {
  const policy = [
    "default-src 'none'",
    `img-src ${origin} data: blob:`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${origin} 'nonce-${nonce}'`,
    `font-src ${origin}`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta property="csp-nonce" nonce="${nonce}">
<style nonce="${nonce}">@layer vscode-default { ${defaultStyle} }</style>
<script nonce="${nonce}">${bridge(theme, state)}</script>
<link rel="stylesheet" href="/codicons/codicon.css" id="vscode-codicon-stylesheet" nonce="${nonce}">
</head>
<body>
<script type="module" nonce="${nonce}" src="/${page}.js"></script>
</body>
</html>`;
}

/** A static server on the loopback that gives the pages as the extension's panels give them. */
export interface PageServer {
  url: string;
  /** What the shell of the next load of a page holds. */
  prepare(page: PageName, theme: Theme, state: unknown): string;
  close(): Promise<void>;
}

const types: Record<string, string> = { '.js': 'text/javascript', '.css': 'text/css', '.ttf': 'font/ttf' };

export async function servePages(): Promise<PageServer> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'galley-pages-'));
  await build(folder);
  const shells = new Map<string, string>();
  const codicons = path.join(root, 'node_modules/@vscode/codicons/dist');
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/favicon.ico') {
      response.writeHead(204).end();
      return;
    }
    const html = shells.get(pathname);
    if (html !== undefined) {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html);
      return;
    }
    const file = pathname.startsWith('/codicons/')
      ? path.join(codicons, path.basename(pathname))
      : path.join(folder, path.basename(pathname));
    readFile(file).then(
      (content) => {
        response.writeHead(200, { 'content-type': types[path.extname(file)] ?? 'text/plain' }).end(content);
      },
      () => {
        response.writeHead(404).end();
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let count = 0;
  return {
    url,
    prepare(page, theme, state) {
      count += 1;
      const place = `/shell/${count}`;
      shells.set(place, shell(url, page, theme, state));
      return url + place;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
