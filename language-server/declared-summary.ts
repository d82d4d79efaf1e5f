import type { PipelineSpec } from '../engine/pipeline/spec';
import type { SymbolKind } from '../engine/pipeline/types';

interface Named {
  kind: SymbolKind;
  name: string;
  container?: string;
}

function own<T>(items: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(items, name) ? items[name] : undefined;
}

function paramSummary(spec: PipelineSpec, name: string): string[] {
  const param = own(spec.params, name);
  if (param === undefined) return [];
  const { type, minimum, maximum, options, description } = param;
  const facts = [
    type,
    param.default === undefined
      ? 'no default: every run must give a value'
      : `default \`${String(param.default)}\``,
    ...(minimum === undefined ? [] : [`at least ${minimum}`]),
    ...(maximum === undefined ? [] : [`at most ${maximum}`]),
    ...(options === undefined
      ? []
      : [`one of ${options.map((option) => `\`${String(option)}\``).join(', ')}`]),
  ];
  return [facts.join(' · '), ...(description === undefined ? [] : [description])];
}

function described(...lines: (string | undefined)[]): string[] {
  return lines.filter((line) => line !== undefined && line !== '') as string[];
}

/** What a spec says of a name, as paragraphs of Markdown: first its facts, then its description. */
export function summaryOf(spec: PipelineSpec | undefined, { kind, name, container }: Named): string[] {
  if (spec === undefined) return [];
  switch (kind) {
    case 'param':
      return paramSummary(spec, name);
    case 'dataset': {
      const dataset = own(spec.datasets, name);
      return dataset === undefined ? [] : described(`\`${dataset.path}\``, dataset.description);
    }
    case 'output': {
      const place = own(own(spec.stages, container ?? '')?.outputs ?? {}, name);
      return place === undefined ? [] : described(`\`${place}\`, made by the stage \`${container ?? ''}\``);
    }
    case 'stage':
      return described(own(spec.stages, name)?.description);
    case 'model':
    case 'metric': {
      const makers = Object.entries(spec.stages)
        .filter(([, { model, metrics }]) =>
          kind === 'model' ? model?.name === name : metrics.includes(name),
        )
        .map(([stage]) => `\`${stage}\``);
      if (makers.length === 0) return [];
      return [`${kind === 'model' ? 'Made' : 'Logged'} by ${makers.join(', ')}.`];
    }
    case 'deployment': {
      const deployment = own(spec.deployments, name);
      if (deployment === undefined) return [];
      return described(`\`${deployment.model}\` on \`${deployment.target}\``, deployment.description);
    }
    case 'test':
    case 'monitor':
    case 'retraining':
      return [];
  }
}
