import { buildDeployment, buildMonitor, buildRetraining, buildTest } from './build-lifecycle';
import { childOf, entriesOf, itemsOf, textOf, valueOf } from './nodes';
import type { SpecNode } from './nodes';
import type {
  CommandSpec,
  DatasetSpec,
  ModelOutputSpec,
  ParamSpec,
  ParamType,
  ParamValue,
  PipelineSpec,
  ResourcesSpec,
  StageSpec,
  SweepSpec,
} from './spec';
import {
  commandOf,
  durationOf,
  integerOf,
  isName,
  numberOf,
  optional,
  textsOf,
  valuesOf,
} from './read-values';

/**
 * The spec that a tree says, with defaults applied and short forms expanded. Whatever is not sound is left out; what is
 * wrong with it is the schema check's to say.
 * @returns undefined when the root is no map
 */
export function buildSpec(root: SpecNode | undefined): PipelineSpec | undefined {
  if (root?.kind !== 'map') return undefined;
  return {
    version: 1,
    name: textOf(childOf(root, 'name')) ?? '',
    ...optional('description', textOf(childOf(root, 'description'))),
    params: section(root, 'params', buildParam),
    datasets: section(root, 'datasets', buildDataset),
    stages: section(root, 'stages', buildStage),
    tests: section(root, 'tests', buildTest),
    deployments: section(root, 'deployments', buildDeployment),
    monitors: section(root, 'monitors', buildMonitor),
    retraining: section(root, 'retraining', buildRetraining),
  };
}

function section<T>(
  root: SpecNode,
  key: string,
  build: (node: SpecNode) => T | undefined,
): Record<string, T> {
  const built: Record<string, T> = {};
  for (const { key: name, value } of entriesOf(childOf(root, key))) {
    const item = isName(name) ? build(value) : undefined;
    if (item !== undefined) built[name] = item;
  }
  return built;
}

/** Type of a value when the spec names none. */
export function typeOfValue(value: ParamValue): ParamType {
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value === 'boolean' ? 'boolean' : 'string';
}

const paramTypes: readonly string[] = ['string', 'number', 'integer', 'boolean'] satisfies ParamType[];

function buildParam(node: SpecNode): ParamSpec | undefined {
  const short = valueOf(node);
  if (short !== undefined) return { type: typeOfValue(short), default: short };
  const value = valueOf(childOf(node, 'default'));
  const written = textOf(childOf(node, 'type'));
  const type = written !== undefined && paramTypes.includes(written) ? (written as ParamType) : undefined;
  if (type === undefined && value === undefined) return undefined;
  const options = childOf(node, 'options');
  return {
    type: type ?? typeOfValue(value ?? ''),
    ...optional('default', value),
    ...optional('minimum', numberOf(childOf(node, 'minimum'))),
    ...optional('maximum', numberOf(childOf(node, 'maximum'))),
    ...optional('options', options?.kind === 'list' ? valuesOf(options) : undefined),
    ...optional('description', textOf(childOf(node, 'description'))),
  };
}

function buildDataset(node: SpecNode): DatasetSpec | undefined {
  const path = textOf(node) ?? textOf(childOf(node, 'path'));
  if (path === undefined || path === '') return undefined;
  return { path, ...optional('description', textOf(childOf(node, 'description'))) };
}

function buildStage(node: SpecNode): StageSpec | undefined {
  const run = commandOf(childOf(node, 'run'));
  if (run === undefined) return undefined;
  const metrics = childOf(node, 'metrics');
  return {
    run: run satisfies CommandSpec,
    inputs: textsOf(childOf(node, 'inputs')),
    outputs: buildOutputs(childOf(node, 'outputs')),
    metrics: textsOf(metrics),
    ...optional('metricsFile', textOf(childOf(metrics, 'file'))),
    ...optional('model', buildModelOutput(childOf(node, 'model'))),
    env: buildEnv(childOf(node, 'env')),
    ...optional('resources', buildResources(childOf(node, 'resources'))),
    backend: textOf(childOf(node, 'backend')) ?? 'local',
    ...optional('timeoutSeconds', durationOf(childOf(node, 'timeout'))),
    retries: integerOf(childOf(node, 'retries')) ?? 0,
    ...optional('sweep', buildSweep(childOf(node, 'sweep'))),
    ...optional('description', textOf(childOf(node, 'description'))),
  };
}

function buildOutputs(node: SpecNode | undefined): Record<string, string> {
  const outputs: Record<string, string> = {};
  for (const { key, value } of entriesOf(node)) {
    const path = textOf(value);
    if (isName(key) && path !== undefined && path !== '') outputs[key] = path;
  }
  return outputs;
}

function buildEnv(node: SpecNode | undefined): Record<string, string> {
  const env: Record<string, string> = {};
  for (const { key, value } of entriesOf(node)) {
    const given = valueOf(value);
    if (given !== undefined && key !== '__proto__') env[key] = String(given);
  }
  return env;
}

function buildModelOutput(node: SpecNode | undefined): ModelOutputSpec | undefined {
  const name = textOf(childOf(node, 'name'));
  const from = textOf(childOf(node, 'from'));
  return name === undefined || from === undefined ? undefined : { name, from };
}

function buildResources(node: SpecNode | undefined): ResourcesSpec | undefined {
  if (node?.kind !== 'map') return undefined;
  return {
    ...optional('cpu', numberOf(childOf(node, 'cpu'))),
    ...optional('memory', textOf(childOf(node, 'memory'))),
    ...optional('gpu', integerOf(childOf(node, 'gpu'))),
  };
}

function buildSweep(node: SpecNode | undefined): SweepSpec | undefined {
  if (node?.kind !== 'map') return undefined;
  const over: Record<string, ParamValue[]> = {};
  for (const { key, value } of entriesOf(childOf(node, 'over')))
    if (isName(key) && itemsOf(value).length > 0) over[key] = valuesOf(value);
  return {
    method: textOf(childOf(node, 'method')) === 'random' ? 'random' : 'grid',
    parallel: integerOf(childOf(node, 'parallel')) ?? 1,
    over,
    ...optional('runs', integerOf(childOf(node, 'runs'))),
  };
}
