import { isAlias, isCollection, isMap, isScalar } from 'yaml';
import type { Document, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import type { ListNode, MapEntry, MapNode, ScalarNode, Span, SpecNode } from './nodes';
import { hasMask, unmask } from './masked-references';
import { related, report } from './report';
import type { Source } from './report';

/** Most values that a document may have once its aliases are replaced by what they stand for. */
const maximumValues = 1_000_000;
/** Deepest nesting; a spec has about eight levels. */
const maximumDepth = 100;

/** The document would take unreasonable time or memory. */
export class TooComplexError extends Error {
  readonly span: Span;

  constructor(message: string, span: Span) {
    super(message);
    this.name = 'TooComplexError';
    this.span = span;
  }
}

const needsQuotes =
  'Put quotes around this value: other YAML tools take the braces of `${{ … }}` for their own inside `{ }` and `[ ]`.';

interface Conversion {
  source: Source;
  anchors: Map<string, SpecNode>;
  /** Anchors whose node is being converted: an alias to one of them would contain itself. */
  open: Set<string>;
  /** Whether references are hidden from the parser. */
  masked: boolean;
  /** Whether anchors may stand outside the text. */
  isPart: boolean;
  /** Number of values of a node with its aliases replaced. */
  sizes: Map<SpecNode, number>;
}

/**
 * Converts a parsed document to nodes. Aliases share the node of their anchor, so the time is linear in the text.
 * Duplicate keys, keys that are no text and aliases to nothing become diagnostics.
 * @throws TooComplexError
 */
export function convertDocument(
  document: Document.Parsed,
  source: Source,
  masked: boolean,
  isPart: boolean,
): SpecNode | undefined {
  if (document.contents === null) return undefined;
  const conversion = {
    source,
    anchors: new Map(),
    open: new Set<string>(),
    masked,
    isPart,
    sizes: new Map(),
  };
  return convert(document.contents, conversion, 0);
}

function spanOf(node: { range?: readonly [number, number, number] | null }, text: string): Span {
  const [start, valueEnd] = node.range ?? [0, 0, 0];
  let end = Math.min(valueEnd, text.length);
  while (end > start && /\s/.test(text.charAt(end - 1))) end--;
  return { start: Math.min(start, end), end };
}

function convert(
  node: unknown,
  conversion: Conversion,
  depth: number,
  emptyAt = 0,
  inFlow = false,
): SpecNode {
  const { source, anchors, open } = conversion;
  const empty: ScalarNode = { kind: 'scalar', span: { start: emptyAt, end: emptyAt }, value: null };
  if (isAlias(node)) {
    const span = spanOf(node, source.text);
    const target = open.has(node.source) ? undefined : anchors.get(node.source);
    if (target !== undefined) return target;
    if (conversion.isPart && !open.has(node.source)) {
      source.openAliases = true;
      return { ...empty, span };
    }
    const why = open.has(node.source) ? 'stands inside what it names' : 'names no anchor above it';
    report(source, 'yaml-syntax', 'error', span, `The alias \`*${node.source}\` ${why}.`);
    return { ...empty, span };
  }
  if (isScalar(node)) return remember(node.anchor, scalar(node, conversion, inFlow), conversion);
  if (!isCollection(node)) return empty;
  const span = spanOf(node, source.text);
  if (depth > maximumDepth)
    throw new TooComplexError('The file is nested too deeply to be read. Remove levels of nesting.', span);
  if (node.anchor !== undefined) open.add(node.anchor);
  const converted = isMap(node)
    ? convertMap(node, span, conversion, depth)
    : convertList(node as YAMLSeq, span, conversion, depth);
  if (node.anchor !== undefined) open.delete(node.anchor);
  return remember(node.anchor, converted, conversion);
}

function remember(anchor: string | undefined, node: SpecNode, { anchors, sizes }: Conversion): SpecNode {
  const children =
    node.kind === 'map' ? node.entries.map(({ value }) => value) : node.kind === 'list' ? node.items : [];
  const size = children.reduce((sum, child) => sum + (sizes.get(child) ?? 1), 1);
  sizes.set(node, size);
  if (size > maximumValues)
    throw new TooComplexError('Aliases make the file too large to be read. Use fewer of them.', node.span);
  if (anchor !== undefined) anchors.set(anchor, node);
  return node;
}

function scalar(node: Scalar, { source, masked }: Conversion, inFlow: boolean): ScalarNode {
  const span = spanOf(node, source.text);
  const { value } = node;
  if (masked && typeof value === 'string' && hasMask(value)) {
    if (inFlow && node.type === 'PLAIN') report(source, 'yaml-syntax', 'warning', span, needsQuotes);
    return { kind: 'scalar', span, value: unmask(value) };
  }
  if (typeof value === 'bigint') return { kind: 'scalar', span, value: Number(value) };
  const known = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return { kind: 'scalar', span, value: known ? value : null };
}

function convertList(node: YAMLSeq, span: Span, conversion: Conversion, depth: number): ListNode {
  const items = node.items.map((item) => convert(item, conversion, depth + 1, span.end, node.flow === true));
  return { kind: 'list', span, items };
}

function convertMap(node: YAMLMap, span: Span, conversion: Conversion, depth: number): MapNode {
  const map: MapNode = { kind: 'map', span, entries: [], byKey: new Map() };
  const merged: SpecNode[] = [];
  for (const pair of node.items) {
    const key = keyOf(pair, conversion.source, span);
    if (key === undefined) continue;
    const value = convert(
      pair.value,
      conversion,
      depth + 1,
      afterColon(conversion.source.text, key.span.end),
      node.flow === true,
    );
    if (key.text === '<<' && value.kind !== 'scalar') merged.push(value);
    else addEntry(map, { key: key.text, keySpan: key.span, value }, conversion.source);
  }
  for (const value of merged) mergeInto(map, value);
  return map;
}

/** Where a value that is not there would stand: after the colon, within the line. */
function afterColon(text: string, keyEnd: number): number {
  const colon = /^[ \t]*:[ \t]?/.exec(text.slice(keyEnd, keyEnd + 80));
  return keyEnd + (colon?.[0].length ?? 0);
}

function keyOf(pair: Pair, source: Source, around: Span): { text: string; span: Span } | undefined {
  const { key } = pair;
  if (isScalar(key) && key.value !== null)
    return { text: unmask(String(key.value)), span: spanOf(key, source.text) };
  const span = isScalar(key) || isCollection(key) || isAlias(key) ? spanOf(key, source.text) : around;
  report(
    source,
    'yaml-syntax',
    'error',
    span,
    'A key must be plain text. Put quotes around a value that starts with `{`.',
  );
  return undefined;
}

function addEntry(map: MapNode, entry: MapEntry, source: Source): void {
  map.entries.push(entry);
  const first = map.byKey.get(entry.key);
  if (first === undefined) {
    map.byKey.set(entry.key, entry);
    return;
  }
  const message = `\`${entry.key}\` is here twice; only the first counts. Remove or rename one.`;
  report(source, 'duplicate-key', 'error', entry.keySpan, message, {
    related: [related(source, first.keySpan, `\`${entry.key}\` stands first here.`)],
  });
}

/** YAML's merge key: entries of other maps, unless the map has the key itself. */
function mergeInto(map: MapNode, value: SpecNode): void {
  const maps = value.kind === 'list' ? value.items : [value];
  for (const other of maps) {
    if (other.kind !== 'map') continue;
    for (const entry of other.byKey.values())
      if (!map.byKey.has(entry.key)) {
        map.entries.push(entry);
        map.byKey.set(entry.key, entry);
      }
  }
}
