import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { parse } from 'yaml';
import type {
  Diagnostic,
  DocumentSymbol,
  MarkupContent,
  Position,
  TextEdit,
} from 'vscode-languageserver-protocol';
import { buildServer, startClient } from './server';
import type { Client } from './server';

const example = readFileSync(path.resolve('examples/card-fraud/galley.yaml'), 'utf8');

/** A text whose `|` says where the cursor is. */
function cursor(marked: string): { text: string; position: Position } {
  const at = marked.indexOf('|');
  const before = marked.slice(0, at).split('\n');
  return {
    text: marked.slice(0, at) + marked.slice(at + 1),
    position: { line: before.length - 1, character: before.at(-1)?.length ?? 0 },
  };
}

function positionOf(text: string, needle: string, offset = 0): Position {
  return cursor(text.replace(needle, needle.slice(0, offset) + '|' + needle.slice(offset))).position;
}

function apply(text: string, { range, newText }: TextEdit): string {
  const lines = text.split('\n');
  const offset = ({ line, character }: Position) =>
    lines.slice(0, line).reduce((sum, before) => sum + before.length + 1, character);
  return text.slice(0, offset(range.start)) + newText + text.slice(offset(range.end));
}

const codes = (diagnostics: Diagnostic[]) => diagnostics.map(({ code }) => code);
const head = 'version: 1\nname: test\n';

