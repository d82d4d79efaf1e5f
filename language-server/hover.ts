import { MarkupKind } from 'vscode-languageserver/node';
import type { Hover, Position } from 'vscode-languageserver/node';
import { placeAt } from '../engine/pipeline/nodes';
import type { Span } from '../engine/pipeline/nodes';
import { describe, schemasAt, typeInWords } from '../engine/pipeline/schema-walk';
import { summaryOf } from './declared-summary';
import { dvcHover } from './dvc-values';
import { nameAt } from './named-places';
import { offsetAt } from './spec-document';
import type { SpecDocument } from './spec-document';

/** What is under the cursor: the thing that a name stands for, or the documentation of a key. */
export function hoverAt(document: SpecDocument, position: Position): Hover | undefined {
  const value = dvcHover(document, position);
  if (value !== undefined) return value;
  const place = nameAt(document, position);
  if (place !== undefined) {
    const summary = summaryOf(document.analysis.spec, place);
    const title = `**${place.kind}** \`${place.name}\``;
    const value = [title, ...summary].join('\n\n');
    return { contents: { kind: MarkupKind.Markdown, value }, range: place.range };
  }
  return keyHover(document, offsetAt(document, position));
}

function keyHover(document: SpecDocument, offset: number): Hover | undefined {
  const { source, schema } = document;
  const place = placeAt(source.root, offset);
  if (place === undefined || place.path.length === 0) return undefined;
  // An item of a list has no documentation of its own: its list's key has.
  const path = [...place.path];
  while (typeof path.at(-1) === 'number') path.pop();
  const description = describe(schema, path, source.root);
  if (description === undefined) return undefined;
  const kinds = new Set(
    schemasAt(schema, path, source.root)
      .map(typeInWords)
      .filter((words) => words !== ''),
  );
  const title = `**${String(path.at(-1))}**${kinds.size === 0 ? '' : ` · ${[...kinds].join(' or ')}`}`;
  const span: Span = place.onKey && place.entry !== undefined ? place.entry.keySpan : place.node.span;
  return {
    contents: { kind: MarkupKind.Markdown, value: `${title}\n\n${description}` },
    range: source.lines.range(span),
  };
}
