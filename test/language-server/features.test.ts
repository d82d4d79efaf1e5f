import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import type {
  CallHierarchyIncomingCall,
  CallHierarchyItem,
  CallHierarchyOutgoingCall,
  DocumentDiagnosticReport,
  DocumentHighlight,
  DocumentLink,
  FoldingRange,
  InlayHint,
  Range,
  SelectionRange,
  SemanticTokens,
  TextEdit,
  WorkspaceDiagnosticReport,
  WorkspaceEdit,
  SymbolInformation,
} from 'vscode-languageserver-protocol';
import { applyEdits, mark, marked } from './kit';
import { buildServer, startClient } from './server';
import type { Client } from './server';

const head = 'version: 1\nname: test\n';
const example = readFileSync(path.resolve('examples/card-fraud/galley.yaml'), 'utf8');

describe('features of the editor', function () {
  this.timeout(0);
  let folder: string;
  let server: string;
  let client: Client;
  let files = 0;
  const fresh = () => client.uri(`f${files++}.galley.yaml`);

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'galley-features-'));
    server = await buildServer(folder);
    client = await startClient(server);
    await cp('examples/card-fraud/src', path.join(client.root, 'src'), { recursive: true });
  });
  after(async () => {
    await client.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function ask<T>(
    method: string,
    written: string,
    more: object = {},
  ): Promise<{ text: string; uri: string; answer: T }> {
    const uri = fresh();
    const { text, cursor } = marked(written);
    await client.open(uri, text);
    const answer = await client.request<T>(`textDocument/${method}`, {
      textDocument: { uri },
      position: cursor,
      ...more,
    });
    return { text, uri, answer };
  }

  /** The name under the cursor, the text before and after it is renamed to `new-name`. */
  const renames: [string, string][] = [
    [
      'params: {‸rate: 1}\nstages:\n  s:\n    run: "${{ params.rate }} ${{params.rate}}"\n    sweep: {over: {"rate": [1, 2]}}\nretraining:\n  w: {params: {rate: 3}}\n',
      'params: {new-name: 1}\nstages:\n  s:\n    run: "${{ params.new-name }} ${{params.new-name}}"\n    sweep: {over: {"new-name": [1, 2]}}\nretraining:\n  w: {params: {new-name: 3}}\n',
    ],
    [
      'datasets: {a: x, b: y}\nstages:\n  s: {run: "${{ datasets.‸a.path }}", inputs: [datasets.a, datasets.b]}\nmonitors:\n  m: {reference: datasets.a, current: z}\n',
      'datasets: {new-name: x, b: y}\nstages:\n  s: {run: "${{ datasets.new-name.path }}", inputs: [datasets.new-name, datasets.b]}\nmonitors:\n  m: {reference: datasets.new-name, current: z}\n',
    ],
    [
      'stages:\n  a: {run: x, outputs: {o: p}}\n  b: {run: "${{ stages.‸a.outputs.o }}", inputs: [stages.a.outputs.o]}\nretraining:\n  w: {stages: [a, b]}\n',
      'stages:\n  new-name: {run: x, outputs: {o: p}}\n  b: {run: "${{ stages.new-name.outputs.o }}", inputs: [stages.new-name.outputs.o]}\nretraining:\n  w: {stages: [new-name, b]}\n',
    ],
    [
      'stages:\n  a: {run: "${{ outputs.o }}", outputs: {‸o: p}, model: {name: m, from: outputs.o}}\n  b: {run: "${{ stages.a.outputs.o }} ${{ outputs.o }}", outputs: {o: q}}\n',
      'stages:\n  a: {run: "${{ outputs.new-name }}", outputs: {new-name: p}, model: {name: m, from: outputs.new-name}}\n  b: {run: "${{ stages.a.outputs.new-name }} ${{ outputs.o }}", outputs: {o: q}}\n',
    ],
    [
      'stages:\n  a: {run: x, metrics: [auc, "f1"]}\ntests:\n  t: {metric: ‸auc, minimum: 1}\n',
      'stages:\n  a: {run: x, metrics: [new-name, "f1"]}\ntests:\n  t: {metric: new-name, minimum: 1}\n',
    ],
    [
      'stages:\n  a: {run: x, outputs: {o: p}, model: {name: ‸m, from: outputs.o}}\ndeployments:\n  p: {model: m, target: local}\n',
      'stages:\n  a: {run: x, outputs: {o: p}, model: {name: new-name, from: outputs.o}}\ndeployments:\n  p: {model: new-name, target: local}\n',
    ],
    [
      'deployments:\n  ‸p: {model: m, target: local}\n  q: {model: m, target: local, after: p}\nretraining:\n  w: {then: request p}\n',
      'deployments:\n  new-name: {model: m, target: local}\n  q: {model: m, target: local, after: new-name}\nretraining:\n  w: {then: request new-name}\n',
    ],
  ];
  for (const [written, expected] of renames)
    it(`renames in ${written.split('\n')[0] ?? ''}`, async () => {
      const { text, uri, answer } = await ask<WorkspaceEdit>('rename', head + written, {
        newName: 'new-name',
      });
      assert.equal(applyEdits(text, answer.changes?.[uri] ?? []), head + expected);
    });

  it('refuses to rename to a name that is taken or is none, and what the file does not own', async () => {
    const text = `${head}params: {‸a: 1, b: 2}\nstages:\n  s: {run: "\${{ params.a }} \${{ params.b }}"}\n`;
    await assert.rejects(ask('rename', text, { newName: 'b' }), /a param `b` already/);
    await assert.rejects(ask('rename', text, { newName: '2 b' }), /is no name/);
    const unknown = `${head}stages:\n  s: {run: "\${{ params.‸zz }}"}\n`;
    assert.equal((await ask('prepareRename', unknown)).answer, null);
    assert.equal((await ask('prepareRename', `${head}‸description: x\n`)).answer, null);
    const { text: plain, answer } = await ask<Range>('prepareRename', text);
    assert.equal(mark(plain, [answer]), text.replace('‸a', '⟦a⟧'));
  });

  it('highlights a name where it is declared and used', async () => {
    const written = `${head}params: {⟦rate⟧: 1, other: 2}\nstages:\n  s: {run: "\${{ params.⟦ra‸te⟧ }} \${{ params.other }}"}\n`;
    const { text, answer } = await ask<DocumentHighlight[]>(
      'documentHighlight',
      written.replace(/[⟦⟧]/g, ''),
    );
    assert.equal(
      mark(
        text,
        answer.map(({ range }) => range),
      ),
      written.replace('‸', ''),
    );
    assert.deepEqual(
      answer.map(({ kind }) => kind),
      [3, 2],
    );
  });

  it('links paths that have a file', async () => {
    const written = `${head}stages:\n  s:\n    run: python ⟦src/train.py⟧ --x src/none.py\n    inputs: ["⟦src/features.py⟧", src/none.py, 'src/*.py']\n`;
    const { text, answer } = await ask<DocumentLink[]>('documentLink', written.replace(/[⟦⟧]/g, ''));
    assert.equal(
      mark(
        text,
        answer.map(({ range }) => range),
      ),
      written,
    );
    assert.deepEqual(
      new Set(answer.map(({ target }) => target)),
      new Set([client.uri('src/train.py'), client.uri('src/features.py')]),
    );
  });

  it('folds sections, entries, texts and comments', async () => {
    const { text, answer } = await ask<FoldingRange[]>('foldingRange', example);
    const lines = text.split('\n');
    const folded = answer.map(({ startLine, endLine }) => [lines[startLine]?.trim(), lines[endLine]?.trim()]);
    const has = (start: string, end: RegExp) => folded.some(([a, b]) => a === start && end.test(b ?? ''));
    assert.ok(has('params:', /^depth:/));
    assert.ok(has('train:', /^timeout: 10m/));
    assert.ok(has('run: >-', /--model \$\{\{ outputs.model/));
    assert.ok(has('stages:', /^metrics: \{file/));
    const comments = await ask<FoldingRange[]>('foldingRange', `# a\n# b\n# c\n${head}`);
    assert.deepEqual(comments.answer, [{ startLine: 0, endLine: 2, kind: 'comment' }]);
  });

  it('widens a selection by what it is in', async () => {
    const written = `⟦${head}⟦⟦stages⟧`;
    assert.ok(written.length > 0);
    const text = `${head}stages:\n  s: {run: "x \${{ params.ra‸te }} y"}\n`;
    const { cursor } = marked(text);
    const { text: plain, answer } = await ask<SelectionRange[]>('selectionRange', text, {
      positions: [cursor],
    });
    const found: string[] = [];
    for (let at: SelectionRange | undefined = answer[0]; at !== undefined; at = at.parent)
      found.push(/⟦([^]*)⟧/.exec(mark(plain, [at.range]))?.[1] ?? '');
    assert.deepEqual(found.slice(0, 6), [
      'rate',
      'params.rate',
      '${{ params.rate }}',
      '"x ${{ params.rate }} y"',
      'run: "x ${{ params.rate }} y"',
      '{run: "x ${{ params.rate }} y"}',
    ]);
    assert.equal(found.at(-1), plain);
  });

  it('colours references inside texts, in the file and in a part of it', async () => {
    const written = `${head}stages:\n  s:\n    run: >-\n      x ⟦\${{⟧ ⟦params⟧.⟦rate⟧ ⟦}}⟧\n      ⟦\${{⟧⟦stages⟧.⟦a⟧.⟦outputs⟧.⟦o⟧⟦}}⟧\n`;
    const { text, uri, answer } = await ask<SemanticTokens>(
      'semanticTokens/full',
      written.replace(/[⟦⟧]/g, ''),
    );
    const tokens = decode(answer);
    assert.equal(
      mark(
        text,
        tokens.map(({ range }) => range),
      ),
      written,
    );
    assert.deepEqual(
      tokens.map(({ type }) => type),
      [0, 1, 5, 0, 0, 1, 4, 1, 2, 0],
    );
    const line = { start: { line: 6, character: 0 }, end: { line: 6, character: 99 } };
    const part = await client.request<SemanticTokens>('textDocument/semanticTokens/range', {
      textDocument: { uri },
      range: line,
    });
    assert.equal(decode(part).length, 6);
  });

  it('shows values of params and datasets, and what a stage comes after', async () => {
    const range = { start: { line: 0, character: 0 }, end: { line: 200, character: 0 } };
    const { text, answer } = await ask<InlayHint[]>('inlayHint', example, { range });
    const lines = text.split('\n');
    const shown = answer.map(({ position, label }) => {
      const before = lines[position.line]?.slice(0, position.character) ?? '';
      return `${/(\S+ \S+ \}\}|\S+)$/.exec(before)?.[0] ?? ''} ${label as string}`;
    });
    assert.ok(shown.includes('${{ params.trees }} = 120'), shown.join('\n'));
    assert.ok(shown.includes('evaluate: after prepare, train'), shown.join('\n'));
    assert.ok(!shown.some((one) => one.startsWith('generate:')));
    const none = await ask<InlayHint[]>('inlayHint', example, {
      range: { start: range.start, end: range.start },
    });
    assert.deepEqual(none.answer, []);
  });

  it('walks the graph of stages both ways', async () => {
    const { answer } = await ask<CallHierarchyItem[]>(
      'prepareCallHierarchy',
      example.replace('  prepare:', '  pre‸pare:'),
    );
    const [item] = answer;
    assert.equal(item?.name, 'prepare');
    const incoming = await client.request<CallHierarchyIncomingCall[]>('callHierarchy/incomingCalls', {
      item,
    });
    assert.deepEqual(
      incoming.map(({ from }) => from.name),
      ['train', 'evaluate'],
    );
    const outgoing = await client.request<CallHierarchyOutgoingCall[]>('callHierarchy/outgoingCalls', {
      item,
    });
    assert.deepEqual(
      outgoing.map(({ to, fromRanges }) => [
        to.name,
        fromRanges
          .map((range) => mark(example, [range]))
          .join('')
          .match(/⟦(.*)⟧/)?.[1],
      ]),
      [['generate', 'stages.generate.outputs.transactions']],
    );
  });

  it('formats, and keeps comments and texts', async () => {
    const written = `# top   \nversion:   1\nname: test\n\n\n\nstages:\n      # first\n      a:   \n          run: |\n             one\n               two  \n\n             three\n          inputs:\n          - x # why\n          -   y\n      b: {run: x,\n          inputs: [z]}\n`;
    const expected = `# top\nversion:   1\nname: test\n\nstages:\n  # first\n  a:\n    run: |\n       one\n         two  \n\n       three\n    inputs:\n      - x # why\n      -   y\n  b: {run: x,\n      inputs: [z]}\n`;
    const options = { options: { tabSize: 2, insertSpaces: true } };
    const { text, answer } = await ask<TextEdit[]>('formatting', written, options);
    assert.equal(applyEdits(text, answer), expected);
    assert.deepEqual((await ask<TextEdit[]>('formatting', expected, options)).answer, []);
    assert.deepEqual((await ask<TextEdit[]>('formatting', example, options)).answer, []);
    assert.deepEqual((await ask<TextEdit[]>('formatting', `${head}stages: {a\n`, options)).answer, []);
    const crlf = await ask<TextEdit[]>('formatting', written.replaceAll('\n', '\r\n'), options);
    assert.equal(applyEdits(crlf.text, crlf.answer), expected.replaceAll('\n', '\r\n'));
  });

  it('finds names in all spec files of the workspace', async () => {
    await mkdir(path.join(client.root, 'deep'), { recursive: true });
    await writeFile(path.join(client.root, 'deep/galley.yaml'), `${head}params: {far_away: 1}\n`);
    const found = await client.request<SymbolInformation[]>('workspace/symbol', { query: 'farw' });
    assert.deepEqual(
      found.map(({ name, location, containerName }) => [name, location.uri, containerName]),
      [['far_away', client.uri('deep/galley.yaml'), 'test']],
    );
  });

  it('serves pipelines of DVC', async () => {
    await writeFile(path.join(client.root, 'params.yaml'), 'train:\n  lr: 0.1\n');
    const uri = client.uri('dvc.yaml');
    const written =
      'stages:\n  a:\n    cmd: x ${tra‸in.lr} ${trane}\n    outs: [⟦data⟧]\n  b:\n    cmd: y\n    deps: [⟦data/x⟧]\n    params: [train.lr]\n';
    const { text, cursor, ranges } = marked(written);
    const diagnostics = await client.open(uri, text);
    assert.deepEqual(
      diagnostics.map(({ code, message }) => [code, /mean `(.*)`/.exec(String(message))?.[1]]),
      [['unknown-reference', 'train']],
    );
    const [value] = await client.definition(uri, cursor);
    assert.equal(value?.uri, client.uri('params.yaml'));
    assert.equal(value.range.start.line, 1);
    const hover = await client.hover(uri, cursor);
    assert.match(JSON.stringify(hover?.contents), /`0\.1`, from `params\.yaml`/);
    const [output] = await client.definition(uri, ranges[1]!.start);
    assert.deepEqual(output, { uri, range: ranges[0] });
    const uses = await client.references(uri, ranges[0]!.start);
    assert.deepEqual(
      uses.map(({ range }) => range),
      ranges,
    );
    const [stages] = await client.symbols(uri);
    assert.deepEqual(
      stages?.children?.map(({ name, children }) => [name, children?.map((child) => child.name)]),
      [
        ['a', ['data']],
        ['b', []],
      ],
    );
    const prepared = await client.request('textDocument/prepareRename', {
      textDocument: { uri },
      position: ranges[0]!.start,
    });
    assert.equal(prepared, null);
    const explained = await client.hover(uri, { line: 3, character: 5 });
    assert.match(JSON.stringify(explained?.contents), /Files and folders that the stage makes/);
  });

  it('answers every request about every kind of document', async () => {
    const methods = [
      'rename',
      'documentHighlight',
      'documentLink',
      'foldingRange',
      'selectionRange',
      'semanticTokens/full',
      'inlayHint',
      'prepareCallHierarchy',
      'formatting',
      'codeAction',
      'completion',
      'hover',
    ];
    const range = { start: { line: 0, character: 0 }, end: { line: 9, character: 0 } };
    const more = {
      range,
      positions: [range.end],
      newName: 'x',
      options: { tabSize: 2, insertSpaces: true },
      context: { diagnostics: [] },
    };
    for (const text of [
      '',
      '}{ "',
      '- a',
      '[ '.repeat(5000),
      '\uFEFFversion: 1\r\nname: é😀\r\n',
      'a: &a [*a]',
      '---\na: 1\n---\nb: 2',
    ])
      for (const method of methods) await ask(method, text, more);
    for (const method of ['codeAction', 'foldingRange']) await ask(method, 'a: b\n'.repeat(1_000_000), more);
  });
});

describe('diagnostics as a client wants them', function () {
  this.timeout(0);
  let folder: string;
  let server: string;
  const clients: Client[] = [];
  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'galley-pull-'));
    server = await buildServer(folder);
  });
  after(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await rm(folder, { recursive: true, force: true });
  });

  it('answers clients that ask, also for files that are not open', async () => {
    const client = await startClient(server, { capabilities: { textDocument: { diagnostic: {} } } });
    clients.push(client);
    const uri = client.uri('galley.yaml');
    await client.show(uri, `${head}params: {a: 1}\n`);
    const report = await client.request<DocumentDiagnosticReport>('textDocument/diagnostic', {
      textDocument: { uri },
    });
    assert.deepEqual(report.kind === 'full' ? report.items.map(({ code, tags }) => [code, tags]) : [], [
      ['unused-param', [1]],
    ]);
    await writeFile(path.join(client.root, 'other.galley.yaml'), 'version: 1\n');
    const all = await client.request<WorkspaceDiagnosticReport>('workspace/diagnostic', {
      previousResultIds: [],
    });
    const [other] = all.items;
    assert.deepEqual(other?.kind === 'full' ? other.items.map(({ message }) => message) : [], [
      'The file needs `name`.',
    ]);
    const previousResultIds = [{ uri: client.uri('other.galley.yaml'), value: other?.resultId ?? '' }];
    const again = await client.request<WorkspaceDiagnosticReport>('workspace/diagnostic', {
      previousResultIds,
    });
    assert.equal(again.items[0]?.kind, 'unchanged');
    await rm(path.join(client.root, 'other.galley.yaml'));
    const gone = await client.request<WorkspaceDiagnosticReport>('workspace/diagnostic', {
      previousResultIds,
    });
    assert.deepEqual(gone.items, [
      { uri: client.uri('other.galley.yaml'), version: null, kind: 'full', items: [] },
    ]);
  });

  it('shows codes as the settings say, and links them to their page', async () => {
    const client = await startClient(server, {
      capabilities: { workspace: { configuration: true } },
      initializationOptions: { documentation: 'file:///docs/diagnostics.md' },
      settings: { 'galley.diagnostics.severity': { 'unused-param': 'off', schema: 'warning', cycle: 3 } },
    });
    clients.push(client);
    const uri = client.uri('galley.yaml');
    const settled = async (): Promise<unknown[]> => {
      for (;;) {
        const found = await client.diagnosticsAfter(uri, () =>
          client.notify('workspace/didChangeConfiguration', { settings: null }),
        );
        if (found.every(({ code }) => code !== 'unused-param')) return found;
      }
    };
    await client.open(uri, `${head}params: {a: 1}\nfoo: 1\n`);
    const [only, ...more] = (await settled()) as { severity: number; codeDescription: { href: string } }[];
    assert.equal(more.length, 0);
    assert.equal(only?.severity, 2);
    assert.equal(only.codeDescription.href, 'file:///docs/diagnostics.md#schema');
  });
});

function decode({ data }: SemanticTokens): { range: Range; type: number }[] {
  let line = 0;
  let character = 0;
  const tokens: { range: Range; type: number }[] = [];
  for (let at = 0; at < data.length; at += 5) {
    const [down = 0, right = 0, length = 0, type = 0] = data.slice(at, at + 4);
    character = down === 0 ? character + right : right;
    line += down;
    tokens.push({
      range: { start: { line, character }, end: { line, character: character + length } },
      type,
    });
  }
  return tokens;
}
