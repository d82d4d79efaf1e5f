import assert from 'node:assert/strict';
import { lstat, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'mocha';
import type { DriftReport } from '../../engine/monitoring/types';
import { setUpExample, startEditor, type Editor } from './editor';
import { editorHost, steps } from './host';
import { execIn } from './story';
import type { Window } from './window';

describe('the packaged extension in a clean editor', function () {
  this.timeout(180_000);
  this.bail(true);
  let editor: Editor;
  let extensions: string;
  /** The installed extension's folder. */
  let extension: string;
  let project: string;
  let window: Window | undefined;

  before(async () => {
    const { npm } = await steps();
    const { temporaryFolder } = await editorHost();
    const out = await temporaryFolder('vsix');
    try {
      await npm(['run', 'package', '--', '--out', out]);
      const [vsix = '', ...others] = await readdir(out);
      assert.deepEqual(others, []);
      assert.match(vsix, new RegExp(`^galley-${process.platform}-${process.arch}-[\\d.]+\\.vsix$`));
      editor = await startEditor('package', { vsix: path.join(out, vsix) });
    } finally {
      await rm(out, { recursive: true });
    }
    extensions = path.join(editor.folder, 'editor/extensions');
    const installed = (await readdir(extensions)).filter((name) => name.startsWith('galley.'));
    assert.equal(installed.length, 1);
    extension = path.join(extensions, installed[0] ?? '');
    ({ author: project } = await setUpExample(path.join(editor.folder, 'example')));
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window?.picture('failed');
  });
  after(async () => editor?.close(project === undefined ? {} : { 'package-galley': project }));

  it('holds what the extension needs, and nothing of the house around it', async () => {
    assert.ok(!(await lstat(extension)).isSymbolicLink(), 'it is no link to the sources');
    const entries = await readdir(extension, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(extension, path.join(entry.parentPath, entry.name)))
      .map((file) => file.split(path.sep).join('/'));
    const pages = (await readdir('webviews', { withFileTypes: true }))
      .filter((entry) => entry.isDirectory() && entry.name !== 'ui')
      .map(({ name }) => `dist/webviews/${name}.js`);
    const native = `dist/node_modules/@duckdb/node-bindings-${process.platform}-${process.arch}/duckdb.node`;
    const needed = [
      ...['extension', 'language-server', 'engine', 'galley'].map((name) => `dist/${name}.js`),
      ...pages,
      ...['css', 'ttf'].map((kind) => `dist/webviews/codicons/codicon.${kind}`),
      ...(await readdir('schemas')).filter((name) => name.endsWith('.json')).map((name) => `schemas/${name}`),
      native,
      'media/galley.svg',
      'docs/diagnostics.md',
      'package.json',
      'readme.md',
      'changelog.md',
      'LICENSE.txt',
    ];
    for (const file of needed) assert.ok(files.includes(file), `${file} is in ${files.join('\n')}`);
    const tops = new Set(files.map((file) => file.split('/')[0]));
    const allowed = new Set([...needed.map((file) => file.split('/')[0]), '.vsixmanifest']);
    assert.deepEqual([...tops].filter((top) => !allowed.has(top)).sort(), [], 'nothing else is at the top');
    assert.deepEqual(
      files.filter((file) => /\.(map|ts|py|test\.\w+|parquet|csv|db|vsix)$/.test(file)),
      [],
    );
    const readme = await readFile(path.join(extension, 'readme.md'), 'utf8');
    assert.doesNotMatch(readme, /\]\((?!https:|#)/, 'no link leads beside it');
  });

  it('runs the example from the palette', async () => {
    window = await editor.open(project, 'package');
    await window.showViews();
    await window.row('Pipelines', 'card-fraud').waitFor();
    await window.command('Galley: Run Pipeline');
    await window.pick('Run with defaults');
    await window.row('Pipelines', /evaluate.*finished/s).waitFor({ timeout: 120_000 });
    await window.row('Experiments', /auc 0\.\d+/).waitFor();
  });

  it('loads DuckDB from the package', async () => {
    const rows = (shift: number): string =>
      ['amount', ...Array.from({ length: 200 }, (_, index) => (index % 20) + shift)].join('\n');
    await writeFile(path.join(project, 'before.csv'), rows(0));
    await writeFile(path.join(project, 'after.csv'), rows(15));
    const cli = path.join(extension, 'dist/galley.js');
    const drift = async (current: string): Promise<DriftReport> =>
      JSON.parse(
        await execIn(
          project,
          process.execPath,
          ...[cli, 'drift', '--reference', 'before.csv', '--current', current, '--format', 'json'],
        ),
      ) as DriftReport;
    assert.equal((await drift('before.csv')).drifted, false);
    const report = await drift('after.csv');
    assert.equal(report.drifted, true);
    assert.deepEqual(
      report.columns.map(({ column, drifted }) => ({ column, drifted })),
      [{ column: 'amount', drifted: true }],
    );
  });
});
