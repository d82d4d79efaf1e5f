/** Logs through the run's endpoint as MLflow's own clients do, with no package. */
const trainCode = `
import { mkdirSync, readFileSync, writeFileSync, appendFileSync } from 'node:fs';
const [rate, model] = process.argv.slice(2);
const { MLFLOW_TRACKING_URI: url, MLFLOW_TRACKING_TOKEN: token, MLFLOW_RUN_ID: run_id } = process.env;
async function post(method, body) {
  const answer = await fetch(url + '/api/2.0/mlflow/runs/' + method, {
    method: 'POST',
    headers: { authorization: 'Bearer ' + token, 'content-type': 'application/json' },
    body: JSON.stringify({ run_id, ...body }),
  });
  if (!answer.ok) throw new Error(method + ': ' + (await answer.text()));
}
console.log('token is ' + token);
for (let step = 0; step < 5; step++) await post('log-metric', { key: 'loss', value: 1 / (step + 1), timestamp: 1000 + step, step });
await post('log-parameter', { key: 'rate', value: Number(rate).toFixed(3) });
await post('log-parameter', { key: 'optimizer', value: 'adam' });
await post('update', { status: 'FINISHED', end_time: 5 });
mkdirSync(model, { recursive: true });
writeFileSync(model + '/weights.txt', readFileSync('build/features.txt', 'utf8') + rate);
appendFileSync('times-trained.txt', 'x');
writeFileSync('token.txt', token);
`;

const lifeSpec = `
version: 1
name: life
params:
  rate: {type: number, default: 0.1}
stages:
  prepare:
    run: node prepare.mjs \${{ outputs.features }}
    inputs: [prepare.mjs]
    outputs: {features: build/features.txt}
  train:
    run: node train.mjs \${{ params.rate }} \${{ outputs.model }}
    inputs: [train.mjs, stages.prepare.outputs.features]
    outputs: {model: build/model}
    metrics: [loss]
    model: {name: life, from: outputs.model}
  evaluate:
    run: node evaluate.mjs \${{ stages.train.outputs.model }}
    inputs: [evaluate.mjs]
    metrics: {file: build/metrics.json}
`;

/** A whole pipeline: features, a model that logs, metrics in a file. */
export const lifeFiles = {
  'galley.yaml': lifeSpec,
  'prepare.mjs': `import { writeFileSync } from 'node:fs'; writeFileSync(process.argv[2], 'features ');`,
  'train.mjs': trainCode,
  'evaluate.mjs': `import { writeFileSync } from 'node:fs'; writeFileSync('build/metrics.json', '{"auc": 0.9, "by": {"MT": NaN}}');`,
};

/** A stage that never ends, with a child that does not listen; both write their ids to \`pids\`. */
export const endlessFiles = {
  'galley.yaml': `
version: 1
name: endless
stages:
  first:
    run: node -e "console.log('é first'); fs.writeFileSync('build/first', '')"
    outputs: {out: build/first}
  wait:
    run: node endless.mjs
    inputs: [stages.first.outputs.out]
    outputs: {out: build/out}
`,
  'endless.mjs': `
import { spawn } from 'node:child_process';
import { writeFileSync, renameSync } from 'node:fs';
const child = spawn(process.execPath, ['-e', "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"], { stdio: 'inherit' });
console.log('waiting for ever');
writeFileSync('pids.tmp', process.pid + ' ' + child.pid);
renameSync('pids.tmp', 'pids');
setInterval(() => {}, 1000);
`,
};
