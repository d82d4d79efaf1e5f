import { GalleyError } from '../errors';
import {
  findExpressions,
  parseReference,
  resolveCommand,
  resolveText,
  scopeKey,
  specScope,
} from './expressions';
import { stageGraph } from './graph';
import { paramFromText, paramProblem } from './param-values';
import { plainReference } from './plain-references';
import type { ParamValue, PipelineSpec, StageSpec } from './spec';
import { didYouMean } from './suggestions';
import type { ExpressionScope, PlanRequest, PlannedStage, RunPlan } from './types';

/**
 * What a run does: its params, and its stages in a valid order with commands, inputs and outputs resolved.
 * @throws GalleyError `invalid` for a param that is unknown, missing or not allowed, and for a reference without a
 * value; `not-found` for a stage that the spec does not have
 */
export function planRun(spec: PipelineSpec, request: PlanRequest): RunPlan {
  const params = runParams(spec, request.params ?? {});
  const chosen = chosenStages(spec, request.stages);
  const graph = stageGraph(spec);
  const scope = runScope(spec, params, request);
  const stages = graph.order.flatMap((name) => {
    const stage = chosen.has(name) ? spec.stages[name] : undefined;
    if (stage === undefined) return [];
    const dependsOn = (graph.dependsOn[name] ?? []).filter((other) => chosen.has(other));
    return [planStage(name, stage, spec, scope, params, dependsOn)];
  });
  return { params, stages };
}

function chosenStages(spec: PipelineSpec, asked: string[] | undefined): Set<string> {
  const names = Object.keys(spec.stages);
  if (names.length === 0)
    throw new GalleyError('invalid', `The pipeline ${spec.name} has no stages.`, {
      remedy: 'Add a stage with a `run` under `stages`.',
    });
  for (const name of asked ?? [])
    if (!Object.hasOwn(spec.stages, name))
      throw new GalleyError(
        'not-found',
        `The pipeline ${spec.name} has no stage ${name}.${didYouMean(name, names)}`,
        {
          remedy: `Its stages are ${names.join(', ')}.`,
          subject: name,
        },
      );
  return new Set(asked ?? names);
}

function runParams(spec: PipelineSpec, overrides: Record<string, string>): Record<string, ParamValue> {
  const names = Object.keys(spec.params);
  for (const name of Object.keys(overrides))
    if (!Object.hasOwn(spec.params, name))
      throw new GalleyError('invalid', `The pipeline has no param ${name}.${didYouMean(name, names)}`, {
        remedy: names.length > 0 ? `Its params are ${names.join(', ')}.` : 'It has no params at all.',
        subject: name,
      });
  const values: Record<string, ParamValue> = {};
  for (const [name, param] of Object.entries(spec.params)) {
    const given = Object.hasOwn(overrides, name) ? overrides[name] : undefined;
    const value = given === undefined ? param.default : (paramFromText(param, given) ?? given);
    if (value === undefined)
      throw new GalleyError('invalid', `The param ${name} has no default and was given no value.`, {
        remedy: `Give it one, e.g. \`--param ${name}=…\`.`,
        subject: name,
      });
    const problem = paramProblem(name, param, value);
    if (problem !== undefined)
      throw new GalleyError('invalid', problem, {
        remedy: `Give ${name} a value that it takes.`,
        subject: name,
      });
    values[name] = value;
  }
  return values;
}

function runScope(
  spec: PipelineSpec,
  params: Record<string, ParamValue>,
  request: PlanRequest,
): ExpressionScope {
  const scope = specScope(spec, request.env);
  for (const [name, value] of Object.entries(params)) scope[`params.${name}`] = value;
  scope['run.id'] = request.run.id;
  scope['run.name'] = request.run.name;
  return scope;
}

function planStage(
  name: string,
  stage: StageSpec,
  spec: PipelineSpec,
  runWide: ExpressionScope,
  params: Record<string, ParamValue>,
  dependsOn: string[],
): PlannedStage {
  const scope = { ...runWide };
  for (const [output, place] of Object.entries(stage.outputs)) scope[`outputs.${output}`] = place;
  const texts = [
    ...(typeof stage.run === 'string' ? [stage.run] : stage.run),
    ...Object.values(stage.env),
    ...stage.inputs,
  ];
  const references = texts.flatMap((text) => findExpressions(text).map(({ content }) => content));
  const used: Record<string, ParamValue> = {};
  for (const reference of references) {
    const [root, param] = parseReference(reference) ?? [];
    const value = root === 'params' && param !== undefined ? params[param] : undefined;
    if (param !== undefined && value !== undefined) used[param] = value;
  }
  const env: Record<string, string> = {};
  for (const [key, text] of Object.entries(stage.env)) env[key] = resolveText(text, scope);
  return {
    name,
    command: resolveCommand(stage.run, scope),
    inputs: stageInputs(name, stage, spec, references, scope),
    outputs: { ...stage.outputs },
    params: used,
    dependsOn,
    env,
    spec: stage,
  };
}

/** Paths of declared inputs, then of datasets and other stages' outputs that the command refers to; each once. */
function stageInputs(
  name: string,
  stage: StageSpec,
  spec: PipelineSpec,
  references: string[],
  scope: ExpressionScope,
): string[] {
  const inputs = new Set<string>();
  for (const written of stage.inputs) {
    const reference = plainReference(written, (dataset) => Object.hasOwn(spec.datasets, dataset));
    inputs.add(
      reference === undefined ? resolveText(written, scope) : pathBehind(reference.join('.'), scope),
    );
  }
  const own = `stages.${name}.outputs.`;
  for (const reference of references)
    if (/^(datasets|stages)\./.test(reference) && !reference.startsWith(own))
      inputs.add(pathBehind(reference, scope));
  return [...inputs];
}

function pathBehind(reference: string, scope: ExpressionScope): string {
  return resolveText(`\${{ ${scopeKey(reference)} }}`, scope);
}
