import type { MapEntry, MapNode, SpecNode, Span } from './nodes';
import type { PlacedBlock } from './whole';

const moved = ({ start, end }: Span, by: number): Span => ({ start: start + by, end: end + by });

/** A tree whose places are moved. Nodes that aliases share stay shared. */
export function movedTree(root: SpecNode | undefined, by: number): SpecNode | undefined {
  if (root === undefined || by === 0) return root;
  const done = new Map<SpecNode, SpecNode>();
  const move = (node: SpecNode): SpecNode => {
    const known = done.get(node);
    if (known !== undefined) return known;
    const copy = copyOf(node);
    done.set(node, copy);
    return copy;
  };
  const entries = new Map<MapEntry, MapEntry>();
  const moveEntry = (entry: MapEntry): MapEntry => {
    const known = entries.get(entry) ?? {
      key: entry.key,
      keySpan: moved(entry.keySpan, by),
      value: move(entry.value),
    };
    entries.set(entry, known);
    return known;
  };
  const copyOf = (node: SpecNode): SpecNode => {
    const span = moved(node.span, by);
    switch (node.kind) {
      case 'scalar':
        return { kind: 'scalar', span, value: node.value };
      case 'list':
        return { kind: 'list', span, items: node.items.map(move) };
      case 'map':
        return mapOf(node.entries.map(moveEntry), span);
    }
  };
  return move(root);
}

function mapOf(entries: MapEntry[], span: Span): MapNode {
  const byKey = new Map<string, MapEntry>();
  for (const entry of entries) if (!byKey.has(entry.key)) byKey.set(entry.key, entry);
  return { kind: 'map', span, entries, byKey };
}

/** The tree of a whole file, of the trees of its blocks. */
export function mergeTrees(
  blocks: PlacedBlock[],
  treeOf: (placed: PlacedBlock) => SpecNode | undefined,
): SpecNode | undefined {
  const [only] = blocks;
  if (only === undefined) return undefined;
  if (blocks.length === 1) return treeOf(only);
  const entries: MapEntry[] = [];
  let inside: MapEntry[] = [];
  const close = () => {
    const header = entries.at(-1);
    const [first] = inside;
    if (header !== undefined && first !== undefined) {
      const last = inside.at(-1) ?? first;
      const end = Math.max(last.keySpan.end, last.value.span.end);
      header.value = mapOf(inside, { start: first.keySpan.start, end });
    }
    inside = [];
  };
  for (const placed of blocks) {
    const tree = treeOf(placed);
    if (tree?.kind !== 'map') continue;
    if (placed.block.section === undefined) {
      close();
      entries.push(...tree.entries.map((entry) => ({ ...entry })));
    } else for (const { value } of tree.entries) if (value.kind === 'map') inside.push(...value.entries);
  }
  close();
  const [first] = entries;
  const last = entries.at(-1);
  if (first === undefined || last === undefined) return undefined;
  return mapOf(entries, { start: first.keySpan.start, end: Math.max(last.keySpan.end, last.value.span.end) });
}
