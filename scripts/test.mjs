/**
 * `npm test [-- SUITE...]`: builds, then runs every suite, two at a time, and closes with `N passed, N failed`.
 * It installs what it needs and depends on nothing that an earlier run left.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { buildAll } from './build.mjs';
import { findChromium, prepareEditorHost, temporaryFolder } from './editor-host.mjs';
import { runEditorTests } from './editor-tests.mjs';
import { projectRoot, say, step } from './steps.mjs';
import { runSuite, testFiles } from './suite.mjs';

const results = path.join(projectRoot, 'test-results');
const desktop = process.argv.includes('--desktop');
const chosen = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));

/** A check counts as one test: `lint` has no finer grain. */
async function check(script, log) {
  const child = spawn('npm', ['run', '--silent', script], {
    cwd: projectRoot,
    stdio: ['ignore', log, log],
    shell: process.platform === 'win32',
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  return [
    { title: script, state: code === 0 ? 'passed' : 'failed', error: code === 0 ? undefined : 'see the log' },
  ];
}

async function mochaSuite(name, places, log, env) {
  const report = path.join(results, `${name.replace('/', '-')}.json`);
  const code = await runSuite(await testFiles(places), {
    report,
    log,
    env,
    mochaArgs: ['--timeout', '60000'],
  });
  return readReport(name, report, code);
}

async function readReport(name, report, code) {
  const tests = existsSync(report) ? JSON.parse(await readFile(report, 'utf8')) : [];
  const sound = tests.length > 0 && (code === 0 || tests.some((test) => test.state === 'failed'));
  return sound
    ? tests
    : [...tests, { title: `${name} ran to its end`, state: 'failed', error: `exit ${code}` }];
}

async function editorSuite(log) {
  const report = path.join(results, 'editor.json');
  const code = await runEditorTests({ report, keep: path.join(results, 'editor'), desktop });
  await log.write(
    (await readReport('editor', report, code)).map((test) => `${test.state} ${test.title}`).join('\n'),
  );
  return readReport('editor', report, code);
}

/** Longest first, so that the two lanes end together. The slow suites go file by file for the same reason. */
async function suites(env) {
  const mocha = (name, ...places) => ({ name, run: (log) => mochaSuite(name, places, log.fd, env) });
  const byFile = async (folder) =>
    (await testFiles([`test/${folder}`])).map((file) =>
      mocha(`${folder}/${path.basename(file, '.test.ts')}`, file),
    );
  return [
    ...(await byFile('end-to-end')),
    ...(await byFile('live')),
    { name: 'editor', run: editorSuite },
    mocha('unit', 'test/unit'),
    mocha('browser', 'test/browser'),
    mocha('language-server', 'test/language-server'),
    ...['lint:types', 'lint:code', 'lint:imports', 'lint:format', 'lint:docs'].map((name) => ({
      name,
      run: (log) => check(name, log.fd),
    })),
  ];
}

/** Whether a name on the command line means the suite: the suite itself, or the folder that it is in. */
function means(wanted, { name }) {
  return name === wanted || name.startsWith(`${wanted}/`) || name.startsWith(`${wanted}:`);
}

async function runOne(suite) {
  const start = Date.now();
  const file = path.join(results, `${suite.name.replace(/[:/]/g, '-')}.log`);
  const log = await open(file, 'w');
  let tests;
  try {
    tests = await suite.run(log);
  } catch (error) {
    tests = [{ title: `${suite.name} could be run`, state: 'failed', error: error.stack }];
  } finally {
    await log.close();
  }
  const count = (state) => tests.filter((test) => test.state === state).length;
  const mark = count('failed') === 0 ? '✓' : '✗';
  const seconds = ((Date.now() - start) / 1000).toFixed(0);
  const skipped = count('skipped') > 0 ? `, ${count('skipped')} skipped` : '';
  say(`${mark} ${suite.name}: ${count('passed')} passed, ${count('failed')} failed${skipped} (${seconds} s)`);
  for (const test of tests.filter(({ state }) => state === 'failed'))
    say(`    ✗ ${test.title}\n      ${String(test.error).split('\n').slice(0, 12).join('\n      ')}`);
  if (count('failed') > 0) {
    const tail = (await readFile(file, 'utf8')).trimEnd().split('\n').slice(-40);
    say(`    last lines of ${path.relative(projectRoot, file)}:\n      ${tail.join('\n      ')}`);
  }
  return tests;
}

async function inLanes(list, lanes) {
  const tests = [];
  const queue = [...list];
  const lane = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      tests.push(...(await runOne(next)));
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return tests;
}

await rm(results, { recursive: true, force: true });
await mkdir(results, { recursive: true });
const venvs = await temporaryFolder('venvs');
let tests = [];
try {
  await step('Build', () => buildAll());
  const chromium = await step('Find a Chromium', findChromium);
  if (!desktop) await step('Prepare a real VS Code', prepareEditorHost);
  const env = { GALLEY_CHROMIUM: chromium, GALLEY_TEST_VENVS: venvs, GALLEY_TEST_RESULTS: results };
  process.env.GALLEY_CHROMIUM = chromium;
  const all = (await suites(env)).filter(({ name }) => (desktop ? name === 'editor' : true));
  const unknown = chosen.filter((name) => !all.some((suite) => means(name, suite)));
  if (unknown.length > 0)
    throw new Error(`no suite ${unknown.join(', ')}; there are ${all.map(({ name }) => name).join(', ')}`);
  tests = await inLanes(
    all.filter((suite) => chosen.length === 0 || chosen.some((name) => means(name, suite))),
    Math.min(2, os.availableParallelism()),
  );
} catch (error) {
  tests.push({ title: 'set-up', state: 'failed' });
  say(`✗ ${error.stack}`);
} finally {
  await rm(venvs, { recursive: true, force: true });
}

const total = (state) => tests.filter((test) => test.state === state).length;
const skipped = total('skipped') > 0 ? `, ${total('skipped')} skipped` : '';
say(`${total('passed')} passed, ${total('failed')} failed${skipped}`);
process.exit(total('failed') === 0 && total('passed') > 0 ? 0 : 1);
