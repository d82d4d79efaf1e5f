/**
 * Tracking beside MLflow: the same Python client logs over `galley track` and over `mlflow server` on SQLite, in turns,
 * and 20,000 runs x 40 columns are read from the same mlflow.db by Galley, by `mlflow.search_runs` on the file, and by
 * it over a server. Writes its section of docs/benchmarks.md.
 *
 *   node test/bench/tracking.mjs [--rounds 3] [--runs 20000] [--batches 150] [--python PATH] [--dry-run]
 *
 * `--python` names a Python with MLflow; without it a virtual environment is made for the time of the run.
 */
import { build } from 'esbuild';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { testBundle } from '../../scripts/build.mjs';

const run = promisify(execFile);
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const report = path.join(root, 'docs/benchmarks.md');
const [opening, closing] = ['<!-- tracking -->', '<!-- /tracking -->'];
const quiet = {
  ...process.env,
  DO_NOT_TRACK: 'true',
  MLFLOW_DISABLE_TELEMETRY: 'true',
  NODE_NO_WARNINGS: '1',
};

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    runs: { type: 'string', default: '20000' },
    batches: { type: 'string', default: '150' },
    python: { type: 'string' },
    'dry-run': { type: 'boolean', default: false },
  },
});

/** Logs batches of 100 metrics, then single metrics, and prints the seconds of each call. */
const log = `
import json, sys, time
from mlflow import MlflowClient
from mlflow.entities import Metric
batches = int(sys.argv[1])
client = MlflowClient()
run = client.create_run(client.create_experiment(f"bench {time.time_ns()}")).info.run_id
def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
client.log_metric(run, "warm", 1.0)
whole = time.perf_counter()
many = [timed(lambda: client.log_batch(run, metrics=[Metric(f"m{k}", step / (k + 1), 1700000000000 + step, step) for k in range(100)])) for step in range(batches)]
whole = time.perf_counter() - whole
single = [timed(lambda: client.log_metric(run, "one", float(step), step=step)) for step in range(batches)]
print(json.dumps({"batches": many, "seconds": whole, "singles": single}))
`;

/** Puts runs with 20 metrics, 15 params and 5 tags into the store's experiment. */
const fill = `
import random, sqlite3, sys
file, runs = sys.argv[1], int(sys.argv[2])
db = sqlite3.connect(file)
random.seed(1)
experiment = db.execute("SELECT experiment_id FROM experiments WHERE name = 'bench'").fetchone()[0]
rows = {"runs": [], "latest_metrics": [], "params": [], "tags": []}
for i in range(runs):
    run, start = "%032x" % random.getrandbits(128), 1700000000000 + i * 1000
    rows["runs"].append((run, f"run-{i}", "LOCAL", "", "", "ana", "FINISHED", start, start + 60000, "", "active", f"/x/{run}", experiment))
    rows["latest_metrics"] += [(f"metric_{k}", random.random(), start, 100, 0, run) for k in range(20)]
    rows["params"] += [(f"param_{k}", str(random.choice([0.1, 0.01, 32, 64, "adam", "sgd"])), run) for k in range(15)]
    rows["tags"] += [(f"tag_{k}", f"value {random.randrange(50)}", run) for k in range(5)]
names = {
    "runs": "run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time, end_time, source_version, lifecycle_stage, artifact_uri, experiment_id",
    "latest_metrics": "key, value, timestamp, step, is_nan, run_uuid", "params": "key, value, run_uuid", "tags": "key, value, run_uuid",
}
for table, values in rows.items():
    db.executemany(f"INSERT INTO {table} ({names[table]}) VALUES ({', '.join('?' * len(values[0]))})", values)
db.commit()
`;

/** Seconds of one search of everything, as a data frame, the imports not counted. */
const search = `
import sys, time, warnings
warnings.filterwarnings("ignore")
import mlflow, pandas
mlflow.set_tracking_uri(sys.argv[1])
experiment = mlflow.get_experiment_by_name("bench").experiment_id
start = time.perf_counter()
frame = mlflow.search_runs([experiment], max_results=1000000)
assert len(frame) == int(sys.argv[2]) and len(frame.columns) >= 40
print(time.perf_counter() - start)
`;

