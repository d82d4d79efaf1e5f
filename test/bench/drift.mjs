/**
 * Drift of 1,000,000 rows x 20 columns on both sides: `galley drift` beside Evidently, whole processes, in turns on the
 * same Parquet files. Compares every score and writes a section of docs/benchmarks.md.
 *
 *   node test/bench/drift.mjs [--rows 1000000] [--rounds 3] [--python PATH] [--dry-run]
 *
 * `--python` names a Python with the packages below; without it a virtual environment is made for the time of the run.
 */
import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { testBundle } from '../../scripts/build.mjs';

const run = promisify(execFile);
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const packages = ['evidently==0.7.21', 'pandas==2.3.3', 'pyarrow>=16,<30'];
const report = path.join(root, 'docs/benchmarks.md');
const heading = '## Drift of two datasets';

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
    python: { type: 'string' },
    'dry-run': { type: 'boolean', default: false },
  },
});

/** 15 normal columns that shift more and more, and 5 categorical ones with 10 to 50 values. */
const generate = `
import sys
import numpy as np, pandas as pd
folder, rows = sys.argv[1], int(sys.argv[2])
for side, (name, shift) in enumerate((("reference", 0.0), ("current", 0.1))):
    rng = np.random.default_rng(side + 1)
    columns = {f"n{i}": rng.normal(shift * i / 3, 1 + i, rows) for i in range(15)}
    for i in range(5):
        values = 10 * (i + 1)
        weights = np.arange(1, values + 1) ** (shift * i)
        columns[f"c{i}"] = np.char.add("v", rng.choice(values, rows, p=weights / weights.sum()).astype(str))
    pd.DataFrame(columns).to_parquet(f"{folder}/{name}.parquet", index=False)
`;

/** What Evidently's own guide shows: the drift preset on two data frames. */
const evidently = `
import json, sys, warnings
warnings.filterwarnings("ignore")
import pandas as pd
from evidently import Report
from evidently.presets import DataDriftPreset
reference, current = (pd.read_parquet(f"{sys.argv[1]}/{name}.parquet") for name in ("reference", "current"))
metrics = json.loads(Report([DataDriftPreset()]).run(current, reference).json())["metrics"]
print(json.dumps({m["config"]["column"]: m["value"] for m in metrics if "ValueDrift" in m["metric_name"]}))
`;

/** Runs a command and prints its output, seconds and peak memory in MB as JSON. */
const measure = `
import json, platform, resource, subprocess, sys, time
start = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, check=True)
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (2**20 if platform.system() == "Darwin" else 2**10)
print(json.dumps({"output": done.stdout.decode(), "seconds": seconds, "megabytes": peak}))
`;

async function pythonFor(folder) {
  if (options.python !== undefined) return options.python;
  const venv = path.join(folder, 'venv');
  await run('python3', ['-m', 'venv', venv]);
  const python = path.join(venv, 'bin', 'python');
  await run(python, ['-m', 'pip', 'install', '--quiet', ...packages], { maxBuffer: 1 << 26 });
  return python;
}

async function bundle(folder) {
  const outfile = path.join(folder, 'galley.js');
  await build({
    ...testBundle,
    outbase: undefined,
    entryPoints: [path.join(root, 'engine/cli/main.ts')],
    outfile,
  });
  return outfile;
}

async function measured(python, command) {
  const { stdout } = await run(python, ['-c', measure, ...command], {
    maxBuffer: 1 << 28,
    env: { ...process.env, DO_NOT_TRACK: '1' },
  });
  return JSON.parse(stdout);
}

function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

/** Largest difference of two sets of scores, as a share of the score itself. */
function difference(ours, theirs) {
  const names = Object.keys(theirs);
  if (names.length !== 20) throw new Error(`Evidently scored ${names.length} columns, not 20`);
  return Math.max(...names.map((name) => Math.abs(ours[name] - theirs[name]) / Math.abs(theirs[name])));
}

