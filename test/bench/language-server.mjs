/**
 * The language server beside yaml-language-server: the same spec, the same schema, the same edits, over stdio, in turns.
 * Writes its section of docs/benchmarks.md.
 *
 *   node test/bench/language-server.mjs [--rounds 3] [--edits 60] [--dry-run]
 *
 * yaml-language-server is installed into a temporary folder for the time of the run.
 */
import { build } from 'esbuild';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { StreamMessageReader, StreamMessageWriter, createMessageConnection } from 'vscode-jsonrpc/node';
import { testBundle } from '../../scripts/build.mjs';

const run = promisify(execFile);
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const report = path.join(root, 'docs/benchmarks.md');
const peer = 'yaml-language-server@2.0.0';
const [opening, closing] = ['<!-- language-server -->', '<!-- /language-server -->'];

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    edits: { type: 'string', default: '60' },
    'dry-run': { type: 'boolean', default: false },
  },
});

/** A spec whose stages follow one another; every stage uses the param `base`. Ten lines a stage. */
function makeSpec(stages) {
  const params = Array.from({ length: 40 }, (_, index) => `  p${index}: {type: number, default: ${index}}\n`);
  let text = `version: 1\nname: big\n\nparams:\n  base: 1\n${params.join('')}\ndatasets:\n  raw: {path: data/raw.csv}\n\nstages:\n`;
  for (let index = 0; index < stages; index++) {
    const from = index === 0 ? 'datasets.raw.path' : `stages.s${index - 1}.outputs.out`;
    text += `  s${index}:
    description: Stage number ${index}
    run: >-
      python src/s${index}.py --in \${{ ${from} }}
      --rate \${{ params.p${index % 40} }} --base \${{ params.base }} --out \${{ outputs.out }}
    outputs:
      out: build/s${index}.parquet
    timeout: 10m
    retries: 1
    backend: local
`;
  }
  return text;
}

/** A client that speaks LSP to a server process. */
async function start(command, folder, file, settings) {
  const server = spawn(process.execPath, command, { stdio: ['pipe', 'pipe', 'ignore'] });
  const connection = createMessageConnection(
    new StreamMessageReader(server.stdout),
    new StreamMessageWriter(server.stdin),
  );
  const uri = pathToFileURL(file).href;
  let heard = () => {};
  connection.onNotification('textDocument/publishDiagnostics', (params) => {
    if (params.uri === uri) heard(params.diagnostics);
  });
  connection.onRequest('workspace/configuration', ({ items }) =>
    items.map(({ section }) => settings[section] ?? null),
  );
  connection.onRequest('client/registerCapability', () => null);
  connection.listen();
  await connection.sendRequest('initialize', {
    processId: process.pid,
    rootUri: pathToFileURL(folder).href,
    workspaceFolders: [{ uri: pathToFileURL(folder).href, name: 'bench' }],
    capabilities: { workspace: { configuration: true }, textDocument: { publishDiagnostics: {} } },
  });
  await connection.sendNotification('initialized', {});
  await connection.sendNotification('workspace/didChangeConfiguration', { settings });
  await new Promise((resolve) => setTimeout(resolve, 1500));
  let version = 1;
  /** Milliseconds from sending a notification to the diagnostics that follow it. */
  const timed = async (method, params) => {
    const answered = new Promise((resolve) => (heard = resolve));
    const since = performance.now();
    await connection.sendNotification(method, params);
    const diagnostics = await answered;
    return { milliseconds: performance.now() - since, diagnostics };
  };
  return {
    open: (text) =>
      timed('textDocument/didOpen', { textDocument: { uri, languageId: 'yaml', version, text } }),
    change: (range, text) =>
      timed('textDocument/didChange', {
        textDocument: { uri, version: ++version },
        contentChanges: [{ range, text }],
      }),
    async ask(method, params) {
      const since = performance.now();
      const answer = await connection.sendRequest(method, { textDocument: { uri }, ...params });
      return { milliseconds: performance.now() - since, answer };
    },
    async megabytes() {
      const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(server.pid)]);
      return Number(stdout) / 1024;
    },
    async stop() {
      const ended = new Promise((resolve) => server.on('exit', resolve));
      await connection.sendRequest('shutdown');
      await connection.sendNotification('exit');
      await ended;
      connection.dispose();
    },
  };
}

const share = (values, part) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))];
const median = (values) => share(values, 0.5);