/** The store of the folder `argv[2]`: makes it, or reads it column by column in a process that has done nothing yet. */
const reader = `
import { openLocalStore } from './engine/backends/local/store';
const [, , work, folder, runs] = process.argv;
(async () => {
  const start = performance.now();
  const { tracking, close } = openLocalStore(folder);
  if (work === 'make') await tracking.createExperiment('bench');
  else {
    const experiment = await tracking.experimentByName('bench');
    const columns = await tracking.runColumns({ experimentIds: [experiment.id] });
    if (columns.ids.length !== Number(runs) || columns.metrics.size + columns.params.size + columns.tags.size !== 40) process.exit(1);
    process.stdout.write(String((performance.now() - start) / 1000));
  }
  await close();
})();
`;

async function pythonFor(folder) {
  if (options.python !== undefined) return options.python;
  const venv = path.join(folder, 'venv');
  await run('python3', ['-m', 'venv', venv]);
  const python = path.join(venv, 'bin', 'python');
  await run(python, ['-m', 'pip', 'install', '--quiet', 'mlflow==3.17.2'], { maxBuffer: 1 << 26 });
  return python;
}

async function bundles(folder) {
  const common = { ...testBundle, outbase: undefined };
  const [galley, store] = [path.join(folder, 'galley.js'), path.join(folder, 'store.js')];
  await build({ ...common, entryPoints: [path.join(root, 'engine/cli/main.ts')], outfile: galley });
  await build({ ...common, stdin: { contents: reader, resolveDir: root, loader: 'ts' }, outfile: store });
  return { galley, store };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** A process and all that it started. */
async function descendants(pid) {
  const { stdout } = await run('ps', ['-eo', 'pid=,ppid=']);
  const pairs = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const found = [pid];
  for (const parent of found)
    found.push(...pairs.filter(([, ppid]) => ppid === parent).map(([child]) => child));
  return found;
}

/** Runs `work` while a server lives. */
async function during(command, args, cwd, env, url, work) {
  const child = spawn(command, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...quiet, ...env },
  });
  child.stdout.resume();
  try {
    for (let turn = 0; ; turn++) {
      if (child.exitCode !== null || turn > 600)
        throw new Error(`${command} ${args.join(' ')} does not answer`);
      const answer = await fetch(`${url}/health`).catch(() => undefined);
      if (answer?.ok) break;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    return await work();
  } finally {
    // MLflow's workers are in groups of their own and outlive their parent.
    const all = await descendants(child.pid);
    const ended = child.exitCode === null ? once(child, 'exit') : undefined;
    for (const pid of all)
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It went with its parent.
      }
    await ended;
  }
}

async function withGalley(folder, galley, work) {
  const port = await freePort();
  const token = 'a token for this measurement';
  const secret = token.replaceAll(' ', '-');
  const url = `http://127.0.0.1:${port}`;
  const args = [galley, 'track', '--port', String(port)];
  return during(process.execPath, args, folder, { GALLEY_TRACKING_TOKEN: secret }, url, () =>
    work(url, { MLFLOW_TRACKING_URI: url, MLFLOW_TRACKING_TOKEN: secret }),
  );
}

async function withMlflow(folder, python, work) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const args = [
    '-m',
    'mlflow',
    'server',
    '--backend-store-uri',
    'sqlite:///mlflow.db',
    '--port',
    String(port),
  ];
  return during(python, args, folder, {}, url, () => work(url, { MLFLOW_TRACKING_URI: url }));
}

const median = (numbers) => quantile(numbers, 0.5);

function quantile(numbers, share) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

async function logging(folder, python, galley, rounds) {
  const results = { galley: [], mlflow: [] };
  const client = (env) => async () =>
    JSON.parse((await run(python, ['-c', log, options.batches], { env: { ...quiet, ...env } })).stdout);
  for (let round = 0; round < rounds; round++)
    for (const name of ['galley', 'mlflow']) {
      const place = path.join(folder, `${name}-${round}`);
      await mkdir(place);
      const measure = (_url, env) => client(env)();
      results[name].push(
        await (name === 'galley' ? withGalley(place, galley, measure) : withMlflow(place, python, measure)),
      );
    }
  return results;
}

async function reading(folder, python, store, rounds) {
  const place = path.join(folder, 'many');
  await mkdir(place);
  const file = path.join(place, 'mlflow.db');
  await run(process.execPath, [store, 'make', place], { env: quiet });
  await run(python, ['-c', fill, file, options.runs], { env: quiet });
  const results = { galley: [], file: [], server: [] };
  const searched = async (uri) =>
    Number((await run(python, ['-c', search, uri, options.runs], { env: quiet, maxBuffer: 1 << 26 })).stdout);
  for (let round = 0; round < rounds; round++) {
    results.galley.push(
      Number((await run(process.execPath, [store, 'read', place, options.runs], { env: quiet })).stdout),
    );
    results.file.push(await searched(`sqlite:///${file}`));
  }
  await withMlflow(place, python, async (url) => {
    for (let round = 0; round < rounds; round++) results.server.push(await searched(url));
  });
  return results;
}

