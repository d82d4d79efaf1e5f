import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { analyse } from '../../../engine/pipeline/analyse';
import { diagnosticCodes } from '../../../engine/pipeline/diagnostics';
import type { Diagnostic } from '../../../engine/pipeline/diagnostics';
import { LineIndex } from '../../../engine/pipeline/lines';
import { analyseBackends } from '../../../engine/pipeline/connected-backends';

const example = readFileSync(path.resolve('examples/card-fraud/galley.yaml'), 'utf8');

function diagnose(text: string, root?: string): Diagnostic[] {
  return analyse(text, { file: 'galley.yaml', ...(root === undefined ? {} : { root }) }).diagnostics;
}

/** Line (counted from one), code and the text that is marked, of every diagnostic. */
function places(text: string): string[] {
  const index = new LineIndex(text);
  return diagnose(text).map(({ code, range }) => {
    const marked = text.slice(index.offset(range.start), index.offset(range.end));
    return `${range.start.line + 1} ${code} ${marked}`.trim();
  });
}

/** Lines of a spec below its head, so that places are easy to count: they start in line 3. */
const spec = (...lines: string[]) => ['version: 1', 'name: test', ...lines, ''].join('\n');

const stage = (name: string, run: string, more = '') =>
  `  ${name}: {run: '${run}'${more === '' ? '' : `, ${more}`}}`;

