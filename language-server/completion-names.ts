import type { Declared } from '../engine/pipeline/declarations';
import type { NodePath } from '../engine/pipeline/nodes';
import { findReferenceContext, fixedSteps, rootsIn } from '../engine/pipeline/reference-rules';
import type { PipelineSpec } from '../engine/pipeline/spec';
import type { SymbolKind } from '../engine/pipeline/types';
import { isMark } from './completion-context';
import { summaryOf } from './declared-summary';

/** Something that may stand at the cursor. */
export interface Choice {
  text: string;
  detail?: string;
  /** Markdown. */
  documentation?: string;
}

function choiceOf(
  text: string,
  kind: SymbolKind,
  name: string,
  spec?: PipelineSpec,
  container?: string,
): Choice {
  const summary = summaryOf(spec, { kind, name, ...(container === undefined ? {} : { container }) }).join(
    '\n\n',
  );
  return { text, detail: kind, ...(summary === '' ? {} : { documentation: summary }) };
}

const real = (names: Iterable<string>) => [...names].filter((name) => !isMark(name));

function outputsOf(declared: Declared, except: string, spec?: PipelineSpec): Choice[] {
  return [...declared.stages].flatMap(([stage, outputs]) =>
    stage === except || isMark(stage)
      ? []
      : real(outputs).map((name) => choiceOf(`stages.${stage}.outputs.${name}`, 'output', name, spec, stage)),
  );
}

/** References that have a value where an expression stands. */
export function referenceChoices(path: NodePath, declared: Declared, spec?: PipelineSpec): Choice[] {
  const context = findReferenceContext(path);
  if (context === 'ignored') return [];
  const stage = 'stage' in context ? context.stage : '';
  return rootsIn[context.place].flatMap((root): Choice[] => {
    switch (root) {
      case 'params':
        return real(declared.params).map((name) => choiceOf(`params.${name}`, 'param', name, spec));
      case 'datasets':
        return real(declared.datasets).map((name) =>
          choiceOf(`datasets.${name}.path`, 'dataset', name, spec),
        );
      case 'outputs':
        return real(declared.stages.get(stage) ?? []).map((name) =>
          choiceOf(`outputs.${name}`, 'output', name, spec, stage),
        );
      case 'stages':
        return outputsOf(declared, stage, spec);
      case 'port':
        return [{ text: 'port', documentation: 'Port that the server must listen on.' }];
      case 'env':
        return [{ text: 'env.', documentation: 'An environment variable: `env.NAME`.' }];
      default:
        return (fixedSteps[root] ?? []).map((step) => ({ text: `${root}.${step}` }));
    }
  });
}

/** Names of the file, and of connected backends, that a value may be. */
export function valueChoices(
  path: NodePath,
  before: string,
  declared: Declared,
  spec: PipelineSpec | undefined,
  backends: readonly string[],
): Choice[] {
  const [section, owner, field, inner] = path;
  const named = (kind: SymbolKind, names: Iterable<string>, prefix = '') =>
    real(names).map((name) => choiceOf(`${prefix}${name}`, kind, name, spec));
  const datasets = () => named('dataset', declared.datasets, 'datasets.');
  switch (`${String(section)}.${String(field)}`) {
    case 'stages.inputs':
      return [...datasets(), ...outputsOf(declared, String(owner), spec)];
    case 'stages.backend':
    case 'deployments.target':
      return ['local', ...backends].map((text) => ({ text, detail: 'backend' }));
    case 'stages.model': {
      const outputs = real(declared.stages.get(String(owner)) ?? []);
      return inner === 'from'
        ? outputs.map((name) => choiceOf(`outputs.${name}`, 'output', name, spec, String(owner)))
        : [];
    }
    case 'tests.metric':
      return named('metric', declared.metrics);
    case 'tests.against':
      return ['champion', 'challenger'].map((text) => ({ text, detail: 'alias' }));
    case 'deployments.model':
      return named('model', declared.models);
    case 'deployments.after':
      return named(
        'deployment',
        real(declared.deployments).filter((name) => name !== owner),
      );
    case 'monitors.deployment':
      return named('deployment', declared.deployments);
    case 'monitors.reference':
    case 'monitors.current':
      return datasets();
    case 'monitors.performance':
      return inner === 'labels' ? datasets() : inner === 'metric' ? named('metric', declared.metrics) : [];
    case 'retraining.stages':
      return path.length > 3 ? named('stage', declared.stages.keys()) : [];
    case 'retraining.then':
      return named('deployment', declared.deployments, /request\s+$/.test(before) ? '' : 'request ');
    default:
      return [];
  }
}
