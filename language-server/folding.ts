import { FoldingRangeKind } from 'vscode-languageserver/node';
import type { FoldingRange } from 'vscode-languageserver/node';
import type { SpecNode } from '../engine/pipeline/nodes';
import type { SpecDocument } from './spec-document';

/** What can be folded: entries and values of several lines, and comments. */
export function foldingOf({ source }: SpecDocument): FoldingRange[] {
  const ranges = new Map<number, FoldingRange>();
  const add = (start: number, end: number) => {
    const startLine = source.lines.position(start).line;
    const endLine = source.lines.position(end).line;
    // The outermost wins: a line has one arrow.
    if (endLine > startLine && !ranges.has(startLine)) ranges.set(startLine, { startLine, endLine });
  };
  const seen = new Set<SpecNode>();
  const walk = (node: SpecNode) => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === 'map')
      for (const { keySpan, value } of node.entries) {
        if (value.span.start >= keySpan.start) add(keySpan.start, value.span.end);
        walk(value);
      }
    else if (node.kind === 'list')
      for (const item of node.items) {
        add(item.span.start, item.span.end);
        walk(item);
      }
  };
  if (source.root !== undefined) walk(source.root);
  return [...ranges.values(), ...comments(source.lines)];
}

function comments(lines: SpecDocument['source']['lines']): FoldingRange[] {
  const found: FoldingRange[] = [];
  let first: number | undefined;
  for (let line = 0; line <= lines.lineCount; line++) {
    if (/^\s*#/.test(lines.line(line))) first ??= line;
    else {
      if (first !== undefined && line - first > 1)
        found.push({ startLine: first, endLine: line - 1, kind: FoldingRangeKind.Comment });
      first = undefined;
    }
  }
  return found;
}
