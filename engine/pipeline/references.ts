import { checkReference, findReferenceContext } from './reference-rules';
import type { ReferenceContext, ReferencePart } from './reference-rules';
import { findExpressions } from './expressions';
import { childOf, entriesOf, itemsOf, textOf } from './nodes';
import type { NodePath, ScalarNode, Span, SpecNode } from './nodes';
import { mayBeFile, plainReference } from './plain-references';
import type { Range } from './diagnostics';
import { report } from './report';
import type { Source } from './report';
import type { SpecReference, SymbolKind } from './types';

/** A use of a name, before it is known whether the file declares it. */
export interface NameUse extends SpecReference {
  /** The text is a path unless the file declares the name, e.g. `datasets.py`. */
  mayBeFile: boolean;
}

/** A `${{ … }}` of a source. */
export interface ExpressionPlace {
  /** With its braces. */
  range: Range;
  content: string;
  contentRange: Range;
}

/** Finds every use of a name and every reference in a source, and reports references that no file could give a value. */
export function findUses(source: Source): { uses: NameUse[]; expressions: ExpressionPlace[] } {
  const finder = new UseFinder(source);
  if (source.root !== undefined) finder.walk(source.root, [], new Set());
  return { uses: finder.uses, expressions: finder.expressions };
}

class UseFinder {
  readonly uses: NameUse[] = [];
  readonly expressions: ExpressionPlace[] = [];
  readonly #source: Source;

  constructor(source: Source) {
    this.#source = source;
  }

  /** Visits every text. `seen` holds nodes that aliases share: their places are told once. */
  walk(node: SpecNode, path: NodePath, seen: Set<SpecNode>): void {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === 'scalar') {
      if (typeof node.value === 'string') this.#text(node, node.value, path);
      return;
    }
    if (node.kind === 'list') {
      node.items.forEach((item, index) => {
        this.walk(item, [...path, index], seen);
      });
      return;
    }
    for (const entry of entriesOf(node)) this.walk(entry.value, [...path, entry.key], seen);
    this.#names(node, path);
  }

  #text(node: ScalarNode, value: string, path: NodePath): void {
    const context = findReferenceContext(path);
    if (context === 'ignored') return;
    if (value.includes('${{')) this.#expressions(node, context);
    else this.#plain(node, value, path);
  }

  /** Places of expressions are found in the text as written, since folding and escapes move what is read of it. */
  #expressions(node: ScalarNode, context: ReferenceContext): void {
    const written = this.#source.text.slice(node.span.start, node.span.end);
    for (const expression of findExpressions(written)) {
      const start = node.span.start + expression.start;
      const whole = { start, end: node.span.start + expression.end };
      if (!expression.closed) {
        report(this.#source, 'expression', 'error', whole, 'The reference is not closed. End it with `}}`.');
        continue;
      }
      const outcome = checkReference(expression.content, context);
      const at = node.span.start + expression.contentStart;
      const { lines } = this.#source;
      this.expressions.push({
        range: lines.range(whole),
        content: expression.content,
        contentRange: lines.range({ start: at, end: at + expression.content.length }),
      });
      if (outcome.problem !== undefined) {
        const span = expression.content === '' ? whole : { start: at, end: at + expression.content.length };
        report(this.#source, 'expression', 'error', span, outcome.problem);
      }
      this.#addAll(outcome.references, at);
    }
  }

  #addAll(references: ReferencePart[], start: number, isMaybeFile = false): void {
    for (const { kind, name, container, offset } of references)
      this.#add(kind, name, start + offset, container, isMaybeFile);
  }

  #add(kind: SymbolKind, name: string, start: number, container?: string, isMaybeFile = false): void {
    const range = this.#source.lines.range({ start, end: start + name.length });
    const use = { kind, name, ...(container === undefined ? {} : { container }), range };
    this.uses.push({ ...use, mayBeFile: isMaybeFile });
  }

  /** References without braces: inputs of stages, both sides of monitors, models' outputs. */
  #plain(node: ScalarNode, value: string, path: NodePath): void {
    const [section, owner, field] = path;
    const isInput = section === 'stages' && field === 'inputs' && path.length === 4;
    const isData =
      section === 'monitors' &&
      ((path.length === 3 && (field === 'reference' || field === 'current')) || path[3] === 'labels');
    const isModel = section === 'stages' && field === 'model' && path[3] === 'from';
    if (!isInput && !isData && !isModel) return;
    const steps = isModel ? value.split('.') : plainReference(value, () => true);
    if (steps === undefined) return;
    const context: ReferenceContext = isModel ? { place: 'model', stage: String(owner) } : { place: 'data' };
    const outcome = checkReference(steps.join('.'), context);
    const start = this.#contentStart(node, value);
    if (outcome.problem !== undefined)
      report(this.#source, 'expression', 'error', { start, end: start + value.length }, outcome.problem);
    this.#addAll(outcome.references, start, !isModel && mayBeFile(value));
  }

  /** Where a text starts within its quotes. */
  #contentStart(node: ScalarNode, value: string): number {
    const at = this.#source.text.slice(node.span.start, node.span.end).indexOf(value);
    return node.span.start + Math.max(0, at);
  }

  /** Where a key starts within its quotes. */
  #keyStart({ start }: Span): number {
    return /^['"]/.test(this.#source.text.charAt(start)) ? start + 1 : start;
  }

  /** Fields whose value, or whose keys, are names of the file. */
  #names(node: SpecNode, path: NodePath): void {
    const [section] = path;
    const field = (key: string, kind: SymbolKind) => {
      this.#name(childOf(node, key), kind);
    };
    if (path.length === 2 && section === 'tests') field('metric', 'metric');
    else if (path.length === 2 && section === 'deployments') {
      field('model', 'model');
      field('after', 'deployment');
    } else if (path.length === 2 && section === 'monitors') field('deployment', 'deployment');
    else if (path.length === 3 && section === 'monitors' && path[2] === 'performance')
      field('metric', 'metric');
    else if (path.length === 2 && section === 'retraining') {
      for (const item of itemsOf(childOf(node, 'stages'))) this.#name(item, 'stage');
      for (const { key, keySpan } of entriesOf(childOf(node, 'params')))
        this.#add('param', key, this.#keyStart(keySpan));
      const then = childOf(node, 'then');
      const request = /^request (\S+)$/.exec(textOf(then) ?? '');
      if (then?.kind === 'scalar' && request?.[1] !== undefined)
        this.#add('deployment', request[1], this.#contentStart(then, request[0]) + 'request '.length);
    } else if (path.length === 4 && section === 'stages' && path[2] === 'sweep' && path[3] === 'over')
      for (const { key, keySpan } of entriesOf(node)) this.#add('param', key, this.#keyStart(keySpan));
  }

  #name(node: SpecNode | undefined, kind: SymbolKind): void {
    const name = textOf(node);
    if (node?.kind === 'scalar' && name !== undefined && name !== '')
      this.#add(kind, name, this.#contentStart(node, name));
  }
}