describe('language server', function () {
  this.timeout(0);
  let folder: string;
  let client: Client;
  let files = 0;
  const fresh = () => client.uri(`f${files++}.galley.yaml`);

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'galley-server-'));
    client = await startClient(await buildServer(folder));
    // The example's code, so that none of its inputs is missing.
    await cp('examples/card-fraud/src', path.join(client.root, 'src'), { recursive: true });
  });
  after(async () => {
    await client.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('takes changes as edits, and its diagnostics follow the text', async () => {
    assert.equal(client.capabilities.textDocumentSync, 2);
    const uri = client.uri('galley.yaml');
    assert.deepEqual(await client.open(uri, example), []);
    const start = positionOf(example, 'params.trees', 'params.'.length);
    const end = { ...start, character: start.character + 'trees'.length };
    const [diagnostic, ...unused] = await client
      .change(uri, { start, end }, 'treez')
      .then((all) => all.sort((a, b) => (a.severity ?? 0) - (b.severity ?? 0)));
    assert.equal(diagnostic?.code, 'unknown-reference');
    assert.equal(diagnostic.source, 'galley');
    assert.equal(diagnostic.severity, 1);
    assert.deepEqual(diagnostic.range, { start, end });
    assert.match(String(diagnostic.message), /Did you mean `trees`\?/);
    assert.deepEqual(codes(unused), ['unused-param']);
    assert.deepEqual(await client.change(uri, { start, end }, 'trees'), []);
  });

  it('answers to any bad input with diagnostics, and lives on', async () => {
    const circle =
      'stages:\n  a: {run: x, inputs: [o/b], outputs: {o: o/a}}\n  b: {run: x, inputs: [o/a], outputs: {o: o/b}}\n';
    for (const [text, expected] of [
      ['', ['schema']],
      ['- a\n- b\n', ['schema']],
      ['}{ "', ['yaml-syntax']],
      ['stages:\n\ta: b\n', ['yaml-syntax']],
      [head + circle, ['cycle']],
      ['a: b\n'.repeat(1_000_000), ['yaml-syntax']],
      ['[ '.repeat(20_000), ['yaml-syntax']],
    ] as const) {
      const uri = fresh();
      const diagnostics = await client.open(uri, text);
      assert.deepEqual(codes(diagnostics), expected);
      await client.hover(uri, { line: 0, character: 1 });
      await client.complete(uri, { line: 0, character: 1 });
      await client.symbols(uri);
    }
    const uri = fresh();
    const [cycle] = await client.open(uri, head + circle);
    assert.deepEqual(
      cycle?.relatedInformation?.map(({ location }) => [location.uri, location.range.start.line]),
      [
        [uri, 3],
        [uri, 4],
      ],
    );
  });

  it('leaves files alone that are not its own', async () => {
    const other = client.uri('docker-compose.yaml');
    await client.notify('textDocument/didOpen', {
      textDocument: { uri: other, languageId: 'yaml', version: 1, text: 'stages: 3' },
    });
    assert.deepEqual(await client.symbols(other), []);
    assert.equal(await client.hover(other, { line: 0, character: 1 }), null);
  });

  it('explains keys from the schema and names from the file', async () => {
    const uri = fresh();
    await client.open(uri, example);
    const hover = async (needle: string, offset: number) =>
      ((await client.hover(uri, positionOf(example, needle, offset)))?.contents as MarkupContent).value;
    assert.match(
      await hover('timeout: 10m', 2),
      /duration such as 2h.*\n\nLongest time that the stage may take/,
    );
    const param = await hover('${{ params.trees }}', 13);
    assert.match(param, /\*\*param\*\* `trees`/);
    assert.match(param, /integer · default `120` · at least 10 · at most 1000\n\nBoosting rounds/);
    assert.match(
      await hover('${{ stages.prepare.outputs.features }}', 30),
      /`build\/features.parquet`.*`prepare`/,
    );
    assert.match(await hover('current: datasets.scored', 20), /What production was asked/);
    assert.match(await hover('max-drop: 0.01', 1), /How much lower/);
  });

  const completions: [string, string, string[], string[]][] = [
    ['top-level keys', `${head}|`, ['stages', 'params', 'monitors'], ['version', 'run']],
    [
      'keys of a stage, half typed',
      `${head}stages:\n  a:\n    run: x\n    in|\n  b: {run: y}\n`,
      ['inputs', 'outputs', 'timeout'],
      ['run'],
    ],
    ['the first key of a stage', `${head}stages:\n  a:\n    |\n`, ['run', 'inputs'], ['stages']],
    ['keys in braces', `${head}stages:\n  a: {run: x, |}\n`, ['inputs', 'retries'], ['run']],
    ['keys in braces that are not closed', `${head}tests:\n  a: {me|`, ['metric', 'against', 'run'], []],
    ['values of an enum', `${head}params:\n  a: {type: |}\n`, ['integer', 'boolean'], ['local']],
    [
      'true and false',
      `${head}deployments:\n  p:\n    approvals:\n      allow-requester: |\n`,
      ['true', 'false'],
      [],
    ],
    [
      'references of a stage',
      `${head}params: {lr: 1}\ndatasets: {d: x}\nstages:\n  a: {run: x, outputs: {o: y}}\n  b:\n    run: x \${{ | }}\n    outputs: {own: z}\n`,
      ['params.lr', 'datasets.d.path', 'stages.a.outputs.o', 'outputs.own', 'run.id'],
      ['port', 'model.path', 'stages.b.outputs.own'],
    ],
    [
      'references that are not closed',
      `${head}params: {lr: 1}\nstages:\n  b:\n    run: x \${{ params.l|\n`,
      ['params.lr'],
      [],
    ],
    [
      'references in serving',
      `${head}deployments:\n  p: {model: m, target: local, serve: {run: "x \${{ | }}"}}\n`,
      ['model.path', 'port'],
      ['run.id'],
    ],
    [
      'inputs',
      `${head}datasets: {d: x}\nstages:\n  a: {run: x, outputs: {o: y}}\n  b:\n    run: x\n    inputs: [|]\n`,
      ['datasets.d', 'stages.a.outputs.o'],
      [],
    ],
    [
      'inputs as a list of lines',
      `${head}datasets: {d: x}\nstages:\n  b:\n    run: x\n    inputs:\n      - data|\n`,
      ['datasets.d'],
      [],
    ],
    [
      'deployments',
      `${head}deployments:\n  p: {model: m, target: local}\nmonitors:\n  m:\n    deployment: |\n`,
      ['p'],
      [],
    ],
    [
      'the step after retraining',
      `${head}deployments:\n  p: {model: m, target: local}\nretraining:\n  w: {then: |}\n`,
      ['request p'],
      [],
    ],
    [
      'params of a sweep',
      `${head}params: {lr: 1}\nstages:\n  a:\n    run: x\n    sweep:\n      over:\n        |\n`,
      ['lr'],
      [],
    ],
    ['nothing in comments', `${head}# sta|\n`, [], ['stages']],
    ['nothing in prose', `${head}description: a sta|\n`, [], ['stages', 'run']],
  ];
  for (const [what, marked, wanted, unwanted] of completions)
    it(`offers ${what}`, async () => {
      const uri = fresh();
      const { text, position } = cursor(marked);
      await client.open(uri, text);
      const labels = (await client.complete(uri, position)).map(({ label }) => label);
      for (const label of wanted)
        assert.ok(labels.includes(label), `${label} is not among ${labels.join(', ')}`);
      for (const label of unwanted)
        assert.ok(!labels.includes(label), `${label} is among ${labels.join(', ')}`);
      if (wanted.length === 0) assert.deepEqual(labels, []);
    });

  it('inserts what makes the text right', async () => {
    for (const [marked, label, expected] of [
      [
        `${head}params: {lr: 1}\nstages:\n  a:\n    run: x \${{par|\n`,
        'params.lr',
        `${head}params: {lr: 1}\nstages:\n  a:\n    run: x \${{ params.lr }}\n`,
      ],
      [`${head}stages:\n  a:\n    ru|: x\n`, 'run', `${head}stages:\n  a:\n    run: x\n`],
      [
        `${head}stages:\n  a: {run: x}\ntests:\n  t: {run: x}\nretraining:\n  w: {sta|}\n`,
        'stages',
        `${head}stages:\n  a: {run: x}\ntests:\n  t: {run: x}\nretraining:\n  w: {stages: }\n`,
      ],
    ] as const) {
      const uri = fresh();
      const { text, position } = cursor(marked);
      await client.open(uri, text);
      const item = (await client.complete(uri, position)).find((offered) => offered.label === label);
      assert.equal(apply(text, item?.textEdit as TextEdit), expected);
    }
  });

  it('outlines a file, and goes to and finds names', async () => {
    const uri = fresh();
    await client.open(uri, example);
    const outline = (symbols: DocumentSymbol[]): unknown[] =>
      symbols.map(({ name, children }) => (children?.length ? [name, outline(children)] : name));
    const spec = parse(example) as Record<string, Record<string, Record<string, unknown>>>;
    const named = (name: string, inside: unknown[]) => (inside.length > 0 ? [name, inside] : name);
    const keys = (value: unknown) => Object.keys(value ?? {});
    const sections = ['params', 'datasets', 'stages', 'tests', 'deployments', 'monitors', 'retraining'];
    assert.deepEqual(outline(await client.symbols(uri)), [
      'name',
      ...sections.map((section) => [
        section,
        Object.entries(spec[section] ?? {}).map(([name, { outputs, metrics, model }]) =>
          section === 'stages'
            ? named(name, [
                ...keys(outputs),
                ...(Array.isArray(metrics) ? (metrics as unknown[]) : []),
                ...(model === undefined ? [] : [(model as { name: string }).name]),
              ])
            : name,
        ),
      ]),
    ]);
    const [definition] = await client.definition(
      uri,
      positionOf(example, '${{ stages.prepare.outputs.features }}', 30),
    );
    assert.deepEqual(definition?.range.start, positionOf(example, 'features: build'));
    const uses = await client.references(uri, positionOf(example, '  production:', 4));
    assert.deepEqual(
      uses.map(({ range }) => example.split('\n')[range.start.line]?.trim().split(':')[0]),
      ['production', 'deployment', 'monthly'],
    );
  });

  it('checks the list of backends, and specs again when it changes', async () => {
    const spec = fresh();
    const before = await client.open(spec, `${head}stages:\n  a: {run: x, backend: lab}\n`);
    assert.deepEqual(codes(before), ['unknown-backend']);
    const backends = client.uri('.galley/backends.yaml');
    const text = 'version: 1\nbackends:\n  lab: {kind: ray, url: "http://ray:8265"}\n';
    assert.deepEqual(codes(await client.open(backends, text.replace('url', 'token'))), ['secret']);
    await mkdir(path.join(client.root, '.galley'));
    await writeFile(path.join(client.root, '.galley/backends.yaml'), text);
    const again = await client.diagnosticsAfter(spec, () =>
      client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: backends, type: 1 }] }),
    );
    assert.deepEqual(again, []);
    const kinds = await client.complete(backends, positionOf(text, 'kind: ray', 6));
    assert.ok(kinds.some(({ label }) => label === 'mlflow'));
    const hover = await client.hover(backends, positionOf(text, 'kind: ray', 1));
    assert.match((hover?.contents as MarkupContent).value, /What the system is/);
  });
});
