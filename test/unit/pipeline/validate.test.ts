import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { after, before, describe, it } from 'mocha';
import { registerGraph } from '../../../engine/cli/commands/graph';
import { registerValidate } from '../../../engine/cli/commands/validate';
import type { CliContext } from '../../../engine/cli/context';
import type { Diagnostic } from '../../../engine/pipeline/diagnostics';
import { diagnosticsAsGithub } from '../../../engine/pipeline/format/github';

describe('galley validate and graph', function () {
  this.timeout(0);
  let root: string;

  before(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'galley-validate-'));
    await mkdir(path.join(root, 'good/.galley'), { recursive: true });
    await mkdir(path.join(root, 'bad'));
    await mkdir(path.join(root, 'none'));
    await writeFile(
      path.join(root, 'good/galley.yaml'),
      'version: 1\nname: good\nstages:\n  b: {run: x, backend: lab, inputs: [out/a], model: {name: m, from: outputs.o}, outputs: {o: m}}\n  a: {run: x, outputs: {o: out}}\ndeployments: {p: {model: m, target: local}}\n',
    );
    await writeFile(
      path.join(root, 'good/.galley/backends.yaml'),
      'version: 1\nbackends: {lab: {kind: ray}}\n',
    );
    await writeFile(
      path.join(root, 'bad/x.galley.yaml'),
      'version: 1\nname: bad\nparams: {p: 1}\nstages:\n  a: {runn: x}\n',
    );
  });
  after(() => rm(root, { recursive: true, force: true }));

  async function galley(...args: string[]): Promise<{ code: number; output: string }> {
    let code = 0;
    let output = '';
    const refuse = () => {
      throw new Error('validate must not open the project');
    };
    const context: CliContext = {
      project: refuse,
      cwd: () => root,
      launcher: { command: '', args: [] },
      print: (value, format, text) => {
        output += format === 'json' ? JSON.stringify(value) : text(value);
      },
      progress: () => undefined,
      exit: (given) => {
        code = given;
      },
    };
    const program = new Command('galley');
    registerValidate(program, context);
    registerGraph(program, context);
    await program.parseAsync(args, { from: 'user' });
    return { code, output };
  }

  it('checks files, folders and the list of backends of each project', async () => {
    assert.deepEqual(await galley('validate', 'good'), { code: 0, output: '2 files: no problems' });
    const bad = await galley('validate');
    assert.equal(bad.code, 1);
    assert.match(bad.output, /^bad\/x\.galley\.yaml:3:10: hint: .* \[unused-param\]$/m);
    assert.match(bad.output, /^bad\/x\.galley\.yaml:5:7: error: .*Did you mean `run`\? \[schema\]$/m);
    assert.match(bad.output, /2 files: 1 error and 1 hint$/);
    await assert.rejects(galley('validate', 'nowhere'), /There is no file or folder nowhere/);
    await assert.rejects(galley('validate', 'none'), /There is no galley\.yaml in none/);
  });

  it('writes JSON, SARIF and annotations for GitHub', async () => {
    const json = JSON.parse((await galley('validate', 'bad', '--format', 'json')).output) as Diagnostic[];
    assert.deepEqual(
      json.map(({ file, code, severity, range }) => [file, code, severity, range.start, range.end]),
      [
        ['bad/x.galley.yaml', 'unused-param', 'hint', { line: 2, character: 9 }, { line: 2, character: 10 }],
        ['bad/x.galley.yaml', 'schema', 'error', { line: 4, character: 6 }, { line: 4, character: 10 }],
      ],
    );
    const sarif = JSON.parse((await galley('validate', 'bad', '--format', 'sarif')).output) as {
      version: string;
      runs: {
        results: { ruleId: string; level: string; locations: unknown[] }[];
        tool: { driver: { rules: { id: string }[] } };
      }[];
    };
    assert.equal(sarif.version, '2.1.0');
    const result = sarif.runs[0]?.results[1];
    assert.deepEqual([result?.ruleId, result?.level], ['schema', 'error']);
    assert.deepEqual(result?.locations, [
      {
        physicalLocation: {
          artifactLocation: { uri: 'bad/x.galley.yaml' },
          region: { startLine: 5, startColumn: 7, endLine: 5, endColumn: 11 },
        },
      },
    ]);
    const github = (await galley('validate', 'bad', '--format', 'github')).output;
    assert.match(
      github,
      /^::notice file=bad\/x\.galley\.yaml,line=3,endLine=3,col=10,endColumn=11,title=unused-param::/m,
    );
    const [first] = json;
    assert.ok(first);
    assert.match(
      diagnosticsAsGithub([{ ...first, file: 'a,b:c', message: '5 %\nmore' }]),
      /file=a%2Cb%3Ac,.*::5 %25%0Amore$/,
    );
  });

  it('shows the graph', async () => {
    assert.equal((await galley('graph', 'good/galley.yaml')).output, 'a\nb  needs a');
    const mermaid = (await galley('graph', 'good/galley.yaml', '--format', 'mermaid')).output.split('\n');
    assert.equal(mermaid[0], 'flowchart LR');
    for (const line of [
      '  stage0["a"]',
      '  stage0 --> stage1',
      '  stage1 --> model0',
      '  model0 --> deployment0',
    ])
      assert.ok(mermaid.includes(line), `${line} is not in\n${mermaid.join('\n')}`);
    await assert.rejects(galley('graph'), /There are several spec files/);
    await assert.rejects(galley('graph', 'bad/x.galley.yaml'), /error in line 5/);
  });
});
