import { childOf, entriesOf, itemsOf, nodeAt, valueOf } from '../nodes';
import type { SpecNode } from '../nodes';
import { paramProblem } from '../param-values';
import { numberOf, optional } from '../read-values';
import { report } from '../report';
import type { Source } from '../report';
import type { ParamSpec } from '../spec';
import type { Whole } from '../whole';

/** Reports values that a param does not take: defaults, options, values of sweeps and of retraining. */
export function checkParamValues({ blocks, spec, tell }: Whole): void {
  for (const placed of blocks)
    for (const { param: name, value, range, isOption } of placed.block.facts.values) {
      const param = Object.hasOwn(spec.params, name) ? spec.params[name] : undefined;
      if (param === undefined) continue;
      const problem = paramProblem(name, sensibleLimits(param, isOption), value);
      if (problem !== undefined) tell('param-value', 'error', placed, range, problem);
    }
}

/** The param as far as values can be held against it: limits that contradict are a mistake of their own. */
function sensibleLimits(param: ParamSpec, isOption: boolean): ParamSpec {
  const { type, minimum, maximum, options } = param;
  const contradict = minimum !== undefined && maximum !== undefined && minimum > maximum;
  return {
    type,
    ...optional('minimum', contradict ? undefined : minimum),
    ...optional('maximum', contradict ? undefined : maximum),
    ...optional('options', isOption ? undefined : options),
  };
}

/** Reports what can never be satisfied. */
export function checkContradictions(source: Source): void {
  for (const { value } of entriesOf(childOf(source.root, 'params')))
    checkLimits(source, value, 'No value is allowed');
  for (const { value } of entriesOf(childOf(source.root, 'tests')))
    checkLimits(source, value, 'The test can never pass');
  for (const { value } of entriesOf(childOf(source.root, 'monitors')))
    checkLimits(source, childOf(value, 'performance'), 'The model would always count as degraded');
  for (const { value } of entriesOf(childOf(source.root, 'deployments'))) {
    checkApprovals(source, childOf(value, 'approvals'));
    checkSteps(source, nodeAt(value, ['rollout', 'steps']));
  }
}

function checkLimits(source: Source, node: SpecNode | undefined, consequence: string): void {
  const minimum = childOf(node, 'minimum');
  const low = numberOf(minimum);
  const high = numberOf(childOf(node, 'maximum'));
  if (minimum === undefined || low === undefined || high === undefined || low <= high) return;
  report(
    source,
    'contradiction',
    'error',
    minimum.span,
    `${consequence}: the minimum ${low} is above the maximum ${high}.`,
  );
}

function checkApprovals(source: Source, node: SpecNode | undefined): void {
  const from = childOf(node, 'from');
  if (from?.kind !== 'list' || from.items.length === 0) return;
  const people = new Set(from.items.map((item) => String(valueOf(item) ?? '').toLowerCase())).size;
  const required = childOf(node, 'required');
  const needed = numberOf(required) ?? 1;
  if (required === undefined || needed <= people) return;
  const many = people === 1 ? 'only one person is' : `only ${people} people are`;
  const message = `${needed} approvals can never be met: ${many} in \`from\`, and each counts once.`;
  report(source, 'contradiction', 'error', required.span, message);
}

function checkSteps(source: Source, node: SpecNode | undefined): void {
  let before = 0;
  for (const item of itemsOf(node)) {
    const step = numberOf(item);
    if (step === undefined) continue;
    if (step <= before) {
      const message = `The step ${step} is not above the one before it (${before}). Traffic only grows in a rollout.`;
      report(source, 'contradiction', 'error', item.span, message);
      return;
    }
    before = step;
  }
}
