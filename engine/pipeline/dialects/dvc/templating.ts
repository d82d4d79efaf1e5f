import path from 'node:path';
import { childOf, entriesOf, itemsOf, textOf, valueOf } from '../../nodes';
import type { NodePath, SpecNode, Span } from '../../nodes';
import type { Source } from '../../report';
import { readSource } from '../../source';

/** A `${…}` of a `dvc.yaml`; `\${` is none. */
export interface DvcExpression {
  content: string;
  /** With its braces. */
  span: Span;
  contentSpan: Span;
}

/** Every `${…}` in a part of a text. */
export function dvcExpressions(text: string, { start, end }: Span): DvcExpression[] {
  return [...text.slice(start, end).matchAll(/(?<!\\)\$\{([^{}\r\n]*)\}/g)].map(
    ({ 0: whole, 1: inner = '', index }) => {
      const lead = inner.length - inner.trimStart().length;
      const at = start + index + 2 + lead;
      const content = inner.trim();
      return {
        content,
        span: { start: start + index, end: start + index + whole.length },
        contentSpan: { start: at, end: at + content.length },
      };
    },
  );
}

/** Steps of an expression: `train.lr`, `a[0].b`. */
export function stepsOf(content: string): string[] {
  return content.split(/[.[\]]+/).filter((step) => step !== '');
}

/** A file that gives values, as a tree. */
export interface ValueFile {
  file: string;
  source: Source;
}

/** Values that `${…}` may have. */
export interface DvcValues {
  files: ValueFile[];
  /** Maps written in `vars`. */
  written: SpecNode[];
  /** A file could not be read, so values may be unknown. */
  isOpen: boolean;
}

/**
 * Collects the values of a file, or of one stage in it.
 * @param folders folders of stages: their `params.yaml` counts too
 * @param read text of a file beside the `dvc.yaml`; undefined when it cannot be read
 */
export function dvcValues(
  lists: (SpecNode | undefined)[],
  folders: string[],
  read: ((file: string) => string | undefined) | undefined,
): DvcValues {
  const values: DvcValues = { files: [], written: [], isOpen: read === undefined };
  const add = (file: string, isOptional: boolean) => {
    const text = /\.ya?ml$|\.json$/.test(file) ? read?.(file) : undefined;
    if (text === undefined) {
      // Values may also be in TOML and Python files, which are not read here.
      if (!isOptional) values.isOpen = true;
      return;
    }
    const source = readSource(text, file);
    if (source.diagnostics.some(({ severity }) => severity === 'error')) values.isOpen = true;
    values.files.push({ file, source });
  };
  for (const folder of new Set(['.', ...folders])) add(path.posix.join(folder, 'params.yaml'), true);
  for (const list of lists)
    for (const item of itemsOf(list)) {
      const name = textOf(item);
      if (item.kind === 'map') values.written.push(item);
      else if (name !== undefined) add(name.split(':')[0] ?? name, false);
    }
  return values;
}

/** Whether some value starts with a step. */
export function hasValue({ files, written }: DvcValues, first: string): boolean {
  return [...written, ...files.map(({ source }) => source.root)].some(
    (node) => childOf(node, first) !== undefined,
  );
}

/** The node behind steps, with the file that it is in; undefined file: this one. */
export function findValue(
  values: DvcValues,
  steps: string[],
): { file?: ValueFile; node: SpecNode } | undefined {
  for (const node of values.written) {
    const found = walk(node, steps);
    if (found !== undefined) return { node: found };
  }
  for (const file of values.files) {
    const found = file.source.root === undefined ? undefined : walk(file.source.root, steps);
    if (found !== undefined) return { file, node: found };
  }
  return undefined;
}

function walk(node: SpecNode, steps: NodePath): SpecNode | undefined {
  let at: SpecNode | undefined = node;
  for (const step of steps) {
    if (at === undefined) return undefined;
    at = at.kind === 'list' ? at.items[Number(step)] : childOf(at, String(step));
  }
  return at;
}

/** A value in short, for a person. */
export function valueText(node: SpecNode): string {
  switch (node.kind) {
    case 'scalar':
      return String(valueOf(node) ?? 'null');
    case 'list':
      return `a list of ${node.items.length}`;
    case 'map':
      return `a map with ${entriesOf(node)
        .map(({ key }) => key)
        .slice(0, 8)
        .join(', ')}`;
  }
}
