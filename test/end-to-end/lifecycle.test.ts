import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'mocha';
import type { DeploymentStatus } from '../../engine/deployment/types';
import type { RunDetail } from '../../engine/protocol';
import { mlflowPackages, pythonWith } from '../live/python';
import { execIn, galley, setStage, type Stage } from './story';
import type { Window } from './window';

/** What Python's mlflow reads from the store: the judge is another tool. */
const readStore = `
import json, sys, mlflow
mlflow.set_tracking_uri(f"sqlite:///{sys.argv[1]}/mlflow.db")
client = mlflow.MlflowClient()
experiment = client.get_experiment_by_name("card-fraud")
runs = client.search_runs([experiment.experiment_id], order_by=["attributes.start_time ASC"])
print(json.dumps({
    "runs": [{
        "status": run.info.status, "auc": run.data.metrics.get("auc"), "params": run.data.params,
        "points": len(client.get_metric_history(run.info.run_id, "auc")),
        "precision": run.data.metrics.get("precision_at_capacity"), "trigger": run.data.tags.get("galley.trigger"),
    } for run in runs],
    "versions": [{"version": str(v.version), "run": v.run_id, "source": v.source} for v in client.search_model_versions("name='card-fraud'")],
    "champion": str(client.get_model_version_by_alias("card-fraud", "champion").version),
    "artifact": mlflow.artifacts.download_artifacts(run_id=runs[0].info.run_id, artifact_path="model"),
}))
`;

interface StoreContent {
  runs: {
    status: string;
    auc: number;
    params: Record<string, string>;
    points: number;
    precision: number;
    trigger: string | null;
  }[];
  versions: { version: string; run: string; source: string }[];
  champion: string;
  artifact: string;
}

