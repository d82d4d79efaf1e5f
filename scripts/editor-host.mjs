/**
 * A real VS Code for tests and for `npm start` where no desktop VS Code is: Microsoft's server from the npm package
 * `code-server`, without its wrapper, and a Chromium to show the window. See docs/architecture.md, "The editor host".
 */
import { spawn } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { devFolder, npm, projectRoot, run } from './steps.mjs';

const version = '4.139.1';

/**
 * Installs the VS Code server once.
 * @returns the folder that holds `out/server-main.js`
 */
export async function prepareEditorHost() {
  const folder = path.join(devFolder, `editor-host-${version}`);
  const vscode = path.join(folder, 'node_modules/code-server/lib/vscode');
  const done = path.join(folder, 'complete');
  if (existsSync(done)) return vscode;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({ name: 'editor-host', private: true }));
  const quiet = ['--ignore-scripts', '--no-fund', '--no-audit', '--loglevel', 'error'];
  await npm(['install', `code-server@${version}`, ...quiet], { cwd: folder });
  await npm(['install', '--omit=dev', ...quiet], { cwd: vscode });
  await writeFile(done, '');
  return vscode;
}

/** A free loopback port. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Settings of a quiet window: no start page, no chat, no telemetry. */
export const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.colorTheme': 'Dark Modern',
  'window.autoDetectColorScheme': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.tips.enabled': false,
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  'git.autofetch': false,
  'editor.minimap.enabled': false,
};

/** Makes the server load this project as an installed extension; as a development path it would show no messages. */
async function linkExtension(extensions) {
  const {
    publisher,
    name,
    version: own,
  } = JSON.parse(await readFile(path.join(projectRoot, 'package.json'), 'utf8'));
  const link = path.join(extensions, `${publisher}.${name}-${own}`);
  if (existsSync(link)) return;
  await mkdir(extensions, { recursive: true });
  await symlink(projectRoot, link, 'junction');
}

async function answers(url) {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2000) })).status < 500;
  } catch {
    return false;
  }
}

/**
 * Starts a VS Code server on loopback and waits until it answers.
 * @param {{vscode: string, data: string, settings?: Record<string, unknown>, env?: Record<string, string>, port?: number, detached?: boolean, tests?: boolean, installed?: boolean}} options
 *   `vscode` from prepareEditorHost; `data`: folder for user data, extensions and logs, which is kept; `settings`: over
 *   {@link quietSettings}; `env`: more environment, e.g. a git identity; `detached`: outlives this process; `tests`: takes `extensionTestsPath` in a window's
 *   payload, and shows no notifications; `installed`: an extension was installed, so this project is not linked
 * @returns {Promise<{port: number, pid: number | undefined, logs: string, url: (folder: string, payload?: Record<string, string>) => string, stop: () => Promise<void>}>}
 */
export async function startEditorHost({
  vscode,
  data,
  settings = {},
  env = {},
  port,
  detached = false,
  tests = false,
  installed = false,
}) {
  if (!tests && !installed) await linkExtension(path.join(data, 'extensions'));
  const user = path.join(data, 'user');
  await mkdir(path.join(user, 'User'), { recursive: true });
  await writeFile(
    path.join(user, 'User/settings.json'),
    JSON.stringify({ ...quietSettings, ...settings }, undefined, 2),
  );
  const chosen = port ?? (await freePort());
  const logFile = path.join(data, 'server.log');
  const log = openSync(logFile, 'a');
  const args = [
    path.join(vscode, 'out/server-main.js'),
    ...['--host', '127.0.0.1', '--port', String(chosen), '--without-connection-token'],
    ...['--accept-server-license-terms', '--disable-telemetry', '--disable-workspace-trust'],
    ...(tests ? ['--enable-smoke-test-driver'] : []),
    ...['--user-data-dir', user, '--server-data-dir', path.join(data, 'server')],
    ...['--extensions-dir', path.join(data, 'extensions')],
  ];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', log, log],
    env: { ...process.env, ...env },
    detached,
  });
  if (detached) child.unref();
  const ended = new Promise((resolve) => child.on('close', resolve));
  const origin = `http://127.0.0.1:${chosen}`;
  const deadline = Date.now() + 60_000;
  while (!(await answers(`${origin}/version`))) {
    if (child.exitCode !== null || Date.now() > deadline)
      throw new Error(`The VS Code server did not start:\n${(await readFile(logFile, 'utf8')).slice(-2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    port: chosen,
    pid: child.pid,
    logs: path.join(user, 'logs'),
    url: (folder, payload) => windowUrl(chosen, folder, payload),
    stop: async () => {
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), 5000);
      await ended;
      clearTimeout(killer);
    },
  };
}

/**
 * Address of a window on a folder.
 * @param payload e.g. `extensionDevelopmentPath` and `extensionTestsPath`, as absolute paths
 */
export function windowUrl(port, folder, payload = {}) {
  const remote = (file) => `vscode-remote://127.0.0.1:${port}${file.split(path.sep).join('/')}`;
  const pairs = Object.entries(payload).map(([key, file]) => [key, remote(file)]);
  const query = new URLSearchParams({ folder: folder.split(path.sep).join('/') });
  if (pairs.length > 0) query.set('payload', JSON.stringify(pairs));
  return `http://127.0.0.1:${port}/?${query}`;
}

/** Installs a VSIX into the extensions folder of a host's data folder. */
export async function installVsix(vscode, data, vsix) {
  await run(process.execPath, [
    path.join(vscode, 'out/server-main.js'),
    '--accept-server-license-terms',
    ...['--user-data-dir', path.join(data, 'user'), '--server-data-dir', path.join(data, 'server')],
    ...['--extensions-dir', path.join(data, 'extensions'), '--install-extension', vsix],
  ]);
}

const browserNames = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
];

async function onPath(name) {
  try {
    return (await run('which', [name])).trim();
  } catch {
    return undefined;
  }
}

/** A Chromium that is there, else Debian's package when root, else Playwright's own download. */
export async function findChromium() {
  if (process.env.GALLEY_CHROMIUM) return process.env.GALLEY_CHROMIUM;
  for (const name of browserNames) {
    const found = await onPath(name);
    if (found) return found;
  }
  if (process.platform === 'linux' && process.getuid?.() === 0 && (await onPath('apt-get'))) {
    await run('apt-get', ['update', '-qq']);
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], {
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    });
    const found = await onPath('chromium');
    if (found) return found;
  }
  const { chromium } = await import('playwright-core');
  if (!existsSync(chromium.executablePath()))
    await run(process.execPath, [path.resolve('node_modules/playwright-core/cli.js'), 'install', 'chromium']);
  return chromium.executablePath();
}

/** Launches a headless Chromium that talks to nobody but the page. */
export async function launchChromium(executablePath, options = {}) {
  const { chromium } = await import('playwright-core');
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-quic',
      '--no-first-run',
    ],
    ...options,
  });
}

/** A new temporary folder for a host's data. */
export function temporaryFolder(name) {
  return mkdtemp(path.join(os.tmpdir(), `galley-${name}-`));
}
