/**
 * Builds and runs the mocha tests below the given paths: `node scripts/suite.mjs test/unit/pipeline [-- --grep x]`.
 * Each call has a build folder of its own, so several may run side by side.
 */
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { mkdtemp, mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { testBundle } from './build.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** Test files (relative to the root) below files and folders. */
export async function testFiles(places) {
  const found = [];
  for (const place of places) {
    const absolute = path.resolve(root, place);
    if ((await stat(absolute)).isFile()) found.push(path.relative(root, absolute));
    else
      for (const file of await readdir(absolute, { recursive: true }))
        if (file.endsWith('.test.ts')) found.push(path.relative(root, path.join(absolute, file)));
  }
  return found.sort();
}

/**
 * Runs mocha on test files; output goes to this process's.
 * @returns exit code; with `report`, mocha's JSON report is written there
 */
export async function runSuite(files, { mochaArgs = [], report, env = {}, log } = {}) {
  await mkdir(path.join(root, 'out'), { recursive: true });
  const outdir = await mkdtemp(path.join(root, 'out/suite-'));
  try {
    await build({ ...testBundle, entryPoints: files, outdir });
    const built = files.map((file) => path.join(outdir, file.replace(/^test\//, '').replace(/\.ts$/, '.js')));
    const reporter = report
      ? ['--reporter', path.join(root, 'scripts/reporter.cjs'), '--reporter-option', `output=${report}`]
      : ['--reporter', 'spec'];
    const args = [
      '--enable-source-maps',
      path.join(root, 'node_modules/mocha/bin/mocha.js'),
      ...reporter,
      '--exit',
      ...mochaArgs,
      ...built,
    ];
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: ['ignore', log ?? 'inherit', log ?? 'inherit'],
      env: { ...process.env, NODE_NO_WARNINGS: '1', ...env },
    });
    return await new Promise((resolve) => child.on('close', (code) => resolve(code ?? 1)));
  } finally {
    await rm(outdir, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const split = process.argv.indexOf('--');
  const places = process.argv.slice(2, split < 0 ? undefined : split);
  const mochaArgs = split < 0 ? [] : process.argv.slice(split + 1);
  process.exitCode = await runSuite(await testFiles(places), { mochaArgs });
}
