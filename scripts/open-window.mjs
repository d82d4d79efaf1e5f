/**
 * Second half of `npm start`, on the Node that we develop on: builds, prepares the example, opens the window.
 * `--browser` uses the browser although desktop VS Code is there; `--prepare` stops before a window is opened.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buildAll } from './build.mjs';
import { prepareEditorHost, startEditorHost, windowUrl } from './editor-host.mjs';
import { copyExample, findPython, linkVenv, makeVenv } from './example.mjs';
import { devFolder, projectRoot, run, say, step } from './steps.mjs';

/** Digest of names, sizes and times of all sources, to skip a build that would change nothing. */
async function sourceMark() {
  const hash = createHash('sha256');
  for (const folder of [
    'engine',
    'extension',
    'language-server',
    'webviews',
    'schemas',
    'scripts',
    'package.json',
  ]) {
    const absolute = path.join(projectRoot, folder);
    const files = folder.endsWith('.json') ? [''] : await readdir(absolute, { recursive: true });
    for (const file of files.sort()) {
      const { size, mtimeMs } = await stat(path.join(absolute, file));
      hash.update(`${folder}/${file}:${size}:${mtimeMs}\n`);
    }
  }
  return hash.digest('hex');
}

async function build() {
  const mark = path.join(devFolder, 'built');
  const current = await sourceMark();
  const built = existsSync(path.join(projectRoot, 'dist/extension.js'));
  if (built && existsSync(mark) && (await readFile(mark, 'utf8')) === current) return;
  await step('Build the extension', () => buildAll());
  await writeFile(mark, current);
}

async function prepareExample() {
  const folder = path.join(devFolder, 'example');
  const fresh = !existsSync(path.join(folder, 'card-fraud-reviewer'));
  const clones = fresh
    ? await step('Copy the example', () => copyExample(folder))
    : await copyExample(folder);
  const python = await findPython();
  if (python === undefined) {
    say(
      '! Python 3.10 or newer was not found: the pipeline cannot run. Editing, validation and the views work.',
    );
    return clones;
  }
  const venv = path.join(folder, 'venv');
  const requirements = path.join(projectRoot, 'examples/card-fraud/requirements.txt');
  const mark = path.join(venv, 'galley-requirements.txt');
  const work = () => makeVenv(python, venv, requirements);
  const current =
    existsSync(mark) && (await readFile(mark, 'utf8')) === (await readFile(requirements, 'utf8'));
  if (!current)
    await step("Make the example's Python environment (scikit-learn, pandas, mlflow-skinny)", work);
  await linkVenv(venv, clones.author);
  await linkVenv(venv, clones.reviewer);
  return clones;
}

async function desktopCode() {
  try {
    const name = process.platform === 'win32' ? 'code.cmd' : 'code';
    await run(name, ['--version'], { shell: process.platform === 'win32' });
    return name;
  } catch {
    return undefined;
  }
}

/** The server of an earlier `npm start` that still runs, or a new one that outlives this command. */
async function browserHost() {
  const file = path.join(devFolder, 'window.json');
  if (existsSync(file)) {
    const { port } = JSON.parse(await readFile(file, 'utf8'));
    const alive = await fetch(`http://127.0.0.1:${port}/version`, {
      signal: AbortSignal.timeout(2000),
    }).catch(() => {});
    if (alive?.ok) return port;
    await rm(file);
  }
  const prepared = existsSync(path.join(devFolder, 'window'));
  const prepare = () => prepareEditorHost();
  const vscode = prepared
    ? await prepare()
    : await step('Install VS Code for the browser (about 570 MB, once)', prepare);
  const host = await step('Start VS Code', () =>
    startEditorHost({ vscode, data: path.join(devFolder, 'window'), detached: true }),
  );
  await writeFile(file, JSON.stringify({ port: host.port, pid: host.pid }));
  return host.port;
}

function openInBrowser(url) {
  if (!process.stdout.isTTY || process.env.CI) return;
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open']
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '']
        : ['xdg-open'];
  spawn(command, [...args, url], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}

/** Ends the background VS Code of an earlier `npm start`. */
async function stopHost() {
  const file = path.join(devFolder, 'window.json');
  if (!existsSync(file)) return say('Nothing runs.');
  const { port, pid } = JSON.parse(await readFile(file, 'utf8'));
  const alive = await fetch(`http://127.0.0.1:${port}/version`, { signal: AbortSignal.timeout(2000) }).catch(
    () => {},
  );
  if (alive?.ok) process.kill(pid, 'SIGTERM');
  await rm(file);
  say('VS Code is stopped.');
}

try {
  if (process.argv.includes('--stop')) {
    await stopHost();
    process.exit(0);
  }
  await build();
  const { author, reviewer } = await prepareExample();
  const code = process.argv.includes('--browser') ? undefined : await desktopCode();
  if (process.argv.includes('--prepare')) {
    say(`Ready: ${author}`);
  } else if (code !== undefined) {
    const folder = process.argv.includes('--reviewer') ? reviewer : author;
    await run(code, [`--extensionDevelopmentPath=${projectRoot}`, folder], {
      shell: process.platform === 'win32',
    });
    say(`VS Code opens on ${folder}`);
    say('The reviewer’s window: npm start -- --reviewer');
  } else {
    const port = await browserHost();
    const url = windowUrl(port, author);
    say('');
    say(`  Your window (Ana, who trains and asks):  ${url}`);
    say(`  The reviewer’s window (Li):              ${windowUrl(port, reviewer)}`);
    say('');
    say('VS Code keeps running in the background; stop it with: npm start -- --stop');
    openInBrowser(url);
  }
  // A detached server keeps no handle of ours, but its start-up pipes may; the work is done.
  process.exit(0);
} catch (error) {
  say(`✗ ${error.message}`);
  process.exit(1);
}
