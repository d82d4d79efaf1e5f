import assert from 'node:assert/strict';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { after, before, describe, it } from 'mocha';
import { planPipeline } from '../../../engine/training/plan-pipeline';
import { writeFiles } from './galley';

describe("a stage's command as the log shows it", () => {
  let root: string;
  before(async () => {
    root = await realpath(await mkdtemp(path.join(os.tmpdir(), 'galley-plan-')));
    await writeFiles(root, {
      'galley.yaml': `version: 1
name: shown
params: {rate: 0.1}
stages:
  line:
    run: |
      node a.mjs --rate \${{ params.rate }} --out \${{ outputs.out }} --user "\${{ env.NAME }}" --token \${{ env.API_TOKEN }} "x\${{ env.API_TOKEN }}"
    outputs: {out: "build/a b"}
  list:
    run: [node, a.mjs, "\${{ env.NAME }}", "--password=\${{ env.API_TOKEN }}"]
`,
    });
  });
  after(() => rm(root, { recursive: true, force: true }));

  it('has the values that it runs with, and no secret, whatever quoting makes of its characters', async () => {
    const texts = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/[\0\r\n]/.test(text));
    await fc.assert(
      fc.asyncProperty(texts, async (secret) => {
        const environment = { NAME: 'ana', API_TOKEN: secret };
        const { plan, shown } = await planPipeline(
          root,
          { spec: 'galley.yaml' },
          { id: '1', name: 'r' },
          environment,
        );
        const list = plan.stages.find(({ name }) => name === 'list')?.command;
        assert.deepEqual(list, { argv: ['node', 'a.mjs', 'ana', `--password=${secret}`] });
        assert.equal(shown.get('list'), 'node a.mjs ana --password=***');
        const quote = process.platform === 'win32' ? '"' : "'";
        assert.equal(
          shown.get('line'),
          `node a.mjs --rate 0.1 --out ${quote}build/a b${quote} --user "ana" --token *** "x***"`,
        );
      }),
      { numRuns: 60 },
    );
  });
});
