import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { analyseDvc, isDvcFile } from '../../../engine/pipeline/dialects/dvc/analyse';

/** The pipeline of DVC's own guide, with the forms that its reference lists. */
const sound = `vars:
  - config.yaml:train
  - extra: {depth: 3}
stages:
  prepare:
    cmd: python src/prepare.py data/data.xml \${seed}
    deps:
      - data/data.xml
      - src/prepare.py
    params:
      - prepare.seed
      - other.yaml:
          - x
    outs:
      - data/prepared
  featurize:
    cmd: [python a.py, 'echo \\\${not} \${extra.depth}']
    deps: [data/prepared/train.csv]
    outs:
      - data/features: {cache: false, persist: true, desc: x}
  train:
    foreach:
      us: {thresh: 10}
    do:
      cmd: python train.py \${key} \${item.thresh}
      deps: [data/features]
      outs: ['model-\${key}']
    # the next one runs for each combination
  grid:
    matrix:
      model: [cnn, xgb]
    cmd: ./train.sh \${item.model}
    frozen: true
    metrics:
      - metrics.json: {cache: false}
    plots: [curve.json: {x: a, y: b}]
params: [params.yaml]
metrics: [metrics.json]
plots:
  - roc: {x: fpr}
artifacts:
  m: {path: model.pkl, type: model}
`;
const files: Record<string, string> = {
  'params.yaml': 'seed: 1\nprepare: {seed: 2}\n',
  'config.yaml': 'train: {lr: 1}\nlr: 1\n',
};
const read = (file: string) => files[file];

function found(text: string, reader: (file: string) => string | undefined = read): string[] {
  const { diagnostics, source } = analyseDvc(text, { file: 'dvc.yaml', read: reader });
  return diagnostics.map(({ code, severity, range }) => {
    const { lines } = source;
    return `${code} ${severity} ${source.text.slice(lines.offset(range.start), lines.offset(range.end))}`;
  });
}

describe('pipelines of DVC', function () {
  this.timeout(0);

  it('are known by their name', () => {
    assert.ok(isDvcFile('dvc.yaml') && isDvcFile('a/dvc.yaml'));
    assert.ok(!isDvcFile('my-dvc.yaml') && !isDvcFile('dvc.yml') && !isDvcFile('dvc.yaml.bak'));
  });

  it('have no false errors, and their names', () => {
    assert.deepEqual(found(sound), []);
    const { symbols, references } = analyseDvc(sound, { file: 'f', read });
    assert.deepEqual(
      symbols.map(({ kind, name }) => `${kind} ${name}`),
      [
        'param extra',
        'stage prepare',
        'output data/prepared',
        'stage featurize',
        'output data/features',
        'stage train',
        'output model-${key}',
        'stage grid',
        'output metrics.json',
        'output curve.json',
      ],
    );
    const uses = references
      .filter(({ kind }) => kind === 'output')
      .map(({ name, container }) => [name, container]);
    assert.deepEqual(uses, [
      ['data/prepared', 'prepare'],
      ['data/features', 'featurize'],
    ]);
  });

  const wrong: [string, string, string[]][] = [
    ['an unknown key', 'stages:\n  a: {cmd: x, dep: [y]}\n', ['schema error dep']],
    ['a stage without a command', 'stages:\n  a: {deps: [y]}\n', ['schema error a']],
    ['foreach without do', 'stages:\n  a: {foreach: [1], cmd: x}\n', ['schema error a']],
    [
      'an output made twice',
      'stages:\n  a: {cmd: x, outs: [o]}\n  b: {cmd: x, outs: [./o]}\n',
      ['duplicate-output error ./o'],
    ],
    [
      'an output inside another',
      'stages:\n  a: {cmd: x, outs: [o]}\n  b: {cmd: x, wdir: o, outs: [p]}\n',
      ['overlapping-output error p'],
    ],
    [
      'a circle',
      'stages:\n  a: {cmd: x, deps: [p], outs: [o]}\n  b: {cmd: x, deps: [o/x], outs: [p]}\n',
      ['cycle error p'],
    ],
    ['an unknown value', 'stages:\n  a: {cmd: "x ${sed}"}\n', ['unknown-reference error sed']],
    ['an item outside a loop', 'stages:\n  a: {cmd: "x ${item}"}\n', ['expression error item']],
    ['a key twice', 'stages:\n  a: {cmd: x}\n  a: {cmd: y}\n', ['duplicate-key error a']],
    ['a list', '- a\n', ['schema error -']],
  ];
  for (const [what, text, expected] of wrong)
    it(`tell ${what}`, () => {
      assert.deepEqual(found(text), expected);
    });

  it('say nothing of values that cannot be known', () => {
    const text = 'vars: [params.py]\nstages:\n  a: {cmd: "x ${sed}"}\n';
    assert.deepEqual(found(text), []);
    assert.deepEqual(analyseDvc('stages:\n  a: {cmd: "x ${sed}"}\n', { file: 'f' }).diagnostics, []);
    const broken = (file: string) => (file === 'params.yaml' ? 'a: {' : undefined);
    assert.deepEqual(found('stages:\n  a: {cmd: "x ${sed}"}\n', broken), []);
  });

  it('never throw, whatever the text', () => {
    const pieces = fc.constantFrom(
      '${',
      '}',
      '\n',
      '  ',
      '- ',
      ': ',
      '{',
      '&a ',
      '*a',
      'foreach',
      'outs',
      '"',
    );
    const edit = fc.record({ at: fc.nat(sound.length), remove: fc.nat(60), insert: pieces });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 5 }), (edits) => {
        const text = edits.reduce(
          (old, { at, remove, insert }) => old.slice(0, at) + insert + old.slice(at + remove),
          sound,
        );
        for (const { message } of analyseDvc(text, { file: 'f', read }).diagnostics)
          assert.match(message, /[.?!]$/);
      }),
      { numRuns: 150 },
    );
  });
});
