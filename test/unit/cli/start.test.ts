import assert from 'node:assert/strict';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { version } from '../../../package.json';
import { buildGalley, writeFiles, type BuiltGalley } from '../training/galley';

/** Before anything else in the process: warnings as Node gives them, and at the end what was loaded. */
const preload = `
const { writeFileSync } = require('node:fs');
process.emitWarning('SQLite is an experimental feature and might change at any time', 'ExperimentalWarning');
process.emitWarning('Something else is', 'ExperimentalWarning');
process.emitWarning('SQLite is old', 'DeprecationWarning');
process.on('exit', () => {
  const loaded = [...process.moduleLoadList, ...Object.keys(require.cache)];
  writeFileSync(process.env.LOADED, JSON.stringify(loaded.filter((name) => /sqlite|duckdb/i.test(name))));
});
`;

/** The suites are run with Node's warnings off. */
const warnings = { NODE_NO_WARNINGS: '0' };

describe('the start of galley', function () {
  this.timeout(60_000);
  let built: BuiltGalley;
  let root: string;
  before(async () => {
    built = await buildGalley();
    root = await realpath(await mkdtemp(path.join(os.tmpdir(), 'galley-start-')));
    const spec = 'version: 1\nname: p\nstages:\n  a: {run: node a.mjs, outputs: {o: build/o}}\n';
    await writeFiles(root, { 'galley.yaml': spec, 'a.csv': 'x\n1\n2\n', 'preload.cjs': preload });
  });
  after(async () => {
    await built.dispose();
    await rm(root, { recursive: true, force: true });
  });

  async function loadedBy(...args: string[]) {
    const report = path.join(root, 'loaded.json');
    await writeFile(report, '');
    const options = `--require ${path.join(root, 'preload.cjs').replaceAll('\\', '/')}`;
    const result = await built.galley(args, { ...warnings, NODE_OPTIONS: options, LOADED: report });
    return { ...result, loaded: JSON.parse(await readFile(report, 'utf8')) as string[] };
  }

  it('loads neither SQLite nor DuckDB for what needs no store and no data', async () => {
    const here = ['--cwd', root];
    for (const args of [
      ['--version'],
      ['--help'],
      [...here, 'validate'],
      [...here, 'graph'],
      ['run', '--help'],
    ]) {
      const { loaded, code, stderr } = await loadedBy(...args);
      assert.deepEqual([code, loaded], [0, []], `${args.join(' ')}\n${stderr}`);
    }
    const data = await loadedBy(...here, 'drift', '--reference', 'a.csv', '--current', 'a.csv');
    assert.ok(
      data.loaded.some((name) => /duckdb/.test(name)),
      'the test sees what is loaded',
    );
    const store = await loadedBy(...here, 'runs', 'list');
    assert.ok(store.loaded.some((name) => /sqlite/.test(name)));
    assert.ok(!store.loaded.some((name) => /duckdb/.test(name)));
    assert.equal((await loadedBy('--version')).stdout, `${version}\n`);
  });

  it('says nothing of node:sqlite being experimental, and shows every other warning', async () => {
    const { stdout, stderr } = await loadedBy('--cwd', root, 'runs', 'list');
    assert.equal(stdout, 'No runs yet.\n');
    assert.doesNotMatch(stderr, /SQLite is an experimental/);
    assert.match(stderr, /ExperimentalWarning: Something else is/);
    assert.match(stderr, /DeprecationWarning: SQLite is old/);
    const quiet = await built.galley(['--cwd', root, 'runs', 'list'], warnings);
    assert.deepEqual([quiet.stdout, quiet.stderr], ['No runs yet.\n', '']);
  });
});
