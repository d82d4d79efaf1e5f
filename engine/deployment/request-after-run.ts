import { errorData, GalleyError } from '../errors';
import { loadPipeline } from '../pipeline/load';
import type { ModelRegistration } from '../registry/service';
import { runTags, type TrackingStore } from '../tracking/types';
import { requestTags, type RunState } from '../training/types';
import type { Deployments } from './service';

/** What came of the wish to deploy what a run made. */
export interface RequestedAfterRun {
  deployment: string;
  /** `<model>/<version>` that was registered. */
  version?: string;
  /** Id of the request on the ledger. */
  request?: string;
  /** Why there is no request; one or two sentences. */
  failure?: string;
}

export interface AfterRunParts {
  /** The project's folder. */
  root: string;
  tracking: TrackingStore;
  models: Pick<ModelRegistration, 'register'>;
  deployments: Pick<Deployments, 'request'>;
  /** One line for each step, for the run's log. */
  tell(line: string): Promise<void>;
}

/**
 * Registers the model of a run that has ended, and requests its deployment: what `then: request` of a retraining policy
 * asks for. Policy counts as for anyone's request: a version that fails a test stays registered and is not requested.
 * What came of it is kept as tags of the run ({@link requestTags}).
 * @returns the outcome; a reason why nothing was requested is an outcome and no exception
 */
export async function requestAfterRun(
  parts: AfterRunParts,
  run: RunState,
  deployment: string,
): Promise<RequestedAfterRun> {
  const outcome: RequestedAfterRun = { deployment };
  try {
    if (run.status !== 'FINISHED')
      throw new GalleyError('invalid', `The run ended as ${run.status}, so its model is not deployed.`);
    const stage = await stageOfModel(parts.root, run, deployment);
    const { version, tests } = await parts.models.register({ runId: run.runId, stage });
    outcome.version = `${version.name}/${version.version}`;
    const passed = tests.filter(({ status }) => status === 'passed').length;
    await parts.tell(
      `${version.name} v${version.version} is registered; ${passed} of ${tests.length} tests passed.`,
    );
    const { id } = await parts.deployments.request({
      spec: run.spec,
      deployment,
      version: version.version,
      comment: await commentOf(parts.tracking, run),
    });
    outcome.request = id;
    await parts.tell(`Its deployment to ${deployment} is requested: ${id.slice(0, 12)}.`);
  } catch (error) {
    const { code, message, remedy, detail } = errorData(error);
    outcome.failure = remedy === undefined ? message : `${message} ${remedy}`;
    await parts.tell(`No deployment to ${deployment} is requested. ${outcome.failure}`);
    if (code === 'failed' && detail !== undefined) await parts.tell(detail);
  }
  await keep(parts, run.runId, outcome);
  return outcome;
}

/** The stage that makes the model of the deployment. */
async function stageOfModel(root: string, run: RunState, deployment: string): Promise<string> {
  const { file, spec } = await loadPipeline(root, run.spec);
  const wanted = Object.hasOwn(spec.deployments, deployment) ? spec.deployments[deployment] : undefined;
  if (wanted === undefined)
    throw new GalleyError('not-found', `${file} has no deployment ${deployment}.`, {
      subject: file,
      remedy: 'Correct `then` of the retraining, or add the deployment.',
    });
  const makers = Object.entries(spec.stages).filter(([, { model }]) => model?.name === wanted.model);
  // Of several the one that this run had.
  const [stage] = makers.find(([name]) => run.stages.some((ran) => ran.name === name)) ?? [];
  if (stage !== undefined) return stage;
  throw new GalleyError('invalid', `The run has no stage that makes the model ${wanted.model}.`, {
    subject: file,
    remedy: 'Add the stage to `stages` of the retraining.',
  });
}

async function commentOf(tracking: TrackingStore, { runId, runName }: RunState): Promise<string> {
  const trigger = (await tracking.run(runId)).tags[runTags.trigger];
  const started = trigger === undefined || trigger === 'manual' ? '' : `, started by ${trigger}`;
  return `Made by run ${runName} (${runId})${started}.`;
}

/** A run whose tags cannot be written has its outcome in its log still. */
async function keep(
  { tracking, tell }: AfterRunParts,
  runId: string,
  { version, request, failure }: RequestedAfterRun,
): Promise<void> {
  const tags = {
    ...(version === undefined ? {} : { [requestTags.version]: version }),
    ...(request === undefined ? {} : { [requestTags.request]: request }),
    ...(failure === undefined ? {} : { [requestTags.failure]: failure }),
  };
  await tracking
    .log(runId, { tags })
    .catch((error: unknown) => tell(`This could not be kept with the run: ${errorData(error).message}`));
}
