import { SymbolKind } from 'vscode-languageserver/node';
import type { DocumentSymbol } from 'vscode-languageserver/node';
import { entriesOf } from '../engine/pipeline/nodes';
import type { SpecSymbol, SymbolKind as SpecSymbolKind } from '../engine/pipeline/types';
import type { SpecDocument } from './spec-document';

const icons: Record<SpecSymbolKind, SymbolKind> = {
  param: SymbolKind.Constant,
  dataset: SymbolKind.File,
  stage: SymbolKind.Function,
  output: SymbolKind.Field,
  metric: SymbolKind.Number,
  model: SymbolKind.Class,
  test: SymbolKind.Boolean,
  deployment: SymbolKind.Module,
  monitor: SymbolKind.Event,
  retraining: SymbolKind.Event,
};

/** The editor's picture for a kind of name. */
export function iconOf(kind: SpecSymbolKind): SymbolKind {
  return icons[kind];
}

const sections: Partial<Record<SpecSymbolKind, string>> = {
  param: 'params',
  dataset: 'datasets',
  stage: 'stages',
  test: 'tests',
  deployment: 'deployments',
  monitor: 'monitors',
  retraining: 'retraining',
};

function toSymbol(symbol: SpecSymbol): DocumentSymbol {
  const { kind, name, range, nameRange } = symbol;
  return { name, detail: kind, kind: icons[kind], range, selectionRange: nameRange, children: [] };
}

/** The outline of a document: sections, what they hold, and what stages declare inside. */
export function symbolsOf(document: SpecDocument): DocumentSymbol[] {
  const { source, analysis } = document;
  const stages = new Map<string, DocumentSymbol>();
  const bySection = new Map<string, DocumentSymbol[]>();
  for (const symbol of analysis.symbols) {
    const shown = toSymbol(symbol);
    if (symbol.kind === 'stage') stages.set(symbol.name, shown);
    const section = sections[symbol.kind];
    if (section === undefined) stages.get(symbol.container ?? '')?.children?.push(shown);
    else {
      const inside = bySection.get(section);
      if (inside === undefined) bySection.set(section, [shown]);
      else inside.push(shown);
    }
  }
  return entriesOf(source.root).flatMap(({ key, keySpan, value }): DocumentSymbol[] => {
    if (value.kind === 'scalar' && document.kind === 'spec' && key !== 'name') return [];
    const selectionRange = source.lines.range(keySpan);
    const range = source.lines.range({ start: keySpan.start, end: Math.max(keySpan.end, value.span.end) });
    const detail = key === 'name' && value.kind === 'scalar' ? String(value.value ?? '') : '';
    const kind = value.kind === 'scalar' ? SymbolKind.String : SymbolKind.Namespace;
    const children =
      bySection.get(key) ?? (document.kind === 'backends' ? plainChildren(document, value) : []);
    return [{ name: key === '' ? ' ' : key, detail, kind, range, selectionRange, children }];
  });
}

function plainChildren({ source }: SpecDocument, node: Parameters<typeof entriesOf>[0]): DocumentSymbol[] {
  return entriesOf(node).map(({ key, keySpan, value }) => ({
    name: key === '' ? ' ' : key,
    kind: SymbolKind.Object,
    range: source.lines.range({ start: keySpan.start, end: Math.max(keySpan.end, value.span.end) }),
    selectionRange: source.lines.range(keySpan),
  }));
}
