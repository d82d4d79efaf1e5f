/** Values as they stand in a YAML file, each with its place; aliases and merge keys are resolved. */

/** Offsets into the text, in UTF-16 code units; `end` is after the last one. */
export interface Span {
  start: number;
  end: number;
}

export interface MapEntry {
  key: string;
  keySpan: Span;
  value: SpecNode;
}

export interface MapNode {
  kind: 'map';
  span: Span;
  entries: MapEntry[];
  /** Entries by key; the first of several with the same key. */
  byKey: Map<string, MapEntry>;
}

export interface ListNode {
  kind: 'list';
  span: Span;
  items: SpecNode[];
}

export interface ScalarNode {
  kind: 'scalar';
  span: Span;
  value: string | number | boolean | null;
}

export type SpecNode = MapNode | ListNode | ScalarNode;

/** Steps from the root: keys of maps and indexes of lists. */
export type NodePath = (string | number)[];

/** Entry of a map, or undefined when there is none or the node is no map. */
export function entryOf(node: SpecNode | undefined, key: string): MapEntry | undefined {
  return node?.kind === 'map' ? node.byKey.get(key) : undefined;
}

/** Value of a key. */
export function childOf(node: SpecNode | undefined, key: string): SpecNode | undefined {
  return entryOf(node, key)?.value;
}

/** Entries of a map; none when the node is no map. */
export function entriesOf(node: SpecNode | undefined): MapEntry[] {
  return node?.kind === 'map' ? node.entries.filter((entry) => node.byKey.get(entry.key) === entry) : [];
}

/** Items of a list; none when the node is no list. */
export function itemsOf(node: SpecNode | undefined): SpecNode[] {
  return node?.kind === 'list' ? node.items : [];
}

/** Text of a scalar that is a string. */
export function textOf(node: SpecNode | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}

/** Value of a scalar that is neither empty nor a collection. */
export function valueOf(node: SpecNode | undefined): string | number | boolean | undefined {
  return node?.kind === 'scalar' && node.value !== null ? node.value : undefined;
}

/** Node at a path, or undefined. */
export function nodeAt(root: SpecNode | undefined, path: NodePath): SpecNode | undefined {
  let node = root;
  for (const step of path) {
    if (node === undefined) return undefined;
    node =
      node.kind === 'list'
        ? node.items[Number(step)]
        : node.kind === 'map'
          ? childOf(node, String(step))
          : undefined;
  }
  return node;
}

/** Entry at a path whose last step is a key. */
export function entryAt(root: SpecNode | undefined, path: NodePath): MapEntry | undefined {
  const last = path.at(-1);
  return last === undefined ? undefined : entryOf(nodeAt(root, path.slice(0, -1)), String(last));
}

/** The node as plain data; duplicate keys keep the first value. */
export function plain(node: SpecNode): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(plain);
    case 'map': {
      const data: Record<string, unknown> = {};
      for (const { key, value } of entriesOf(node))
        // A key such as `__proto__` must become an own property.
        Object.defineProperty(data, key, {
          value: plain(value),
          enumerable: true,
          configurable: true,
          writable: true,
        });
      return data;
    }
  }
}

/** What stands at an offset: the path to the innermost node, and whether the offset is on its key. */
export interface Place {
  path: NodePath;
  onKey: boolean;
  node: SpecNode;
  entry?: MapEntry;
}

const holds = (span: Span, offset: number) => span.start <= offset && offset <= span.end;

/** Innermost key or value at an offset. */
export function placeAt(root: SpecNode | undefined, offset: number): Place | undefined {
  if (root === undefined) return undefined;
  let place: Place = { path: [], onKey: false, node: root };
  let next: SpecNode | undefined = root;
  while (next !== undefined) {
    const node: SpecNode = next;
    next = undefined;
    if (node.kind === 'map') {
      for (const entry of node.entries) {
        const onKey = holds(entry.keySpan, offset);
        if (!onKey && !holds(entry.value.span, offset)) continue;
        place = { path: [...place.path, entry.key], onKey, node: entry.value, entry };
        if (onKey) return place;
        next = entry.value;
        break;
      }
    } else if (node.kind === 'list') {
      const index = node.items.findIndex((item) => holds(item.span, offset));
      const item = node.items[index];
      if (item === undefined) continue;
      place = { path: [...place.path, index], onKey: false, node: item };
      next = item;
    }
  }
  return place;
}
