/**
 * Runs test/editor inside a real VS Code: on the desktop through @vscode/test-electron, otherwise in the browser host.
 * The same compiled suites run under both.
 */
import { build } from 'esbuild';
import { createWriteStream, existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { testBundle } from './build.mjs';
import {
  findChromium,
  launchChromium,
  prepareEditorHost,
  startEditorHost,
  temporaryFolder,
} from './editor-host.mjs';
import { projectRoot, run } from './steps.mjs';
import { testFiles } from './suite.mjs';

const limitSeconds = 420;

/** A fresh copy of the suites' workspace, in git. */
async function makeWorkspace() {
  const folder = await temporaryFolder('workspace');
  await cp(path.join(projectRoot, 'test/fixtures/editor-workspace'), folder, { recursive: true });
  await run('git', ['init', '--quiet', '--initial-branch=main', folder]);
  await run('git', ['config', 'user.name', 'Ana Example'], { cwd: folder });
  await run('git', ['config', 'user.email', 'ana@example.com'], { cwd: folder });
  await run('git', ['add', '--all'], { cwd: folder });
  await run('git', ['commit', '--quiet', '--message', 'Start'], { cwd: folder });
  return folder;
}

async function compile() {
  const outdir = path.join(projectRoot, 'out/editor');
  await rm(outdir, { recursive: true, force: true });
  const files = await testFiles(['test/editor']);
  await build({
    ...testBundle,
    outbase: 'test/editor',
    entryPoints: [...files, 'test/editor/index.ts'],
    outdir,
  });
  return path.join(outdir, 'index.js');
}

async function inBrowser(entry, workspace, env, keep) {
  const data = await temporaryFolder('editor');
  const host = await startEditorHost({ vscode: await prepareEditorHost(), data, env, tests: true });
  const browser = await launchChromium(await findChromium());
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    // The extension host's messages reach the window's console; the server itself has no native log module here.
    const log = createWriteStream(path.join(keep, 'extension-host.log'));
    page.on('console', (message) => log.write(`${message.type()} ${message.text()}\n`));
    await page.goto(
      host.url(workspace, { extensionDevelopmentPath: projectRoot, extensionTestsPath: entry }),
    );
    const deadline = Date.now() + limitSeconds * 1000;
    while (!existsSync(env.GALLEY_EDITOR_REPORT) && Date.now() < deadline) await page.waitForTimeout(250);
    const failed =
      !existsSync(env.GALLEY_EDITOR_REPORT) ||
      JSON.parse(await readFile(env.GALLEY_EDITOR_REPORT, 'utf8')).some((test) => test.state === 'failed');
    if (failed) {
      await page.screenshot({ path: path.join(keep, 'window.png') });
    }
    return failed ? 1 : 0;
  } finally {
    await browser.close();
    await host.stop();
    await rm(data, { recursive: true, force: true });
  }
}

async function onDesktop(entry, workspace, env) {
  const { runTests } = await import('@vscode/test-electron');
  try {
    await runTests({
      extensionDevelopmentPath: projectRoot,
      extensionTestsPath: entry,
      extensionTestsEnv: env,
      launchArgs: [workspace, '--disable-workspace-trust', '--skip-welcome', '--disable-extensions'],
    });
    return 0;
  } catch {
    return 1;
  }
}

/**
 * @param report file for the JSON outcome
 * @param keep folder for a screenshot and the extension host's log when something fails
 */
export async function runEditorTests({ report, keep, desktop = false }) {
  await mkdir(keep, { recursive: true });
  const entry = await compile();
  const workspace = await makeWorkspace();
  const env = {
    GALLEY_EDITOR_REPORT: report,
    GALLEY_EDITOR_REPORTER: path.join(projectRoot, 'scripts/reporter.cjs'),
  };
  try {
    return await (desktop ? onDesktop(entry, workspace, env) : inBrowser(entry, workspace, env, keep));
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
}
