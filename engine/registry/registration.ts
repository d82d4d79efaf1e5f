import { stat } from 'node:fs/promises';
import path from 'node:path';
import { GalleyError } from '../errors';
import { specScope } from '../pipeline/expressions';
import { loadPipeline } from '../pipeline/load';
import type { ModelOutputSpec } from '../pipeline/spec';
import type { LoadedPipeline } from '../pipeline/types';
import { runTags, type Run, type TrackingStore } from '../tracking/types';
import { artifactFolder } from '../training/artifact-folder';
import type { TrainingBackend } from '../training/types';
import { artifactDigest } from './digest';
import { evaluateTests } from './gates';
import type { ModelRegistration } from './service';
import { storedResults, storeResults } from './test-results';
import { versionTags, type ModelRegistry, type ModelVersion, type TestResult } from './types';

export interface RegistrationParts {
  /** The project's folder. */
  root: string;
  tracking: TrackingStore;
  registry: ModelRegistry;
  training: TrainingBackend;
}

/**
 * Registers what runs made, and evaluates test gates. The spec that counts is the run's spec file as it is now: a
 * gate that was added after the run holds for its model too.
 */
export function createModelRegistration(parts: RegistrationParts): ModelRegistration {
  const evaluate = async (version: ModelVersion, pipeline: LoadedPipeline): Promise<TestResult[]> => {
    const { root, tracking, registry } = parts;
    const scope = {
      ...specScope(pipeline.spec),
      'model.path': await registry.artifactPath(version.name, version.version),
      'model.name': version.name,
      'model.version': version.version,
    };
    const { tests } = pipeline.spec;
    const { folder } = pipeline;
    const results = await evaluateTests({ root, tracking, registry, tests, version, folder, scope });
    await storeResults(registry, version, results);
    return results;
  };

  return {
    register: async ({ runId, stage, description }) => {
      const run = await finishedRun(parts.tracking, runId);
      const pipeline = await pipelineOfRun(parts, run);
      const made = modelStage(pipeline, run, stage);
      const version = await createVersion(parts, run, pipeline, made, description);
      const tests = await evaluate(version, pipeline);
      return { version: await parts.registry.version(version.name, version.version), tests };
    },
    evaluate: async (model, number) => {
      const version = await parts.registry.version(model, number);
      return evaluate(version, await pipelineOfVersion(parts, version));
    },
    results: storedResults,
  };
}

async function finishedRun(tracking: TrackingStore, runId: string): Promise<Run> {
  const run = await tracking.run(runId);
  if (run.lifecycleStage === 'deleted')
    throw new GalleyError('invalid', `The run ${run.name} is deleted.`, {
      subject: runId,
      remedy: 'Restore it, then register its model.',
    });
  if (run.status === 'FINISHED') return run;
  const still = run.status === 'RUNNING' || run.status === 'SCHEDULED';
  throw new GalleyError(
    'invalid',
    still ? `The run ${run.name} has not finished yet.` : `The run ${run.name} ended as ${run.status}.`,
    {
      subject: runId,
      remedy: still
        ? 'Register its model once it has finished.'
        : 'Only the model of a finished run can be registered.',
    },
  );
}

async function pipelineOfRun({ root, training }: RegistrationParts, run: Run): Promise<LoadedPipeline> {
  const file = run.tags[runTags.spec] ?? (await training.state(run.id))?.spec;
  if (file === undefined)
    throw new GalleyError('invalid', `The run ${run.name} was not started from a pipeline spec.`, {
      subject: run.id,
      remedy: 'Register it with MLflow, or run a pipeline whose stage declares the model.',
    });
  return loadPipeline(root, file);
}

async function pipelineOfVersion(parts: RegistrationParts, version: ModelVersion): Promise<LoadedPipeline> {
  const file = version.tags[versionTags.spec];
  if (file !== undefined) return loadPipeline(parts.root, file);
  if (version.runId !== undefined) return pipelineOfRun(parts, await parts.tracking.run(version.runId));
  throw new GalleyError(
    'invalid',
    `Nothing says which spec has the tests of ${version.name} v${version.version}.`,
    {
      subject: version.name,
      remedy: `Set the version's tag ${versionTags.spec} to the spec file.`,
    },
  );
}

interface MadeModel {
  stage: string;
  model: ModelOutputSpec;
  /** Name of the output that holds it. */
  output: string;
}

function modelStage({ file, spec }: LoadedPipeline, run: Run, wanted: string | undefined): MadeModel {
  const makers = Object.entries(spec.stages).flatMap(([stage, { model }]) =>
    model === undefined ? [] : [{ stage, model, output: model.from.split('.').at(-1) ?? model.from }],
  );
  const names = makers.map(({ stage }) => stage).join(', ');
  const found = wanted === undefined ? makers : makers.filter(({ stage }) => stage === wanted);
  const [made] = found;
  if (made !== undefined && found.length === 1) return made;
  if (makers.length === 0)
    throw new GalleyError('invalid', `No stage of ${file} makes a model.`, {
      subject: file,
      remedy: 'Add model: {name: …, from: outputs.…} to the stage that makes it.',
    });
  if (wanted !== undefined)
    throw new GalleyError(
      'invalid',
      Object.hasOwn(spec.stages, wanted)
        ? `The stage ${wanted} makes no model.`
        : `${file} has no stage ${wanted}.`,
      { subject: file, remedy: `Stages that make one: ${names}.` },
    );
  throw new GalleyError('invalid', `Several stages of the run ${run.name} make a model: ${names}.`, {
    subject: run.id,
    remedy: 'Say which one.',
  });
}

/** Makes the version; the same artifact of the same run stays the version that it is already. */
async function createVersion(
  { root, registry }: RegistrationParts,
  run: Run,
  pipeline: LoadedPipeline,
  made: MadeModel,
  description: string | undefined,
): Promise<ModelVersion> {
  const artifact = path.join(artifactFolder(root, run.artifactUri), made.output);
  if ((await stat(artifact).catch(() => undefined)) === undefined)
    throw new GalleyError(
      'not-found',
      `The run ${run.name} has no artifact ${made.output} of the stage ${made.stage}.`,
      {
        subject: artifact,
        remedy: `Run the stage ${made.stage} again, then register that run's model.`,
      },
    );
  const digest = await artifactDigest(artifact);
  const source = `runs:/${run.id}/${made.output}`;
  const known = (await registry.models()).some(({ name }) => name === made.model.name)
    ? await registry.versions(made.model.name)
    : [];
  const same = known.find((one) => one.source === source && one.tags[versionTags.digest] === digest);
  if (same !== undefined) return same;
  const commit = run.tags['mlflow.source.git.commit'];
  return registry.createVersion({
    name: made.model.name,
    source,
    runId: run.id,
    ...(description === undefined ? {} : { description }),
    tags: {
      [versionTags.digest]: digest,
      [versionTags.pipeline]: pipeline.spec.name,
      [versionTags.spec]: pipeline.file,
      [versionTags.stage]: made.stage,
      ...(commit === undefined ? {} : { [versionTags.commit]: commit }),
    },
  });
}
