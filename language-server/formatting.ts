import type { FormattingOptions, TextEdit } from 'vscode-languageserver/node';
import { plain } from '../engine/pipeline/nodes';
import type { SpecNode } from '../engine/pipeline/nodes';
import { readSource } from '../engine/pipeline/source';
import { isFlow, lineBreakOf } from './edits';
import type { SpecDocument } from './spec-document';

/**
 * Formats a document line by line, so that comments, quotes and the way in which values are written stay: the same
 * indentation everywhere, one space after a key's colon, no spaces at the ends of lines, at most one empty line
 * together, and a line break at the end. A file with syntax errors stays as it is.
 */
export function formattingOf(document: SpecDocument, options: FormattingOptions): TextEdit[] {
  const { source, text, analysis } = document;
  const isBroken = analysis.diagnostics.some(
    ({ code, severity }) => code === 'yaml-syntax' && severity === 'error',
  );
  const { root } = source;
  if (root === undefined || source.unreadable || isBroken) return [];
  const lines = formattedLines(document, root, Math.max(1, options.tabSize));
  const formatted = lines.join(lineBreakOf(document));
  if (formatted === text) return [];
  // Whatever the layout, the file must say the same afterwards.
  const again = readSource(formatted, document.uri);
  if (again.root === undefined || JSON.stringify(plain(again.root)) !== JSON.stringify(plain(root)))
    return [];
  return lineEdits(document, lines);
}

/** What a line needs: its indentation moves by some columns, and its end may be cut. */
interface LineRule {
  shift: number;
  /** The line is inside a text, where every space counts. */
  isText: boolean;
}

function formattedLines(document: SpecDocument, root: SpecNode, size: number): string[] {
  const { source } = document;
  const rules = lineRules(document, root, size);
  const lines: string[] = [];
  let rule: LineRule = { shift: 0, isText: false };
  for (let line = 0; line < source.lines.lineCount; line++) {
    const own = rules.get(line);
    const written = source.lines.line(line);
    const content = written.trimStart();
    // A comment goes with the line below it.
    const next =
      content.startsWith('#') && own === undefined && !rule.isText ? below(document, rules, line) : own;
    if (own !== undefined) rule = own;
    const { shift, isText } = next ?? rule;
    if (content === '') {
      if (isText) lines.push(written);
      else if (lines.at(-1) !== '' && lines.length > 0) lines.push('');
      continue;
    }
    const indent = Math.max(0, written.length - content.length + shift);
    lines.push(' '.repeat(indent) + (isText ? content : content.trimEnd()));
  }
  while (lines.at(-1)?.trim() === '' && !rule.isText) lines.pop();
  return [...lines, ...(rule.isText && lines.at(-1) === '' ? [] : [''])];
}

function below({ source }: SpecDocument, rules: Map<number, LineRule>, line: number): LineRule | undefined {
  for (let next = line + 1; next < source.lines.lineCount; next++) {
    const content = source.lines.line(next).trimStart();
    if (content !== '' && !content.startsWith('#')) return rules.get(next);
  }
  return undefined;
}

function lineRules(document: SpecDocument, root: SpecNode, size: number): Map<number, LineRule> {
  const { source, text } = document;
  const rules = new Map<number, LineRule>();
  const seen = new Set<SpecNode>();
  const column = (offset: number) => source.lines.position(offset).character;
  const lineOf = (offset: number) => source.lines.position(offset).line;
  const setText = (node: SpecNode, shift: number) => {
    const first = lineOf(node.span.start);
    const last = lineOf(node.span.end);
    const isBlock = /^[|>]/.test(text.charAt(node.span.start));
    const end = isBlock ? Math.max(last, first) : last;
    for (let line = first + 1; line <= end; line++) rules.set(line, { shift, isText: true });
    // White space after a block text is part of it when it says so.
    if (last > first || isBlock)
      rules.set(end + 1, {
        shift,
        isText: isBlock && /^[|>]\d?\+/.test(text.slice(node.span.start, node.span.start + 3)),
      });
  };
  const walk = (node: SpecNode, indent: number, shift: number) => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === 'scalar') {
      if (lineOf(node.span.start) !== lineOf(node.span.end) || /^[|>]/.test(text.charAt(node.span.start)))
        setText(node, shift);
      return;
    }
    if (isFlow(document, node)) return;
    if (node.kind === 'list') {
      for (const item of node.items) {
        const dash = text.lastIndexOf('-', item.span.start);
        const isFirst = text.slice(source.lines.startOf(lineOf(dash)), dash).trim() === '';
        const own = isFirst ? indent - column(dash) : shift;
        if (isFirst) rules.set(lineOf(dash), { shift: own, isText: false });
        walk(item, column(item.span.start) + own, own);
      }
      return;
    }
    for (const { keySpan, value } of node.entries) {
      if (value.span.start < keySpan.start) continue;
      const line = lineOf(keySpan.start);
      const isFirst = text.slice(source.lines.startOf(line), keySpan.start).trim() === '';
      const own = isFirst ? indent - column(keySpan.start) : shift;
      if (isFirst) rules.set(line, { shift: own, isText: false });
      walk(value, indent + size, own);
    }
  };
  walk(root, 0, 0);
  return rules;
}

/** One edit for each line that differs, where lines still match; otherwise one edit for the whole text. */
function lineEdits({ source, text }: SpecDocument, lines: string[]): TextEdit[] {
  if (lines.length !== source.lines.lineCount) {
    const range = source.lines.range({ start: 0, end: text.length });
    return [{ range, newText: lines.join(text.includes('\r\n') ? '\r\n' : '\n') }];
  }
  return lines.flatMap((newText, line) => {
    const written = source.lines.line(line);
    if (written === newText) return [];
    return [{ range: { start: { line, character: 0 }, end: { line, character: written.length } }, newText }];
  });
}