async function versions(python) {
  const { stdout } = await run(python, [
    '-c',
    'import platform, importlib.metadata as m; print(platform.python_version(), m.version("evidently"), m.version("pandas"))',
  ]);
  const [own, peer, pandas] = stdout.trim().split(' ');
  const duckdb = JSON.parse(
    await readFile(path.join(root, 'node_modules/@duckdb/node-api/package.json'), 'utf8'),
  ).version;
  return `Node ${process.versions.node}, DuckDB ${duckdb}, Python ${own}, Evidently ${peer}, pandas ${pandas}`;
}

function section({ rows, rounds, results, worst, facts }) {
  const row = (name, { seconds, megabytes }) =>
    `| ${name} | ${median(seconds).toFixed(2)} s | ${Math.min(...seconds).toFixed(2)} to ${Math.max(...seconds).toFixed(2)} s | ${Math.round(median(megabytes))} MB |`;
  const times = median(results.evidently.seconds) / median(results.galley.seconds);
  return `${heading}

${rows.toLocaleString('en')} rows x 20 columns (15 numbers, 5 texts) a side in Parquet, default methods, whole processes with their start, in turns; median of ${rounds}.

| | time | range | peak memory |
| --- | --- | --- | --- |
${row('`galley drift`', results.galley)}
${row('Evidently `DataDriftPreset`', results.evidently)}

Galley is ${times.toFixed(1)} times as fast here. The largest difference of a score is ${worst === 0 ? '0' : worst.toExponential(1)} of the score. Budget: 20 times, 1e-6.

${facts}. Made by \`node test/bench/drift.mjs\` on ${new Date().toISOString().slice(0, 10)}.
`;
}

/** Puts the section in place of the one of the last run, or at the end. */
async function keep(text) {
  const before = await readFile(report, 'utf8').catch((error) => {
    if (error.code === 'ENOENT')
      return '# Benchmarks\n\nEach section is written by a script in `test/bench`.\n';
    throw error;
  });
  const start = before.indexOf(`${heading}\n`);
  const next = start < 0 ? -1 : before.indexOf('\n## ', start + heading.length);
  const kept = start < 0 ? `${before.trimEnd()}\n\n` : before.slice(0, start);
  await writeFile(report, `${kept}${text}${next < 0 ? '' : before.slice(next)}`);
}

// Inside the repository, where the bundle finds its native packages.
await mkdir(path.join(root, 'out'), { recursive: true });
const folder = await mkdtemp(path.join(root, 'out/bench-drift-'));
try {
  const rows = Number(options.rows);
  const rounds = Number(options.rounds);
  const python = await pythonFor(folder);
  const galley = await bundle(folder);
  await run(python, ['-c', generate, folder, String(rows)]);
  const drift = [
    '--cwd',
    folder,
    'drift',
    '--reference',
    'reference.parquet',
    '--current',
    'current.parquet',
  ];
  const commands = {
    galley: [process.execPath, galley, ...drift, '--format', 'json'],
    evidently: [python, '-c', evidently, folder],
  };
  const results = { galley: { seconds: [], megabytes: [] }, evidently: { seconds: [], megabytes: [] } };
  let worst = 0;
  for (let round = 1; round <= rounds; round++) {
    const scores = {};
    for (const [name, command] of Object.entries(commands)) {
      const { output, seconds, megabytes } = await measured(python, command);
      results[name].seconds.push(seconds);
      results[name].megabytes.push(megabytes);
      scores[name] = JSON.parse(output);
      console.log(`${round} ${name} ${seconds.toFixed(2)} s ${Math.round(megabytes)} MB`);
    }
    const ours = Object.fromEntries(scores.galley.columns.map(({ column, score }) => [column, score]));
    worst = Math.max(worst, difference(ours, scores.evidently));
  }
  if (!(worst <= 1e-6)) throw new Error(`a score differs from Evidently's by ${worst}`);
  const load = os.loadavg()[0] ?? 0;
  const [cpu] = os.cpus();
  const facts = `${cpu?.model.trim()}, ${os.cpus().length} processors, ${Math.round(os.totalmem() / 2 ** 30)} GB, ${os.type()} ${os.arch()}, load ${load.toFixed(1)} at the end; ${await versions(python)}`;
  const text = section({ rows, rounds, results, worst, facts });
  console.log(`\n${text}`);
  if (!options['dry-run']) await keep(text);
} finally {
  await rm(folder, { recursive: true, force: true });
}