describe('analysis of a spec', function () {
  this.timeout(0);

  it('finds nothing wrong with the example, and all that it says', () => {
    const analysis = analyse(example, { file: 'galley.yaml', root: path.resolve('examples/card-fraud') });
    assert.deepEqual(analysis.diagnostics, []);
    assert.deepEqual(Object.keys(analysis.spec?.stages ?? {}), ['generate', 'prepare', 'train', 'evaluate']);
    assert.deepEqual(analysis.spec?.deployments['production']?.approvals, {
      required: 1,
      from: ['li@example.com', 'sam@example.com'],
      allowRequester: false,
    });
    assert.equal(analysis.spec?.retraining['monthly']?.thenRequest, 'production');
    assert.equal(analysis.spec?.stages['train']?.timeoutSeconds, 600);
    for (const { range, name } of analysis.references) {
      const line = example.split('\n')[range.start.line] ?? '';
      assert.equal(line.slice(range.start.character, range.end.character), name);
    }
  });

  it('expands short forms and applies defaults', () => {
    const text = spec(
      'params: {trees: 200, rate: 0.1, name: x, fast: true}',
      'datasets: {raw: data/raw.csv}',
      'stages: {a: {run: [echo, 1, true], timeout: 1h30m, metrics: {file: m.json}}}',
      'monitors: {m: {reference: a.csv, current: b.csv, drift: {}}}',
      'deployments: {p: {model: m, target: local, rollout: {steps: [10, 50]}}}',
    );
    const found = analyse(text, { file: 'f' }).spec;
    assert.deepEqual(
      Object.values(found?.params ?? {}).map(({ type }) => type),
      ['integer', 'number', 'string', 'boolean'],
    );
    assert.equal(found?.datasets['raw']?.path, 'data/raw.csv');
    assert.deepEqual(found?.stages['a']?.run, ['echo', '1', 'true']);
    assert.equal(found?.stages['a']?.timeoutSeconds, 5400);
    assert.equal(found?.stages['a']?.metricsFile, 'm.json');
    assert.equal(found?.stages['a']?.backend, 'local');
    assert.deepEqual(found?.monitors['m']?.drift, { columns: 'all', share: 0.5 });
    assert.deepEqual(found?.monitors['m']?.onAlert, ['notify']);
    assert.deepEqual(found?.deployments['p']?.rollout, {
      strategy: 'canary',
      steps: [10, 50, 100],
      waitSeconds: 0,
    });
  });

  const wrong: [string, string, string[]][] = [
    ['an empty file', '', ['1 schema']],
    ['a list', '- a\n- b\n', ['1 schema -']],
    ['prose', 'hello there\nall of you\n', ['1 schema hello there']],
    ['tabs', 'version: 1\nname: x\nstages:\n\ta:\n\t\trun: x\n', ['4 yaml-syntax', '5 yaml-syntax']],
    ['something that is not YAML', '}{ "', ['1 yaml-syntax }']],
    [
      'a reference without quotes inside braces',
      spec('params: {p: 1}', 'stages: {a: {run: x ${{ params.p }} y}, b: {run: [x, ${{ params.q }}]}}'),
      ['4 yaml-syntax x ${{ params.p }} y', '4 yaml-syntax ${{ params.q }}', '4 unknown-reference q'],
    ],
    ['a second document', `${spec()}---\nversion: 1\n`, ['4 yaml-syntax v']],
    [
      'a key twice',
      spec('params: {a: 1, b: 2, a: 3}', stages('${{ params.a }} ${{ params.b }}')),
      ['3 duplicate-key a'],
    ],
    ['an unknown key', spec('stages:', '  a:', '    runn: x'), ['5 schema runn']],
    ['a wrong type', spec('stages:', stage('a', 'x', 'retries: two')), ['4 schema two']],
    ['a wrong duration', spec('stages:', stage('a', 'x', 'timeout: 5 minutes')), ['4 schema 5 minutes']],
    ['a name that is none', spec('stages:', '  2nd: {run: x}'), ['4 schema 2nd']],
    ['an unknown param', spec(stages('${{ params.a }}')), ['3 unknown-reference a']],
    ['an unknown output', spec('stages:', stage('a', '${{ outputs.b }}')), ['4 unknown-reference b']],
    [
      'an unknown dataset as input',
      spec('stages:', stage('a', 'x', 'inputs: [datasets.b]')),
      ['4 unknown-reference b'],
    ],
    ['a file called like a dataset', spec('stages:', stage('a', 'x', 'inputs: [datasets.py]')), []],
    ['an unknown deployment', spec('retraining: {w: {then: request p}}'), ['3 unknown-reference p']],
    ['a function in a reference', spec(stages('${{ upper(params.a) }}')), ['3 expression upper(params.a)']],
    ['a reference that is not closed', spec(stages('x ${{ params.a')), ["3 expression ${{ params.a'"]],
    ['a reference without a value here', spec(stages('${{ model.path }}')), ['3 expression model.path']],
    [
      'a reference in a path',
      spec('datasets: {a: "${{ params.x }}"}', 'monitors: {m: {reference: datasets.a, current: x}}'),
      ['3 expression params.x'],
    ],
    [
      'stages in a circle',
      spec(
        'stages:',
        stage('a', '${{ stages.b.outputs.o }}', 'outputs: {o: x}'),
        stage('b', 'x', 'inputs: [x], outputs: {o: y}'),
      ),
      ['4 cycle stages.b.outputs.o'],
    ],
    [
      'deployments in a circle',
      spec(
        'deployments:',
        '  a: {model: m, target: local, after: b}',
        '  b: {model: m, target: local, after: a}',
      ),
      ['4 cycle b'],
    ],
    [
      'an output made twice',
      spec('stages:', stage('a', 'x', 'outputs: {o: build/x}'), stage('b', 'x', 'outputs: {p: ./build/x/}')),
      ['5 duplicate-output ./build/x/'],
    ],
    [
      'an output inside another',
      spec('stages:', stage('a', 'x', 'outputs: {o: build}'), stage('b', 'x', 'outputs: {p: build/x}')),
      ['5 overlapping-output build/x'],
    ],
    [
      'a default above the maximum',
      spec('params: {a: {type: number, default: 5, maximum: 1}}', stages('${{ params.a }}')),
      ['3 param-value 5'],
    ],
    [
      'a sweep of a wrong value',
      spec('params: {a: 1}', 'stages:', stage('s', '${{ params.a }}', 'sweep: {over: {a: [1, x]}}')),
      ['5 param-value x'],
    ],
    [
      'a minimum above the maximum',
      spec('tests: {t: {metric: auc, minimum: 2, maximum: 1}}'),
      ['3 contradiction 2'],
    ],
    [
      'more approvals than people',
      spec('deployments:', '  p: {model: m, target: local, approvals: {required: 2, from: [a@b.c, A@B.C]}}'),
      ['4 contradiction 2'],
    ],
    ['a schedule of four fields', spec('retraining: {w: {schedule: "0 3 * *"}}'), ['3 schedule "0 3 * *"']],
    [
      'a schedule that never comes',
      spec('retraining: {w: {schedule: "0 0 31 2 *"}}'),
      ['3 schedule "0 0 31 2 *"'],
    ],
    ['a param that nothing uses', spec('params: {a: 1}'), ['3 unused-param a']],
    ['a dataset that nothing uses', spec('datasets: {a: x}'), ['3 unused-dataset a']],
    ['a suppressed mistake', spec(`${stages('${{ params.a }}')} # galley-ignore: unknown-reference`), []],
    [
      'another code than the suppressed one',
      spec(`${stages('${{ params.a }}')} # galley-ignore: schema`),
      ['3 unknown-reference a'],
    ],
  ];

  function stages(run: string): string {
    return `stages: {a: {run: '${run}'}}`;
  }

  for (const [what, text, expected] of wrong)
    it(`tells ${expected.length === 0 ? 'nothing of' : 'the place of'} ${what}, once`, () => {
      assert.deepEqual(places(text), expected);
    });

  it('says what was meant, and what else takes part', () => {
    const [unknown] = diagnose(spec('stages:', '  a:', '    runn: x'));
    assert.match(unknown?.message ?? '', /Did you mean `run`\?/);
    const [cycle] = diagnose(
      spec(
        'stages:',
        ...['ab', 'bc', 'ca'].map(([a, b]) =>
          stage(a!, `\${{ stages.${b!}.outputs.o }}`, `outputs: {o: o${a!}}`),
        ),
      ),
    );
    assert.match(cycle?.message ?? '', /`a` → `b` → `c` → `a`/);
    assert.deepEqual(
      cycle?.related?.map(({ range }) => range.start.line),
      [3, 4, 5],
    );
  });

  it('keeps what parses of a half-typed file', () => {
    const text = spec(
      'params: {p: 1}',
      'stages:',
      '  a:',
      '    run: x',
      '    inp',
      '  b: {run: "${{ params.q }}"}',
      '  c:',
      '    run: y ${{ params.',
    );
    const analysis = analyse(text, { file: 'f' });
    assert.deepEqual(
      analysis.symbols.map(({ name }) => name),
      ['p', 'a', 'b', 'c'],
    );
    const codes = analysis.diagnostics.map(({ code, range }) => `${range.start.line + 1} ${code}`);
    assert.ok(codes.includes('7 yaml-syntax'), codes.join());
    assert.ok(codes.includes('8 unknown-reference'), codes.join());
    assert.ok(codes.includes('10 expression'), codes.join());
  });

  it('answers to huge, deep and self-multiplying files with one diagnostic', () => {
    let aliases = 'a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n';
    for (let level = 1; level < 12; level++)
      aliases += `a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(', ')}]\n`;
    for (const text of ['a: b\n'.repeat(1_000_000), '['.repeat(50_000), '- '.repeat(50_000), aliases])
      assert.deepEqual(
        diagnose(text).map(({ code }) => code),
        ['yaml-syntax'],
      );
  });

  it('resolves anchors, aliases and merge keys', () => {
    const text = spec(
      'x-base: &base {retries: 2, backend: local}',
      'stages:',
      '  a: {<<: *base, run: x}',
      '  b: {<<: *base, run: y, retries: 3}',
    );
    const analysis = analyse(text, { file: 'f' });
    assert.deepEqual(analysis.diagnostics, []);
    assert.equal(analysis.spec?.stages['a']?.retries, 2);
    assert.equal(analysis.spec?.stages['b']?.retries, 3);
  });

  it('has a page anchor for every code', () => {
    const page = readFileSync(path.resolve('docs/diagnostics.md'), 'utf8');
    for (const code of diagnosticCodes) assert.match(page, new RegExp(`^## ${code}$`, 'm'));
  });
});

