import type { Entity, Field, FieldType } from './expression';

export interface Attribute {
  type: FieldType;
  /** The attribute, or other field, that this name stands for. */
  alias?: Pick<Field, 'entity' | 'key'>;
  /** MLflow lets it be compared with a list. */
  list?: true;
  /** Only Galley knows it; it is no word of MLflow's filters. */
  own?: true;
}

/** Names that filters and orders of one kind of entity may use. */
export interface Vocabulary {
  attributes: Readonly<Record<string, Attribute>>;
  entities: readonly Entity[];
  /** The attribute that a word by itself is looked for in; none: such words are a mistake. */
  bareWords?: string;
}

const runName: Pick<Field, 'entity' | 'key'> = { entity: 'attribute', key: 'run_name' };
const startTime: Pick<Field, 'entity' | 'key'> = { entity: 'attribute', key: 'start_time' };

function tag(key: string): Attribute {
  return { type: 'text', alias: { entity: 'tag', key }, own: true };
}

/** Words of runs: MLflow's (mlflow/utils/search_utils.py) and Galley's. */
export const runVocabulary: Vocabulary = {
  entities: ['metric', 'param', 'tag', 'attribute', 'dataset'],
  attributes: {
    run_id: { type: 'text', list: true },
    run_name: { type: 'text' },
    status: { type: 'text' },
    start_time: { type: 'time' },
    end_time: { type: 'time' },
    artifact_uri: { type: 'text' },
    user_id: { type: 'text' },
    created: { type: 'time', alias: startTime },
    Created: { type: 'time', alias: startTime },
    'run name': { type: 'text', alias: runName },
    'Run name': { type: 'text', alias: runName },
    'Run Name': { type: 'text', alias: runName },
    experiment_id: { type: 'text', own: true },
    lifecycle_stage: { type: 'text', own: true },
    duration: { type: 'duration', own: true },
    id: { type: 'text', alias: { entity: 'attribute', key: 'run_id' }, own: true },
    name: { type: 'text', alias: runName, own: true },
    user: { type: 'text', alias: { entity: 'attribute', key: 'user_id' }, own: true },
    started: { type: 'time', alias: startTime, own: true },
    ended: { type: 'time', alias: { entity: 'attribute', key: 'end_time' }, own: true },
    commit: tag('mlflow.source.git.commit'),
    branch: tag('mlflow.source.git.branch'),
    note: tag('mlflow.note.content'),
    parent: tag('mlflow.parentRunId'),
    pipeline: tag('galley.pipeline'),
  },
  bareWords: 'run_name',
};

/** MLflow's words for the kinds of names, as they stand before the dot. */
export const entityWords: Readonly<Record<string, Entity>> = {
  attribute: 'attribute',
  attributes: 'attribute',
  attr: 'attribute',
  run: 'attribute',
  metric: 'metric',
  metrics: 'metric',
  param: 'param',
  params: 'param',
  parameter: 'param',
  parameters: 'param',
  tag: 'tag',
  tags: 'tag',
  dataset: 'dataset',
  datasets: 'dataset',
};

/** What MLflow calls the kinds in its messages. */
export const entityNames: Readonly<Record<Entity, string>> = {
  attribute: 'attribute',
  metric: 'metric',
  param: 'parameter',
  tag: 'tag',
  dataset: 'dataset',
};

/** `context` is the tag `mlflow.data.context` of the link from the run to the dataset. */
export const datasetKeys: readonly string[] = ['name', 'digest', 'context'];