function section(logged, read, rounds, facts) {
  const rate = (results) => median(results.map(({ seconds }) => (Number(options.batches) * 100) / seconds));
  const p95 = (results, name) => median(results.map((result) => quantile(result[name], 0.95))) * 1000;
  const times = (a, b) => `${(a / b).toFixed(1)} x`;
  const [own, peer] = [logged.galley, logged.mlflow];
  const row = (name, format, ours, theirs, better) =>
    `| ${name} | ${format(ours)} | ${format(theirs)} | ${better} |`;
  const perSecond = (value) => `${Math.round(value).toLocaleString('en')} metrics/s`;
  const ms = (value) => `${value.toFixed(1)} ms`;
  const s = (value) => `${value.toFixed(2)} s`;
  const galley = median(read.galley);
  return [
    opening,
    '## Tracking',
    '',
    `MLflow's own Python client (log_batch of 100 metrics, ${options.batches} times, then ${options.batches} single metrics) over \`galley track\` and over \`mlflow server\` on SQLite with its default workers, in turns with fresh stores; median of ${rounds}.`,
    '',
    '| | Galley | mlflow server | times |',
    '| --- | --- | --- | --- |',
    row('log_batch, throughput', perSecond, rate(own), rate(peer), times(rate(own), rate(peer))),
    row(
      'log_batch, 95th percentile',
      ms,
      p95(own, 'batches'),
      p95(peer, 'batches'),
      times(p95(peer, 'batches'), p95(own, 'batches')),
    ),
    row(
      'log_metric, 95th percentile',
      ms,
      p95(own, 'singles'),
      p95(peer, 'singles'),
      times(p95(peer, 'singles'), p95(own, 'singles')),
    ),
    '',
    `${Number(options.runs).toLocaleString('en')} runs x 40 columns (20 metrics, 15 params, 5 tags) read from one \`mlflow.db\`, all of them, each in a new process, its imports not counted; median of ${rounds}.`,
    '',
    '| | time | times |',
    '| --- | --- | --- |',
    `| Galley, columns of the local store | ${s(galley)} | |`,
    `| \`mlflow.search_runs\`, the file | ${s(median(read.file))} | ${times(median(read.file), galley)} |`,
    `| \`mlflow.search_runs\`, over \`mlflow server\` | ${s(median(read.server))} | ${times(median(read.server), galley)} |`,
    '',
    'Budgets: log_batch 5 times better in both, reading within 1 s.',
    '',
    facts,
    closing,
  ].join('\n');
}

async function facts(python) {
  const { stdout } = await run(
    python,
    ['-c', 'import platform, mlflow; print(platform.python_version(), mlflow.__version__)'],
    { env: quiet },
  );
  const [version, mlflow] = stdout.trim().split(' ');
  const cpu = os.cpus();
  const machine = `${cpu[0]?.model.trim() ?? 'unknown'}, ${cpu.length} processors, ${Math.round(os.totalmem() / 2 ** 30)} GB, ${os.type()} ${os.arch()}, load ${os.loadavg()[0].toFixed(1)} at the end`;
  return `${machine}; Node ${process.versions.node}, Python ${version}, MLflow ${mlflow}. Made by \`node test/bench/tracking.mjs\` on ${new Date().toISOString().slice(0, 10)}.`;
}

async function write(text) {
  const page = await readFile(report, 'utf8').catch(() => '# Benchmarks\n');
  const [start, end] = [page.indexOf(opening), page.indexOf(closing)];
  const written =
    start >= 0 && end > start
      ? page.slice(0, start) + text + page.slice(end + closing.length)
      : `${page.trimEnd()}\n\n${text}\n`;
  await writeFile(report, written);
}

const folder = await mkdtemp(path.join(os.tmpdir(), 'galley-bench-tracking-'));
try {
  const rounds = Number(options.rounds);
  const python = await pythonFor(folder);
  const { galley, store } = await bundles(folder);
  const logged = await logging(folder, python, galley, rounds);
  const read = await reading(folder, python, store, rounds);
  const text = section(logged, read, rounds, await facts(python));
  process.stdout.write(`${text}\n`);
  if (!options['dry-run']) await write(text);
} finally {
  await rm(folder, { recursive: true, force: true });
}
