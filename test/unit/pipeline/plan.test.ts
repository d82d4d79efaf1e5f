import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { GalleyError } from '../../../engine/errors';
import { stageGraph } from '../../../engine/pipeline/graph';
import { findSpecFiles, loadPipeline, parsePipeline } from '../../../engine/pipeline/load';
import { planRun } from '../../../engine/pipeline/plan';
import type { PlanRequest } from '../../../engine/pipeline/types';

const request = (more: Partial<PlanRequest> = {}): PlanRequest => ({
  run: { id: 'r1', name: 'brave-otter-1' },
  env: { TOKEN: 'a b' },
  ...more,
});

const specOf = (text: string) => parsePipeline(`version: 1\nname: t\n${text}`, 'galley.yaml', '/').spec;

const abc = `
params: {n: {type: integer, default: 2, minimum: 1, maximum: 9}, s: hello, need: {type: string, default: z}}
datasets: {made: build/made, raw: data/raw.csv}
stages:
  c: {run: 'c \${{ datasets.made.path }} \${{ params.n }} \${{ env.TOKEN }} \${{ run.name }}', inputs: [src/c.py], env: {S: '\${{ params.s }}'}}
  b: {run: [b, '\${{ outputs.made }}'], inputs: [build/a/part.csv, datasets.raw], outputs: {made: build/made}}
  a: {run: a, outputs: {a: build/a}}
  d: {run: 'd \${{ stages.b.outputs.made }}', inputs: ['build/*', '\${{ params.need }}.csv']}
`;

describe('planning a run', function () {
  this.timeout(0);

  it('orders stages by references, paths inside outputs, datasets that stages make, and globs', () => {
    assert.deepEqual(stageGraph(specOf(abc)), {
      order: ['a', 'b', 'c', 'd'],
      dependsOn: { c: ['b'], b: ['a'], a: [], d: ['b', 'a'] },
    });
  });

  it('resolves commands, inputs and env, and the params that each stage uses', () => {
    const plan = planRun(specOf(abc), request({ params: { n: '5' } }));
    assert.deepEqual(plan.params, { n: 5, s: 'hello', need: 'z' });
    const byName = Object.fromEntries(plan.stages.map((stage) => [stage.name, stage]));
    assert.deepEqual(byName['c']?.command, { shell: "c build/made 5 'a b' brave-otter-1" });
    assert.deepEqual(byName['c'].inputs, ['src/c.py', 'build/made']);
    assert.deepEqual(byName['c'].params, { n: 5, s: 'hello' });
    assert.deepEqual(byName['c'].env, { S: 'hello' });
    assert.deepEqual(byName['b']?.command, { argv: ['b', 'build/made'] });
    assert.deepEqual(byName['b'].inputs, ['build/a/part.csv', 'data/raw.csv']);
    assert.deepEqual(byName['d']?.inputs, ['build/*', 'z.csv', 'build/made']);
  });

  it('runs only the stages asked for, without waiting for others', () => {
    const plan = planRun(specOf(abc), request({ stages: ['c', 'a'] }));
    assert.deepEqual(
      plan.stages.map(({ name, dependsOn }) => [name, dependsOn]),
      [
        ['a', []],
        ['c', []],
      ],
    );
    assert.throws(() => planRun(specOf(abc), request({ stages: ['cc'] })), /no stage cc/);
  });

  it('refuses params that are unknown, of a wrong type, outside limits or missing', () => {
    for (const [params, message] of [
      [{ nn: '1' }, /no param nn.*Did you mean `n`/],
      [{ n: 'x' }, /takes a whole number, not "x"/],
      [{ n: '1.5' }, /takes a whole number, not 1.5/],
      [{ n: '' }, /takes a whole number/],
      [{ n: '10' }, /takes 9 or less/],
    ] as const)
      assert.throws(() => planRun(specOf(abc), request({ params })), { name: 'GalleyError', message });
    const open = specOf("params: {p: {type: string}}\nstages: {a: {run: 'x ${{ params.p }}'}}");
    assert.throws(() => planRun(open, request()), /no default and was given no value/);
    assert.throws(() => planRun(specOf(abc), request({ env: {} })), /Nothing here is called `env.TOKEN`/);
  });

  it('puts every stage after what it needs, whatever the graph', () => {
    const graphs = fc.uniqueArray(fc.tuple(fc.nat(14), fc.nat(14)), { selector: ([a, b]) => `${a} ${b}` });
    fc.assert(
      fc.property(
        graphs,
        fc.shuffledSubarray([...Array(15).keys()], { minLength: 15 }),
        (pairs, shuffled) => {
          const needs = pairs.filter(([a, b]) => a > b);
          const stages = shuffled.map((n) => {
            const inputs = needs.filter(([a]) => a === n).map(([, b]) => `out/s${b}/file`);
            return `  s${n}: {run: x, inputs: [${inputs.join(', ')}], outputs: {o: out/s${n}}}`;
          });
          const { order } = stageGraph(specOf(`stages:\n${stages.join('\n')}`));
          assert.equal(new Set(order).size, 15);
          for (const [a, b] of needs) assert.ok(order.indexOf(`s${b}`) < order.indexOf(`s${a}`));
        },
      ),
    );
  });
});

describe('loading a pipeline', () => {
  it('finds spec files, and says where the first error of a broken one is', async () => {
    const root = await mkdtemp(path.join(os.tmpdir(), 'galley-load-'));
    try {
      await mkdir(path.join(root, 'sub/node_modules'), { recursive: true });
      await writeFile(path.join(root, 'galley.yaml'), 'version: 1\nname: top\nstages: {a: {run: x}}\n');
      await writeFile(
        path.join(root, 'sub/other.galley.yaml'),
        'version: 1\nname: sub\nstages:\n  a: {rum: x}\n',
      );
      await writeFile(path.join(root, 'sub/node_modules/galley.yaml'), 'x');
      await writeFile(path.join(root, 'notgalley.yaml'), 'x');
      assert.deepEqual(await findSpecFiles(root), ['galley.yaml', 'sub/other.galley.yaml']);
      const loaded = await loadPipeline(root, 'galley.yaml');
      assert.deepEqual([loaded.file, loaded.folder, loaded.spec.name], ['galley.yaml', root, 'top']);
      const thrown = async (file: string) => {
        try {
          await loadPipeline(root, file);
        } catch (error) {
          if (error instanceof GalleyError) return error.data;
          throw error;
        }
        return assert.fail('nothing was thrown');
      };
      const broken = await thrown('sub/other.galley.yaml');
      assert.equal(broken.code, 'invalid');
      assert.deepEqual([broken.subject, broken.line, broken.character], ['sub/other.galley.yaml', 3, 6]);
      assert.equal((await thrown('nothing.galley.yaml')).code, 'not-found');
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });

  it('takes the example', async () => {
    const text = await readFile(path.resolve('examples/card-fraud/galley.yaml'), 'utf8');
    const { spec } = parsePipeline(text, 'galley.yaml', path.resolve('examples/card-fraud'));
    const plan = planRun(spec, request({ params: { trees: '50' } }));
    assert.deepEqual(
      plan.stages.map(({ name }) => name),
      ['generate', 'prepare', 'train', 'evaluate'],
    );
    assert.deepEqual(plan.stages[3]?.dependsOn, ['prepare', 'train']);
  });
});
