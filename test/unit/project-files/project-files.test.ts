import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { galleyFolder, galleyPath } from '../../../engine/project-files/galley-folder';
import { replaceFile, replaceJson } from '../../../engine/project-files/replace-file';
import { textOf } from '../../../engine/project-files/text-of';

const run = promisify(execFile);

describe('files of a project', () => {
  let root: string;
  beforeEach(async () => {
    root = await realpath(await mkdtemp(path.join(os.tmpdir(), 'galley-files-')));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('keeps everything below .galley out of git but what a team shares, whoever comes first', async () => {
    await run('git', ['init', '-q', root]);
    const folders = [
      ['runs', 'a'],
      ['serving', 'production'],
      ['monitors', 'galley.yaml', 'live'],
    ];
    const made = await Promise.all(folders.map((parts) => galleyFolder(root, ...parts)));
    assert.deepEqual(
      made,
      folders.map((parts) => path.join(root, '.galley', ...parts)),
    );
    for (const folder of made) await writeFile(path.join(folder, 'state.json'), '{}');
    await writeFile(galleyPath(root, 'backends.yaml'), 'version: 1\n');
    const { stdout } = await run('git', ['-C', root, 'status', '--porcelain', '-uall']);
    assert.deepEqual(stdout.split('\n').filter(Boolean).sort(), [
      '?? .galley/.gitignore',
      '?? .galley/backends.yaml',
    ]);
  });

  it('leaves a .gitignore that people changed as it is', async () => {
    await mkdir(galleyPath(root));
    await writeFile(galleyPath(root, '.gitignore'), '*\n!runs\n');
    await galleyFolder(root, 'runs');
    assert.equal(await textOf(galleyPath(root, '.gitignore')), '*\n!runs\n');
  });

  it('says that a file is in the way', async () => {
    await writeFile(galleyPath(root), '');
    await assert.rejects(galleyFolder(root), { code: 'conflict' });
    await assert.rejects(galleyFolder(root, 'runs'), { code: 'conflict' });
  });

  it('says that a folder may not be written', async function () {
    if (process.platform === 'win32' || process.getuid?.() === 0) this.skip();
    await chmod(root, 0o555);
    try {
      await assert.rejects(galleyFolder(root, 'runs'), { code: 'read-only' });
    } finally {
      await chmod(root, 0o755);
    }
  });

  it('gives back any text and any JSON as it was', async () => {
    const file = path.join(root, 'kept');
    assert.equal(await textOf(file), undefined);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.jsonValue(), async (text, value) => {
        await replaceFile(file, text);
        assert.equal(await textOf(file), text);
        await replaceJson(file, value);
        assert.deepEqual(JSON.parse(await readFile(file, 'utf8')), JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 50 },
    );
    assert.deepEqual(await readdir(root), ['kept']);
  });

  it('shows a reader one of the texts, whole, while several write at once', async () => {
    const file = path.join(root, 'state');
    const texts = Array.from({ length: 40 }, (_, index) => String(index).padEnd(20_000 + index, '.'));
    await replaceFile(file, texts[0] ?? '');
    let writing = true;
    const writers = Promise.all(texts.map((text) => replaceFile(file, text))).finally(
      () => (writing = false),
    );
    const allowed = new Set(texts);
    while (writing) assert.ok(allowed.has((await textOf(file)) ?? ''));
    await writers;
    assert.deepEqual(await readdir(root), ['state']);
  });

  it('leaves the old text and nothing else when it cannot replace it', async () => {
    const file = path.join(root, 'taken');
    await mkdir(path.join(file, 'inside'), { recursive: true });
    await assert.rejects(replaceFile(file, 'new'));
    await assert.rejects(replaceFile(path.join(root, 'none', 'file'), 'new'), { code: 'ENOENT' });
    assert.deepEqual(await readdir(root), ['taken']);
    assert.deepEqual(await readdir(file), ['inside']);
  });
});
