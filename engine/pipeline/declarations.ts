import { childOf, entriesOf, itemsOf, textOf } from './nodes';
import type { MapEntry, SpecNode, Span } from './nodes';
import { isName } from './read-values';
import type { Source } from './report';
import type { SpecSymbol, SymbolKind } from './types';

/** Names that a file declares, whether or not what they name is sound. */
export interface Declared {
  params: Set<string>;
  datasets: Set<string>;
  /** Stage to its outputs. */
  stages: Map<string, Set<string>>;
  deployments: Set<string>;
  metrics: Set<string>;
  models: Set<string>;
}

function keysOf(node: SpecNode | undefined): string[] {
  return entriesOf(node).map(({ key }) => key);
}

/** Names that the tree declares. */
export function declaredNames(root: SpecNode | undefined): Declared {
  const stages = entriesOf(childOf(root, 'stages'));
  return {
    params: new Set(keysOf(childOf(root, 'params'))),
    datasets: new Set(keysOf(childOf(root, 'datasets'))),
    stages: new Map(stages.map(({ key, value }) => [key, new Set(keysOf(childOf(value, 'outputs')))])),
    deployments: new Set(keysOf(childOf(root, 'deployments'))),
    metrics: new Set(
      stages.flatMap(({ value }) => itemsOf(childOf(value, 'metrics')).flatMap((item) => textOf(item) ?? [])),
    ),
    models: new Set(stages.flatMap(({ value }) => textOf(childOf(childOf(value, 'model'), 'name')) ?? [])),
  };
}

/** Names of a whole file, of the names of its parts. */
export function mergeDeclared(parts: Declared[]): Declared {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const merged: Declared = declaredNames(undefined);
  for (const part of parts) {
    for (const kind of ['params', 'datasets', 'deployments', 'metrics', 'models'] as const)
      for (const name of part[kind]) merged[kind].add(name);
    for (const [stage, outputs] of part.stages)
      if (!merged.stages.has(stage)) merged.stages.set(stage, outputs);
  }
  return merged;
}

/** Symbols of a file in its order: sections' entries, then what stages declare inside. */
export function findSymbols(source: Source): SpecSymbol[] {
  const symbols: SpecSymbol[] = [];
  const add = (kind: SymbolKind, name: string, nameSpan: Span, span: Span, container?: string) =>
    symbols.push({
      kind,
      name,
      ...(container === undefined ? {} : { container }),
      nameRange: source.lines.range(nameSpan),
      range: source.lines.range(span),
    });
  const addEntry = (kind: SymbolKind, entry: MapEntry, container?: string) => {
    if (isName(entry.key)) add(kind, entry.key, entry.keySpan, blockOf(entry), container);
  };
  const section = (key: string, kind: SymbolKind) => {
    for (const entry of entriesOf(childOf(source.root, key))) addEntry(kind, entry);
  };
  section('params', 'param');
  section('datasets', 'dataset');
  for (const stage of entriesOf(childOf(source.root, 'stages'))) {
    addEntry('stage', stage);
    for (const output of entriesOf(childOf(stage.value, 'outputs'))) addEntry('output', output, stage.key);
    for (const item of itemsOf(childOf(stage.value, 'metrics'))) {
      const name = textOf(item);
      if (name !== undefined) add('metric', name, item.span, item.span, stage.key);
    }
    const model = childOf(childOf(stage.value, 'model'), 'name');
    const name = textOf(model);
    if (model !== undefined && name !== undefined) add('model', name, model.span, model.span, stage.key);
  }
  section('tests', 'test');
  section('deployments', 'deployment');
  section('monitors', 'monitor');
  section('retraining', 'retraining');
  return symbols;
}

/** The whole block of an entry: its key and its value. Values that aliases bring from elsewhere are left out. */
function blockOf({ keySpan, value }: MapEntry): Span {
  return {
    start: keySpan.start,
    end: value.span.start >= keySpan.end ? Math.max(keySpan.end, value.span.end) : keySpan.end,
  };
}