/** One round: a fresh server, the file opened, keystrokes in places all over it, completions, renames. */
async function measure(command, folder, file, text, settings, edits) {
  const client = await start(command, folder, file, settings);
  const lines = text.split('\n');
  const runs = lines.flatMap((line, index) => (line.includes('python src/') ? [index] : []));
  const { milliseconds: open, diagnostics } = await client.open(text);
  if (diagnostics.length > 0) throw new Error(`The spec is not sound: ${JSON.stringify(diagnostics[0])}`);
  const keystrokes = [];
  const completions = [];
  for (let edit = 0; edit < edits; edit++) {
    const line = runs[(edit * 37) % runs.length];
    const at = { line, character: lines[line].indexOf('.py') };
    lines[line] = lines[line].replace('.py', 'x.py');
    keystrokes.push((await client.change({ start: at, end: at }, 'x')).milliseconds);
    const place = { line: line + 4, character: lines[line + 4].length };
    completions.push((await client.ask('textDocument/completion', { position: place })).milliseconds);
  }
  const renames = [];
  if (settings.yaml === undefined)
    for (let count = 0; count < 10; count++) {
      const { milliseconds, answer } = await client.ask('textDocument/rename', {
        position: { line: 4, character: 3 },
        newName: 'other',
      });
      if (Object.values(answer.changes)[0].length !== runs.length + 1)
        throw new Error('A use was not renamed.');
      renames.push(milliseconds);
    }
  const megabytes = await client.megabytes();
  await client.stop();
  return { open, keystrokes, completions, renames, megabytes };
}

function summary(rounds) {
  const all = (key) => rounds.flatMap((round) => round[key]);
  return {
    open: median(all('open')),
    keystroke: [share(all('keystrokes'), 0.5), share(all('keystrokes'), 0.95)],
    completion: [share(all('completions'), 0.5), share(all('completions'), 0.95)],
    rename: all('renames').length === 0 ? undefined : share(all('renames'), 0.95),
    megabytes: median(all('megabytes')),
  };
}

const folder = await mkdtemp(path.join(os.tmpdir(), 'galley-bench-'));
try {
  await build({
    ...testBundle,
    entryPoints: [path.join(root, 'language-server/main.ts')],
    outdir: undefined,
    outfile: path.join(folder, 'language-server.js'),
    absWorkingDir: root,
    logLevel: 'error',
  });
  await run('npm', ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', peer]);
  const ours = [path.join(folder, 'language-server.js'), '--stdio'];
  const theirs = [path.join(folder, 'node_modules/yaml-language-server/bin/yaml-language-server'), '--stdio'];
  const schema = pathToFileURL(path.join(root, 'schemas/galley.schema.json')).href;
  const yaml = {
    validate: true,
    completion: true,
    schemas: { [schema]: ['*.galley.yaml'] },
    schemaStore: { enable: false },
  };
  const file = path.join(folder, 'big.galley.yaml');
  const rounds = Number(options.rounds);
  const edits = Number(options.edits);
  const found = { ours: [], theirs: [], large: [] };
  for (let round = 0; round < rounds; round++) {
    found.ours.push(await measure(ours, folder, file, makeSpec(500), {}, edits));
    found.theirs.push(await measure(theirs, folder, file, makeSpec(500), { yaml }, Math.ceil(edits / 3)));
    found.large.push(await measure(ours, folder, file, makeSpec(5000), {}, Math.ceil(edits / 2)));
  }
  const [own, other, large] = [found.ours, found.theirs, found.large].map(summary);
  const ms = (value) => (value === undefined ? '–' : `${value.toFixed(value < 10 ? 1 : 0)} ms`);
  const both = ([half, most]) => `${ms(half)} / ${ms(most)}`;
  const section = [
    opening,
    '## The language server',
    '',
    `A spec of 500 stages (5,000 lines), each with references to a param and to the stage before, edited inside commands all over the file. Over stdio, median and 95th percentile of ${rounds} rounds of ${edits} keystrokes with fresh servers, in turns with ${peer} on the same file, schema and edits (it waits 200 ms by design before it validates, and has no rename). On ${os.cpus().length} cores (${os.cpus()[0]?.model.trim() ?? 'unknown'}) shared with other work.`,
    '',
    '| | budget | Galley | yaml-language-server | Galley, 50,000 lines |',
    '|---|---|---|---|---|',
    `| keystroke to diagnostics, p50 / p95 | 16 ms | ${both(own.keystroke)} | ${both(other.keystroke)} | ${both(large.keystroke)} |`,
    `| completion, p50 / p95 | 20 ms | ${both(own.completion)} | ${both(other.completion)} | ${both(large.completion)} |`,
    `| rename of a param with a use in every stage, p95 | 50 ms | ${ms(own.rename)} | – | ${ms(large.rename)} |`,
    `| opening, until diagnostics | 250 ms | ${ms(own.open)} | ${ms(other.open)} | ${ms(large.open)} |`,
    `| resident memory afterwards | 200 MB | ${own.megabytes.toFixed(0)} MB | ${other.megabytes.toFixed(0)} MB | ${large.megabytes.toFixed(0)} MB |`,
    '',
    '`node test/bench/language-server.mjs` measures again.',
    closing,
  ].join('\n');
  process.stdout.write(`${section}\n`);
  if (!options['dry-run']) {
    const page = await readFile(report, 'utf8').catch(() => '# Benchmarks\n');
    const start = page.indexOf(opening);
    const end = page.indexOf(closing);
    const written =
      start >= 0 && end > start
        ? page.slice(0, start) + section + page.slice(end + closing.length)
        : `${page.trimEnd()}\n\n${section}\n`;
    await writeFile(report, written);
    await run(path.join(root, 'node_modules/.bin/prettier'), ['--write', report], {
      shell: process.platform === 'win32',
    });
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
