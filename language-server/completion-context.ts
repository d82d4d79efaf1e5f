import type { NodePath, Span, SpecNode } from '../engine/pipeline/nodes';
import { entriesOf } from '../engine/pipeline/nodes';
import type { LineIndex } from '../engine/pipeline/lines';

/**
 * Where the cursor stands in a text that may be half typed. The word at the cursor is replaced by a mark, and the mark
 * is looked for in what parses: YAML itself then says whether it is a key or a value, and of what.
 */
export interface CompletionContext {
  kind: 'key' | 'value' | 'expression';
  /** Of a key: the map that it is in. Otherwise: the value. */
  path: NodePath;
  /** The part of the file around the mark, with the mark in it. */
  tree: SpecNode;
  /** What a choice replaces. */
  replace: Span;
  /** Text of the line before `replace`. */
  before: string;
  /** Text of the line after `replace`. */
  after: string;
}

const mark = 'galleyCursorMark';

/** Whether a key is the mark of the cursor. */
export function isMark(key: string): boolean {
  return key.includes(mark);
}

/** Every way to read the place of the cursor, the likeliest first. */
export function contextsAt(
  text: string,
  lines: LineIndex,
  offset: number,
  readTree: (text: string, offset: number) => SpecNode | undefined,
): CompletionContext[] {
  const { line, character } = lines.position(offset);
  const whole = lines.line(line);
  const before = whole.slice(0, character);
  if (/(^|\s)#[^"']*$/.test(before)) return [];
  const start = offset - (/[\w.-]*$/.exec(before)?.[0].length ?? 0);
  const end = offset + (/^[\w-]*/.exec(whole.slice(character))?.[0].length ?? 0);
  const word = { start, end };
  const lead = whole.slice(0, character - (offset - start));
  const rest = whole.slice(character + (end - offset));
  const found = (
    kind: CompletionContext['kind'],
    marked: string,
    edited: Span = word,
  ): CompletionContext[] => {
    const tree = readTree(text.slice(0, edited.start) + marked + text.slice(edited.end), edited.start);
    const path = tree === undefined ? undefined : findMark(tree, kind === 'key');
    if (tree === undefined || path === undefined) return [];
    return [{ kind, path, tree, replace: word, before: lead, after: rest }];
  };
  const opening = /\$\{\{\s*$/.exec(lead);
  if (opening !== null) {
    const closing = /^\s*\}\}/.exec(rest)?.[0].length ?? 0;
    return found('expression', mark, { start: start - opening[0].length, end: end + closing });
  }
  const keys = /^\s*(- +)*$|[{,]\s*$/.test(lead) ? found('key', /^\s*:/.test(rest) ? mark : `${mark}: `) : [];
  return [...keys, ...found('value', mark)];
}

/** Path to the mark: of the map that has it as a key, or of the text that holds it. */
function findMark(node: SpecNode, asKey: boolean): NodePath | undefined {
  if (node.kind === 'scalar')
    return !asKey && typeof node.value === 'string' && isMark(node.value) ? [] : undefined;
  if (node.kind === 'list') {
    for (const [index, item] of node.items.entries()) {
      const path = findMark(item, asKey);
      if (path !== undefined) return [index, ...path];
    }
    return undefined;
  }
  for (const { key, value } of entriesOf(node)) {
    if (isMark(key)) return asKey ? [] : undefined;
    const path = findMark(value, asKey);
    if (path !== undefined) return [key, ...path];
  }
  return undefined;
}
