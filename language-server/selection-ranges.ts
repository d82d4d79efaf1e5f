import type { Position, SelectionRange } from 'vscode-languageserver/node';
import type { SpecNode, Span } from '../engine/pipeline/nodes';
import { findExpressions } from '../engine/pipeline/expressions';
import { offsetAt } from './spec-document';
import type { SpecDocument } from './spec-document';

/** For each position, what it is in: a name, a reference, a value, an entry, a section, the file. */
export function selectionRangesAt(document: SpecDocument, positions: Position[]): SelectionRange[] {
  return positions.map((position) => {
    const offset = offsetAt(document, position);
    const spans = spansAt(document, offset);
    let range: SelectionRange = {
      range: document.source.lines.range({ start: 0, end: document.text.length }),
    };
    let last: Span = { start: 0, end: document.text.length };
    for (const span of spans) {
      const isWithin = span.start >= last.start && span.end <= last.end;
      if (!isWithin || (span.start === last.start && span.end === last.end)) continue;
      range = { range: document.source.lines.range(span), parent: range };
      last = span;
    }
    return range;
  });
}

const holds = ({ start, end }: Span, offset: number) => start <= offset && offset <= end;

/** Spans around an offset, the widest first. */
function spansAt({ source, text }: SpecDocument, offset: number): Span[] {
  const spans: Span[] = [];
  let node: SpecNode | undefined = source.root;
  while (node !== undefined) {
    if (holds(node.span, offset)) spans.push(node.span);
    if (node.kind === 'scalar') break;
    let next: SpecNode | undefined;
    if (node.kind === 'list') next = node.items.find(({ span }) => holds(span, offset));
    else
      for (const { keySpan, value } of node.entries) {
        const whole = { start: keySpan.start, end: Math.max(keySpan.end, value.span.end) };
        if (!holds(whole, offset) || value.span.start < keySpan.start) continue;
        spans.push(whole);
        if (holds(keySpan, offset)) return [...spans, keySpan];
        next = value;
        break;
      }
    node = next;
  }
  const around = spans.at(-1);
  if (around === undefined || node === undefined) return spans;
  return [...spans, ...spansInText(text, node.span, offset)];
}

function spansInText(text: string, span: Span, offset: number): Span[] {
  const written = text.slice(span.start, span.end);
  const expression = findExpressions(written).find(({ start, end }) =>
    holds({ start: span.start + start, end: span.start + end }, offset),
  );
  const spans: Span[] = [];
  if (expression !== undefined) {
    const start = span.start + expression.contentStart;
    spans.push({ start: span.start + expression.start, end: span.start + expression.end });
    spans.push({ start, end: start + expression.content.length });
  }
  const before = /[\w-]*$/.exec(text.slice(span.start, offset))?.[0].length ?? 0;
  const after = /^[\w-]*/.exec(text.slice(offset, span.end))?.[0].length ?? 0;
  return before + after === 0 ? spans : [...spans, { start: offset - before, end: offset + after }];
}
