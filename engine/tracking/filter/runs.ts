import type { Run } from '../types';
import type { Field } from './expression';
import type { FieldReader, FieldValue } from './match';

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function attribute(run: Run, key: string): FieldValue {
  switch (key) {
    case 'run_id':
      return run.id;
    case 'run_name':
      return run.name;
    case 'experiment_id':
      return run.experimentId;
    case 'status':
      return run.status;
    case 'lifecycle_stage':
      return run.lifecycleStage;
    case 'artifact_uri':
      return run.artifactUri;
    case 'user_id':
      return run.user ?? '';
    case 'start_time':
      return run.startedAt;
    case 'end_time':
      return run.endedAt;
    case 'duration':
      return run.endedAt === undefined ? undefined : run.endedAt - run.startedAt;
    default:
      return undefined;
  }
}

/** What a run has under a field of `runVocabulary`. */
export const readRunField: FieldReader<Run> = (run: Run, { entity, key }: Field): FieldValue => {
  switch (entity) {
    case 'metric':
      return own(run.metrics, key)?.value;
    case 'param':
      return own(run.params, key);
    case 'tag':
      return own(run.tags, key);
    case 'attribute':
      return attribute(run, key);
    case 'dataset':
      return run.datasets.flatMap((dataset) =>
        key === 'name'
          ? [dataset.name]
          : key === 'digest'
            ? [dataset.digest]
            : (own(dataset.tags, 'mlflow.data.context') ?? []),
      );
  }
};
