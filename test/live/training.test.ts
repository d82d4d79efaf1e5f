import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { after, before, describe, it } from 'mocha';
import {
  buildGalley,
  ended,
  openTraining,
  writeFiles,
  type BuiltGalley,
  type OpenTraining,
} from '../unit/training/galley';
import { mlflowPackages, pythonWith } from './python';

const run = promisify(execFile);

/** As a data scientist writes it: autologging, a curve, a figure, and a param that the pipeline has too. */
const train = `
import argparse, json, pathlib, pickle
import mlflow
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

parser = argparse.ArgumentParser()
parser.add_argument("--strength", type=float)
parser.add_argument("--model", type=pathlib.Path)
args = parser.parse_args()

features, labels = make_classification(600, random_state=7)
mlflow.sklearn.autolog(log_models=False, log_datasets=True)
with mlflow.start_run() as active:
    mlflow.log_param("strength", args.strength)
    model = LogisticRegression(C=args.strength).fit(features, labels)
    for step in range(50):
        mlflow.log_metric("curve", 1 / (step + 1), step=step)
    mlflow.log_metric("auc", roc_auc_score(labels, model.predict_proba(features)[:, 1]))
    mlflow.log_text("<svg/>", "plots/roc.svg")
    mlflow.set_tag("team", "fraud")
args.model.mkdir(parents=True, exist_ok=True)
(args.model / "model.pkl").write_bytes(pickle.dumps(model))
pathlib.Path("seen.json").write_text(json.dumps({"run": active.info.run_id, "name": active.info.run_name}))
`;

/** Reads the store with MLflow itself, with no server. */
const read = `
import json, sys
from mlflow.tracking import MlflowClient
client = MlflowClient("sqlite:///mlflow.db")
run = client.get_run(sys.argv[1])
print(json.dumps({
    "status": run.info.status,
    "params": run.data.params,
    "metrics": run.data.metrics,
    "tags": run.data.tags,
    "curve": [[point.step, point.value] for point in client.get_metric_history(sys.argv[1], "curve")],
    "artifacts": sorted(entry.path for folder in ("", "plots", "model") for entry in client.list_artifacts(sys.argv[1], folder or None)),
    "inputs": len(run.inputs.dataset_inputs),
}))
`;

interface SeenByMlflow {
  status: string;
  params: Record<string, string>;
  metrics: Record<string, number>;
  tags: Record<string, string>;
  curve: [number, number][];
  artifacts: string[];
  inputs: number;
}

describe('training code that logs with MLflow', function () {
  this.timeout(600_000);
  let python: string;
  let galley: BuiltGalley;
  let root: string;
  let window: OpenTraining;

  before(async () => {
    [python, galley, root] = await Promise.all([
      pythonWith(mlflowPackages),
      buildGalley(),
      mkdtemp(path.join(os.tmpdir(), 'galley-live-training-')).then((folder) => realpath(folder)),
    ]);
    window = openTraining(root, galley.launcher);
    await writeFiles(root, {
      'train.py': train,
      'read.py': read,
      'galley.yaml': `
version: 1
name: live
params:
  strength: {type: number, default: 1}
stages:
  train:
    run: [${JSON.stringify(python)}, train.py, --strength, "\${{ params.strength }}", --model, "\${{ outputs.model }}"]
    inputs: [train.py]
    outputs: {model: build/model}
    metrics: [auc, curve]
    model: {name: live, from: outputs.model}
`,
    });
  });
  after(async () => {
    await window?.store.close();
    await galley?.dispose();
    if (root) await rm(root, { recursive: true, force: true });
  });

  async function seen(runId: string): Promise<SeenByMlflow> {
    const { stdout } = await run(python, ['read.py', runId], { cwd: root });
    return JSON.parse(stdout) as SeenByMlflow;
  }

  it('logs to the run over its endpoint, and the cached run has the same, as MLflow itself reads', async () => {
    const first = await ended(window.training, (await window.training.start({ spec: 'galley.yaml' })).runId);
    assert.equal(first.status, 'FINISHED', first.reason);
    assert.deepEqual(JSON.parse(await readFile(path.join(root, 'seen.json'), 'utf8')), {
      run: first.runId,
      name: first.runName,
    });
    const run = await seen(first.runId);
    assert.equal(run.status, 'FINISHED');
    // Python logs 1.0 where the pipeline's param says 1: the same, and no conflict.
    assert.equal(run.params['strength'], '1');
    assert.equal(run.params['C'], '1.0');
    assert.ok((run.metrics['auc'] ?? 0) > 0.8 && run.metrics['training_accuracy_score'] !== undefined);
    assert.deepEqual(
      run.curve,
      Array.from({ length: 50 }, (_, step) => [step, 1 / (step + 1)]),
    );
    assert.ok(run.inputs >= 1);
    assert.equal(run.tags['team'], 'fraud');
    assert.equal(run.tags['estimator_name'], 'LogisticRegression');
    assert.ok(run.artifacts.includes('plots/roc.svg') && run.artifacts.includes('model/model.pkl'));

    const second = await ended(window.training, (await window.training.start({ spec: 'galley.yaml' })).runId);
    assert.equal(second.stages[0]?.status, 'cached', second.reason);
    const again = await seen(second.runId);
    for (const part of ['status', 'params', 'metrics', 'curve', 'artifacts', 'inputs'] as const)
      assert.deepEqual(again[part], run[part], part);
    assert.equal(again.tags['team'], 'fraud');
    assert.equal(again.tags['mlflow.runName'], second.runName);
  });
});
