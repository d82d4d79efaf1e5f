import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import type { CodeAction } from 'vscode-languageserver-protocol';
import { applyEdits, marked } from './kit';
import { buildServer, startClient } from './server';
import type { Client } from './server';

const head = 'version: 1\nname: test\n';

/** What is done, the text with the cursor, the action's title, and the text afterwards. */
const actions: [string, string, string, string][] = [
  ['an unknown key', 'stages:\n  a:\n    ru‸nn: x\n', 'Change to `run`', 'stages:\n  a:\n    run: x\n'],
  [
    'an unknown value',
    'params:\n  a: {type: ‸integr, default: 1}\nstages:\n  s: {run: "${{ params.a }}"}\n',
    'Change to `integer`',
    'params:\n  a: {type: integer, default: 1}\nstages:\n  s: {run: "${{ params.a }}"}\n',
  ],
  [
    'an unknown param',
    'params: {trees: 1}\nstages:\n  a: {run: "${{ params.trees }} ${{ params.‸treees }}"}\n',
    'Change to `trees`',
    'params: {trees: 1}\nstages:\n  a: {run: "${{ params.trees }} ${{ params.trees }}"}\n',
  ],
  [
    'a misspelt metric',
    'stages:\n  a: {run: x, metrics: [log_loss]}\ntests:\n  t: {metric: ‸log_los, maximum: 1}\n',
    'Change to `log_loss`',
    'stages:\n  a: {run: x, metrics: [log_loss]}\ntests:\n  t: {metric: log_loss, maximum: 1}\n',
  ],
  [
    'an old alias',
    'tests:\n  t: {metric: auc, against: ‸Production, max-drop: 0.1}\n',
    'Change to `champion`',
    'tests:\n  t: {metric: auc, against: champion, max-drop: 0.1}\n',
  ],
  [
    'a param that is not declared, in a section of lines',
    'params:\n    a: 1\n\nstages:\n  s: {run: "${{ params.a }} ${{ params.‸rate }}"}\n',
    'Declare the param `rate`',
    'params:\n    a: 1\n    rate: {type: string}\n\nstages:\n  s: {run: "${{ params.a }} ${{ params.rate }}"}\n',
  ],
  [
    'a param that is not declared, with the type of its values',
    'stages:\n  s:\n    run: "${{ params.‸rate }}"\n    sweep: {over: {rate: [1, 0.5]}}\n',
    'Declare the param `rate`',
    'params:\n  rate: {type: number, default: 1}\n\nstages:\n  s:\n    run: "${{ params.rate }}"\n    sweep: {over: {rate: [1, 0.5]}}\n',
  ],
  [
    'a param that is not declared, in braces',
    'params: {a: 1}\nstages:\n  s: {run: "${{ params.a }} ${{ params.‸b }}"}\n',
    'Declare the param `b`',
    'params: {a: 1, b: {type: string}}\nstages:\n  s: {run: "${{ params.a }} ${{ params.b }}"}\n',
  ],
  [
    'a dataset that is not declared, with no other section',
    'stages:\n  s: {run: x, inputs: [datasets.‸raw]}\n',
    'Declare the dataset `raw`',
    'datasets:\n  raw: data/raw\n\nstages:\n  s: {run: x, inputs: [datasets.raw]}\n',
  ],
  [
    'an unused param among others',
    'params:\n  a: 1\n  ‸b: 2\nstages:\n  s: {run: "${{ params.a }}"}\n',
    'Remove the param `b`',
    'params:\n  a: 1\nstages:\n  s: {run: "${{ params.a }}"}\n',
  ],
  [
    'the only param, unused',
    'params:\n  ‸b: 2\nstages:\n  s: {run: x}\n',
    'Remove the param `b`',
    'stages:\n  s: {run: x}\n',
  ],
  [
    'an unused dataset in braces',
    'datasets: {‸b: nowhere, a: data/a}\nstages:\n  s: {run: x, inputs: [datasets.a]}\n',
    'Remove the dataset `b`',
    'datasets: {a: data/a}\nstages:\n  s: {run: x, inputs: [datasets.a]}\n',
  ],
  [
    'a reference without quotes in braces',
    'params: {a: 1}\nstages:\n  s: {run: ‸x ${{ params.a }}}\n',
    'Put the value in quotes',
    "params: {a: 1}\nstages:\n  s: {run: 'x ${{ params.a }}'}\n",
  ],
  [
    'a credential in plain text',
    'stages:\n  s:\n    run: x\n    env:\n      API_TOKEN: ‸abc123\n',
    'Read `API_TOKEN` from the environment',
    "stages:\n  s:\n    run: x\n    env:\n      API_TOKEN: '${{ env.API_TOKEN }}'\n",
  ],
  [
    'a hint that is not wanted',
    'params:\n  ‸a: 1\n',
    'Ignore `unused-param` here',
    'params:\n  a: 1 # galley-ignore: unused-param\n',
  ],
  [
    'a param in its short form',
    'params:\n  ‸a: 0.5\nstages:\n  s: {run: "${{ params.a }}"}\n',
    'Write the param `a` in its long form',
    'params:\n  a: {type: number, default: 0.5}\nstages:\n  s: {run: "${{ params.a }}"}\n',
  ],
  [
    'a param in its long form',
    'params:\n  a:\n    type: ‸integer\n    default: 5\nstages:\n  s: {run: "${{ params.a }}"}\n',
    'Write the param `a` in its short form',
    'params:\n  a: 5\nstages:\n  s: {run: "${{ params.a }}"}\n',
  ],
  [
    'a dataset in its long form',
    'datasets:\n  ‸a: {path: "data/{x}.csv"}\nstages:\n  s: {run: x, inputs: [datasets.a]}\n',
    'Write the dataset `a` in its short form',
    'datasets:\n  a: "data/{x}.csv"\nstages:\n  s: {run: x, inputs: [datasets.a]}\n',
  ],
  [
    'a number in a command',
    'stages:\n  s:\n    run: python t.py --learning-rate 0.‸1 --x\n',
    'Make `0.1` the param `learning_rate`',
    'params:\n  learning_rate: 0.1\n\nstages:\n  s:\n    run: python t.py --learning-rate ${{ params.learning_rate }} --x\n',
  ],
  [
    'a param that is only a value',
    'params:\n  a: 5\n  b: 6\nstages:\n  s: {run: "x ${{ params.‸a }} ${{params.b}} ${{ params.a }}"}\n',
    'Write `5` for the param `a`',
    'params:\n  b: 6\nstages:\n  s: {run: "x 5 ${{params.b}} 5"}\n',
  ],
  [
    'all that is misspelt alike',
    'params: {trees: 1}\nstages:\n  a: {run: "${{ params.‸treees }}"}\n  b: {run: "${{ params.tres }} ${{ params.trees }}"}\n',
    'Fix all 2 `unknown-reference` in the file',
    'params: {trees: 1}\nstages:\n  a: {run: "${{ params.trees }}"}\n  b: {run: "${{ params.trees }} ${{ params.trees }}"}\n',
  ],
];