describe('the whole life of a model in a real VS Code window', function () {
  this.timeout(240_000);
  this.bail(true);
  let stage: Stage;
  let ana: Window;
  let li: Window;
  let url: string;
  const statuses = async (): Promise<string[]> =>
    (await galley<RunDetail[]>(stage.author, 'runs', 'list')).map(({ run }) => run.status);

  before(async () => {
    const theme = process.env['GALLEY_THEME'];
    stage = await setStage(theme === undefined ? {} : { 'workbench.colorTheme': theme });
    ana = await stage.open(stage.author, 'ana');
  });
  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return;
    await ana.picture('failed');
    if (li !== undefined) await li.picture('failed');
  });
  after(async () => stage?.close());

  it('shows the pipeline of the folder and its stages', async () => {
    await ana.showViews();
    await ana.row('Pipelines', 'card-fraud').waitFor({ timeout: 60_000 });
    for (const name of ['generate', 'prepare', 'train', 'evaluate'])
      await ana.row('Pipelines', name).waitFor();
    await ana.row('Backends', 'local').waitFor();
    await ana.picture('pipeline');
  });

  it('validates the spec as it is typed', async () => {
    await ana.openFile('galley.yaml');
    await ana.page.locator('.view-line', { hasText: 'trees: {type: integer, default: 120' }).waitFor();
    await ana.replaceInEditor('params.months }}', 'params.month }}');
    await ana.page.locator('.squiggly-error').first().waitFor();
    assert.match((await ana.problems()).join('\n'), /month/);
    await ana.picture('diagnostic');
    await ana.closePanel();
    await ana.replaceInEditor('params.month }}', 'params.months }}');
    await ana.page.locator('.squiggly-error').first().waitFor({ state: 'detached' });
    await ana.replaceInEditor('default: 120,', 'default: 100,');
    await ana.save();
  });

  it('runs the pipeline from its code lens and shows the run live', async () => {
    await ana.goToLine(20);
    await ana.codeLens(/Run pipeline/i).click();
    await ana.row('Experiments', /running/).waitFor();
    await ana.row('Pipelines', /train.*running/s).waitFor();
    await ana.row('Experiments', /running/).click();
    await ana.webview().locator('canvas').first().waitFor();
    await ana.picture('running');
    await ana.row('Experiments', /auc 0\.\d+/).waitFor();
    await ana.until('the run finishes', async () =>
      (await statuses()).every((status) => status === 'FINISHED'),
    );
    await ana.row('Pipelines', /evaluate.*finished/s).waitFor();
  });

  it('restores unchanged stages from the cache and trains with other params', async () => {
    await ana.command('Galley: Run Pipeline');
    await ana.pick('Change params');
    await ana.pick('learning_rate');
    await ana.answer('0.05');
    await ana.pick('Run');
    await ana.row('Pipelines', /generate.*cached/s).waitFor();
    await ana.row('Pipelines', /evaluate.*finished/s).waitFor();
    await ana.until('two runs have finished', async () => {
      const runs = await statuses();
      return runs.length === 2 && runs.every((status) => status === 'FINISHED');
    });
  });

  it('compares the two runs in a table and in curves', async () => {
    await ana.command('Galley: Compare Runs');
    await ana.pickFirst(2);
    const page = ana.webview();
    await page.getByRole('row').nth(2).waitFor();
    await page.locator('canvas').first().waitFor();
    const table = await page.getByRole('grid').innerText();
    assert.match(table, /auc/);
    assert.match(table, /precision_at_capacity/);
    await ana.picture('compare');
    await page.getByRole('textbox', { name: 'Filter runs' }).fill('params.learning_rate = 0.05');
    await ana.until(
      'the filter leaves the header and one run',
      async () => (await page.getByRole('row').count()) === 2,
    );
  });

  it('registers a version and evaluates its tests', async () => {
    await ana.command('Galley: Register Model');
    await ana.pickWith(/auc/);
    await ana.notification(/Registered card-fraud v1\. 3 tests passed/).waitFor();
    await ana.row('Models', /v1/).waitFor();
    await ana.picture('registered');
  });

  it('deploys to staging without an approval', async () => {
    await execIn(stage.author, 'git', 'commit', '--all', '--message', 'Train with fewer trees');
    await execIn(stage.author, 'git', 'push', '--quiet');
    await ana.command('Galley: Deploy Model');
    await ana.pick('staging');
    await ana.pick('card-fraud v1');
    await ana.answer('First model');
    await ana.press('Roll Out');
    await ana.notification(/staging serves card-fraud v1 at http/).waitFor({ timeout: 90_000 });
    await ana.row('Deployments', /staging.*v1.*healthy/s).waitFor();
  });

  it('asks for the approval that production needs', async () => {
    await ana.dismissNotifications();
    await ana.command('Galley: Deploy Model');
    await ana.pick('production');
    await ana.pick('card-fraud v1');
    await ana.answer('Staging looks good');
    await ana.notification(/Requested card-fraud v1 to production.*1 approval/).waitFor();
    await ana.row('Deployments', /waiting|requested by/).waitFor();
    const refused = await execIn(
      stage.author,
      process.execPath,
      `${process.cwd()}/dist/galley.js`,
      'deploy',
      'rollout',
      (await waitingRequest(stage.author)).id,
    ).then(() => undefined, String);
    assert.match(refused ?? '', /approv/, 'nothing rolls out before it is approved, whoever asks');
  });

  it('is approved by another person in another window', async () => {
    li = await stage.open(stage.reviewer, 'li');
    await li.showViews();
    await li.row('Deployments', /waiting for you/).waitFor({ timeout: 60_000 });
    await li.statusBar('1 to approve').waitFor();
    await li.command('Galley: Review Deployment');
    await li.pick('card-fraud v1 to production');
    const page = li.webview();
    await page.getByText('Deploy card-fraud v1 to production').waitFor();
    await page.getByText('good-enough').first().waitFor();
    await li.picture('review');
    await page.getByRole('button', { name: /Approve v1 for production/ }).click();
    await li.answer('Slices look fine');
    await li.press('Approve');
    await li.notification(/Approved card-fraud v1 to production: 1 of 1 approval/).waitFor();
    await li.picture('approved');
  });

  it('rolls out after the approval and answers a real call', async () => {
    await ana.command('Galley: Refresh');
    await ana.row('Deployments', /approved/).waitFor({ timeout: 60_000 });
    await ana.command('Galley: Roll Out Deployment');
    await ana.pick('card-fraud v1 to production');
    await ana.press('Roll Out');
    await ana.notification(/production serves card-fraud v1 at http/).waitFor({ timeout: 90_000 });
    await ana.row('Deployments', /production.*v1.*healthy/s).waitFor();
    const deployments = await galley<DeploymentStatus[]>(stage.author, 'deploy', 'status');
    url = deployments.find(({ name }) => name === 'production')?.serving?.url ?? '';
    const answer = await fetch(`${url}/invocations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        dataframe_records: [
          {
            amount: 950,
            hour: 3,
            merchant: 'gaming',
            country: 'MT',
            device_age_days: 2,
            payments_last_day: 6,
          },
          {
            amount: 12,
            hour: 13,
            merchant: 'groceries',
            country: 'DE',
            device_age_days: 900,
            payments_last_day: 1,
          },
        ],
      }),
    });
    const { predictions } = (await answer.json()) as { predictions: number[] };
    assert.equal(answer.status, 200);
    assert.ok(
      (predictions[0] ?? 0) > 10 * (predictions[1] ?? 1),
      `a plain fraud scores higher: ${predictions}`,
    );
  });

  it('sees drift in what production was asked, and alerts', async () => {
    await execIn(stage.author, stage.python, 'src/send_payments.py', '--url', url, '--rows', '2000');
    await ana.dismissNotifications();
    await ana.command('Galley: Check Drift');
    const page = ana.webview();
    await page
      .getByText(/\d of 6 columns/)
      .first()
      .waitFor({ timeout: 60_000 });
    await page.getByText('device_age_days').first().waitFor();
    await ana.notification(/live: /).waitFor();
    await ana.row('Monitors', /live.*drift/s).waitFor();
    await ana.picture('drift');
  });

  it('starts retraining', async () => {
    await ana.until(
      'the retraining that the alert asked for finishes',
      async () => {
        const runs = await statuses();
        return runs.length >= 3 && runs.every((status) => status === 'FINISHED');
      },
      120,
    );
    await ana.dismissNotifications();
    await ana.command('Galley: Retrain');
    await ana.pick('monthly');
    await ana.until(
      'the retraining finishes',
      async () => {
        const runs = await statuses();
        return runs.length >= 4 && runs.every((status) => status === 'FINISHED');
      },
      120,
    );
    // Each retraining ends with a version, for which it requests what the spec says.
    await ana.row('Models', /v3/).waitFor();
    await ana.picture('retrained');
  });

  it("left a store that Python's mlflow reads", async () => {
    const python = await pythonWith(mlflowPackages);
    const store = JSON.parse(
      await execIn(stage.author, python, '-c', readStore, stage.author),
    ) as StoreContent;
    assert.ok(store.runs.length >= 4);
    for (const run of store.runs) {
      assert.equal(run.status, 'FINISHED');
      assert.equal(run.points, 20, 'a point every fifth of 100 trees');
      assert.ok(run.auc > 0.8 && run.precision > 0);
    }
    assert.equal(store.runs[0]?.params['trees'], '100');
    assert.equal(store.runs[1]?.params['learning_rate'], '0.05');
    assert.deepEqual(store.versions.map(({ version }) => version).sort(), ['1', '2', '3']);
    assert.equal(store.champion, '1');
  });
});

async function waitingRequest(cwd: string): Promise<{ id: string }> {
  const deployments = await galley<DeploymentStatus[]>(cwd, 'deploy', 'status');
  const request = deployments.flatMap(({ requests }) => requests).find(({ status }) => status === 'waiting');
  assert.ok(request);
  return request;
}
