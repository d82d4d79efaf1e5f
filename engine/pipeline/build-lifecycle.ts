import { childOf, textOf } from './nodes';
import type { SpecNode } from './nodes';
import type {
  AlertReaction,
  ApprovalPolicy,
  DeploymentSpec,
  DriftSpec,
  MonitorSpec,
  ParamValue,
  PerformanceSpec,
  RetrainingSpec,
  RolloutSpec,
  ServeSpec,
  TestSpec,
} from './spec';
import {
  booleanOf,
  commandOf,
  durationOf,
  integerOf,
  isName,
  numberOf,
  optional,
  textsOf,
} from './read-values';
import { entriesOf, itemsOf, valueOf } from './nodes';

/** A test gate; undefined when it is not sound enough to be evaluated. */
export function buildTest(node: SpecNode): TestSpec | undefined {
  const run = commandOf(childOf(node, 'run'));
  if (run !== undefined) return { kind: 'command', run };
  const metric = textOf(childOf(node, 'metric'));
  if (metric === undefined) return undefined;
  const against = textOf(childOf(node, 'against'));
  if (against !== undefined)
    return {
      kind: 'against',
      metric,
      against,
      ...optional('maxDrop', numberOf(childOf(node, 'max-drop'))),
      ...optional('maxRise', numberOf(childOf(node, 'max-rise'))),
    };
  return { kind: 'threshold', metric, ...limits(node) };
}

function limits(node: SpecNode): { minimum?: number; maximum?: number } {
  return {
    ...optional('minimum', numberOf(childOf(node, 'minimum'))),
    ...optional('maximum', numberOf(childOf(node, 'maximum'))),
  };
}

/** A deployment; undefined without model or target. */
export function buildDeployment(node: SpecNode): DeploymentSpec | undefined {
  const model = textOf(childOf(node, 'model'));
  const target = textOf(childOf(node, 'target'));
  if (model === undefined || target === undefined) return undefined;
  return {
    model,
    target,
    ...optional('after', textOf(childOf(node, 'after'))),
    ...optional('serve', buildServe(childOf(node, 'serve'))),
    ...optional('approvals', buildApprovals(childOf(node, 'approvals'))),
    rollout: buildRollout(childOf(node, 'rollout')),
    ...optional('description', textOf(childOf(node, 'description'))),
  };
}

function buildServe(node: SpecNode | undefined): ServeSpec | undefined {
  const run = commandOf(childOf(node, 'run'));
  if (run === undefined) return undefined;
  return {
    run,
    health: textOf(childOf(node, 'health')) ?? '/health',
    startSeconds: durationOf(childOf(node, 'start-timeout')) ?? 60,
  };
}

function buildApprovals(node: SpecNode | undefined): ApprovalPolicy | undefined {
  if (node?.kind !== 'map') return undefined;
  return {
    required: integerOf(childOf(node, 'required')) ?? 1,
    from: textsOf(childOf(node, 'from')),
    allowRequester: booleanOf(childOf(node, 'allow-requester')) ?? false,
  };
}

function buildRollout(node: SpecNode | undefined): RolloutSpec {
  const written = itemsOf(childOf(node, 'steps')).flatMap((item) => numberOf(item) ?? []);
  const strategy = textOf(childOf(node, 'strategy')) ?? (written.length > 0 ? 'canary' : 'all-at-once');
  if (strategy !== 'canary') return { strategy: 'all-at-once', steps: [100], waitSeconds: 0 };
  const steps = written.length > 0 ? written : [10, 50, 100];
  return {
    strategy: 'canary',
    steps: steps.at(-1) === 100 ? steps : [...steps, 100],
    waitSeconds: durationOf(childOf(node, 'wait')) ?? 0,
  };
}

/** A monitor; undefined without the two sides to compare. */
export function buildMonitor(node: SpecNode): MonitorSpec | undefined {
  const reference = textOf(childOf(node, 'reference'));
  const current = textOf(childOf(node, 'current'));
  if (reference === undefined || current === undefined) return undefined;
  const reactions = childOf(node, 'on-alert');
  return {
    ...optional('deployment', textOf(childOf(node, 'deployment'))),
    reference,
    current,
    ...optional('drift', buildDrift(childOf(node, 'drift'))),
    ...optional('performance', buildPerformance(childOf(node, 'performance'))),
    ...optional('schedule', textOf(childOf(node, 'schedule'))),
    onAlert: reactions === undefined ? ['notify'] : textsOf(reactions).filter(isReaction),
  };
}

function isReaction(text: string): text is AlertReaction {
  return text === 'notify' || text === 'retrain';
}

function buildDrift(node: SpecNode | undefined): DriftSpec | undefined {
  if (node?.kind !== 'map') return undefined;
  const columns = childOf(node, 'columns');
  return {
    columns: columns?.kind === 'list' ? textsOf(columns) : 'all',
    share: numberOf(childOf(node, 'share')) ?? 0.5,
    ...optional('method', textOf(childOf(node, 'method'))),
    ...optional('threshold', numberOf(childOf(node, 'threshold'))),
  };
}

function buildPerformance(node: SpecNode | undefined): PerformanceSpec | undefined {
  const metric = textOf(childOf(node, 'metric'));
  const labels = textOf(childOf(node, 'labels'));
  const key = textOf(childOf(node, 'key'));
  if (node === undefined || metric === undefined || labels === undefined || key === undefined)
    return undefined;
  return { metric, ...limits(node), labels, key };
}

/** A retraining policy; undefined when it is no map. */
export function buildRetraining(node: SpecNode): RetrainingSpec | undefined {
  if (node.kind !== 'map') return undefined;
  const stages = childOf(node, 'stages');
  const params: Record<string, ParamValue> = {};
  for (const { key, value } of entriesOf(childOf(node, 'params'))) {
    const given = valueOf(value);
    if (isName(key) && given !== undefined) params[key] = given;
  }
  const request = /^request (\S+)$/.exec(textOf(childOf(node, 'then')) ?? '');
  return {
    ...optional('schedule', textOf(childOf(node, 'schedule'))),
    stages: stages?.kind === 'list' ? textsOf(stages) : 'all',
    params,
    ...optional('thenRequest', request?.[1]),
  };
}