describe('code actions', function () {
  this.timeout(0);
  let folder: string;
  let client: Client;
  let files = 0;

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'galley-actions-'));
    client = await startClient(await buildServer(folder), {
      capabilities: { workspace: { workspaceEdit: { resourceOperations: ['create'] } } },
    });
  });
  after(async () => {
    await client.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function actionsAt(
    written: string,
    only?: string[],
  ): Promise<{ text: string; found: CodeAction[]; uri: string }> {
    const uri = client.uri(`f${files++}.galley.yaml`);
    const { text, cursor } = marked(written);
    const diagnostics = await client.open(uri, text);
    const context = { diagnostics, ...(only === undefined ? {} : { only }) };
    const range = { start: cursor, end: cursor };
    const found = await client.request<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri },
      range,
      context,
    });
    return { text, found, uri };
  }

  for (const [what, written, title, expected] of actions)
    it(`changes ${what}`, async () => {
      const { text, found, uri } = await actionsAt(head + written);
      const action = found.find((one) => one.title === title);
      assert.ok(action, `${title} is not among ${found.map((one) => one.title).join(', ')}`);
      assert.equal(applyEdits(text, action.edit?.changes?.[uri] ?? []), head + expected);
      const again = await client.open(client.uri(`f${files++}.galley.yaml`), head + expected);
      const errors = again.filter(({ severity, code }) => severity === 1 && code !== 'unknown-reference');
      assert.deepEqual(errors, []);
    });

  it('makes a missing file', async () => {
    const { found } = await actionsAt(`${head}stages:\n  s: {run: x, inputs: [src/‸train.py]}\n`);
    const action = found.find(({ title }) => title === 'Create src/train.py');
    const [change] = action?.edit?.documentChanges ?? [];
    assert.deepEqual(change, {
      kind: 'create',
      uri: client.uri('src/train.py'),
      options: { ignoreIfExists: true },
    });
  });

  it('offers only what is asked for, and nothing where nothing fits', async () => {
    const text = `${head}params:\n  ‸a: 1\n`;
    const { found } = await actionsAt(text, ['refactor']);
    assert.deepEqual(
      found.map(({ title }) => title),
      ['Write the param `a` in its long form'],
    );
    assert.deepEqual((await actionsAt(`${head}‸`)).found, []);
    const literals = ['run: x ‸0.1', 'run: x --rate ${{ params.‸a }}', 'run: "${{ ‸port }}"', '‸run: x'];
    for (const line of literals) {
      const { found: none } = await actionsAt(`${head}stages:\n  s:\n    ${line}\n`, ['refactor.extract']);
      assert.deepEqual(none, [], line);
    }
    const kept = `${head}params: {a: 1}\nstages:\n  s: {run: "\${{ params.‸a }}", sweep: {over: {a: [1]}}}\n`;
    assert.deepEqual((await actionsAt(kept, ['refactor.inline'])).found, []);
  });

  it('corrects a whole file on saving', async () => {
    const written = `${head}params: {trees: 1}\nstages:\n  a: {runn: "\${{ params.trees }}"}\n  b: {run: "\${{ params.tres }}"}\n`;
    const { text, found, uri } = await actionsAt(written, ['source.fixAll']);
    assert.deepEqual(
      found.map(({ kind }) => kind),
      ['source.fixAll.galley'],
    );
    assert.equal(
      applyEdits(text, found[0]?.edit?.changes?.[uri] ?? []),
      written.replace('runn', 'run').replace('tres', 'trees'),
    );
  });
});
