import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { analyse } from '../../../engine/pipeline/analyse';
import { readModel } from '../../../engine/pipeline/model';
import type { WorkspaceFacts } from '../../../engine/pipeline/workspace-facts';

const head = 'version: 1\nname: test\n';

function found(text: string, workspace: WorkspaceFacts = {}): string[] {
  const { diagnostics } = readModel(head + text, { file: 'f', workspace }).analysis;
  return diagnostics.map(({ code, severity, suggestion }) =>
    [code, severity, suggestion].filter((part) => part !== undefined).join(' '),
  );
}

describe('checks beside the text', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'galley-files-'));
    await mkdir(path.join(folder, 'src'));
    await writeFile(path.join(folder, 'src/a.py'), '');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('tells of inputs without a file that no stage makes, and only of them', () => {
    const missing = (inputs: string) => {
      const text = `${head}datasets: {raw: nowhere}\nstages:\n  a: {run: x, outputs: {o: build, p: out/p}}\n  b: {run: x, inputs: [datasets.raw, ${inputs}]}\n`;
      const { diagnostics } = analyse(text, { file: 'f', folder });
      return diagnostics.map(({ code, severity }) => `${code} ${severity}`);
    };
    assert.deepEqual(missing('src/b.py'), ['missing-file warning']);
    assert.deepEqual(missing('"lib/*.py"'), ['missing-file warning']);
    const known = ['src/a.py', './src', '"src/*.none"', 'build', 'build/deep/x', 'out', '"out/*"'];
    const elsewhere = ['s3://b/x', '/data/x', '"${{ env.X }}/y"', '"$X/y"', '"~/x"', '"C:\\\\x"'];
    for (const input of [...known, ...elsewhere]) assert.deepEqual(missing(input), [], input);
    assert.deepEqual(found('stages:\n  b: {run: x, inputs: [none]}\n'), []);
    assert.deepEqual(found('stages:\n  b: {run: x, inputs: [none]}\n', { exists: () => undefined }), []);
  });

  it('tells of metrics only with reason', () => {
    const test = (metric: string) =>
      `stages:\n  a: {run: x, metrics: [auc, log_loss]}\ntests:\n  t: {metric: ${metric}, minimum: 0}\n`;
    assert.deepEqual(found(test('log_los')), ['unknown-metric warning log_loss']);
    assert.deepEqual(found(test('recall')), []);
    assert.deepEqual(found(test('recall'), { metrics: new Set() }), []);
    assert.deepEqual(found(test('recall'), { metrics: new Set(['f1']) }), ['unknown-metric warning']);
    assert.deepEqual(found(test('recall'), { metrics: new Set(['recall']) }), []);
    assert.deepEqual(found(test('auc'), { metrics: new Set(['f1']) }), []);
  });

  it('tells of credentials in plain text, and not of what only looks like it', () => {
    const stage = (env: string, run = 'x') => `stages:\n  a:\n    run: ${run}\n    env: {${env}}\n`;
    const secret = ['secret warning'];
    assert.deepEqual(found(stage('API_TOKEN: abc')), secret);
    assert.deepEqual(found(stage('DB_PASSWORD: hunter2')), secret);
    assert.deepEqual(found(stage('X: 1', `curl -u hf_${'a'.repeat(34)} y`)), secret);
    assert.deepEqual(found(stage('X: "postgres://me:pw@host/db"')), secret);
    for (const env of [
      'API_TOKEN: "${{ env.API_TOKEN }}"',
      'API_TOKEN: ""',
      'API_TOKEN: <token>',
      'TOKENIZERS_PARALLELISM: false',
      'MAX_TOKENS: 100',
      'SECRET_NAME: prod',
      'URL: "postgres://${{ env.U }}:${{ env.P }}@host"',
    ])
      assert.deepEqual(found(stage(env)), [], env);
  });

  it('hints at registry stages that aliases replace', () => {
    const test = (alias: string) => `tests:\n  t: {metric: auc, against: ${alias}, max-drop: 0}\n`;
    assert.deepEqual(found(test('Staging')), ['deprecated hint challenger']);
    assert.deepEqual(found(test('production')), []);
  });

  it('takes a dataset as used when a command or path names it in any way', () => {
    const dataset = (stage: string) => found(`datasets: {a: data/in/a.csv}\nstages:\n  s: {${stage}}\n`);
    for (const stage of [
      'run: cat data/in/a.csv',
      'run: cat --in=./data/in/a.csv',
      'run: "cat $ROOT/data/in/a.csv"',
      'run: ls data',
      'run: x, inputs: [data/in]',
      'run: x, inputs: ["data/in/*.csv"]',
      'run: x, env: {IN: data/in/a.csv}',
    ])
      assert.deepEqual(dataset(stage), [], stage);
    assert.deepEqual(dataset('run: cat data/in/b.csv'), ['unused-dataset hint']);
    assert.deepEqual(dataset('run: cat a.csv'), ['unused-dataset hint']);
  });
});