describe('connected backends', () => {
  let root: string;
  before(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'galley-backends-'));
    await mkdir(path.join(root, '.galley'));
  });
  after(() => rm(root, { recursive: true, force: true }));

  it('warns of a backend that is not among them, and is silent when they cannot be read', async () => {
    const text = spec('stages:', stage('a', 'x', 'backend: ray-lap'), stage('b', 'x', 'backend: local'));
    const file = path.join(root, '.galley/backends.yaml');
    await writeFile(file, 'version: 1\nbackends: {ray-lab: {kind: ray}}\n');
    const [warning, ...more] = diagnose(text, root);
    assert.equal(more.length, 0);
    assert.equal(warning?.code, 'unknown-backend');
    assert.equal(warning.severity, 'warning');
    assert.match(warning.message, /Did you mean `ray-lab`\?/);
    await writeFile(file, 'version: 1\nbackends: {ray-lab: {kind: ray\n');
    assert.deepEqual(diagnose(text, root), []);
    assert.deepEqual(diagnose(text), []);
  });

  it('refuses secrets', () => {
    const text =
      'version: 1\nbackends:\n  a: {kind: mlflow, url: "https://me:pass@host", api_token: x}\n  b: {kind: nope, url: "http://h"}\n';
    const { diagnostics } = analyseBackends(text, { file: 'backends.yaml' });
    assert.deepEqual(
      diagnostics.map(({ code, range }) => `${range.start.line} ${code}`),
      ['3 schema', '2 secret', '2 secret'],
    );
    assert.match(diagnostics[1]?.message ?? '', /secret storage/);
  });
});
