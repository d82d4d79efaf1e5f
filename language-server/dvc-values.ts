import { MarkupKind } from 'vscode-languageserver/node';
import type { Hover, Location, Position } from 'vscode-languageserver/node';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { findValue, stepsOf, valueText } from '../engine/pipeline/dialects/dvc/templating';
import type { DvcAnalysis } from '../engine/pipeline/dialects/dvc/analyse';
import { textOf } from '../engine/pipeline/nodes';
import type { Span } from '../engine/pipeline/nodes';
import { filePath, offsetAt, placeOf } from './spec-document';
import type { SpecDocument } from './spec-document';

interface ValueUse {
  dvc: DvcAnalysis;
  content: string;
  span: Span;
}

/** The `${…}`, or the item of a stage's `params`, at a position. */
function useAt(document: SpecDocument, position: Position): ValueUse | undefined {
  const { dvc } = document;
  if (dvc === undefined) return undefined;
  const offset = offsetAt(document, position);
  const expression = dvc.expressions.find(({ span }) => span.start <= offset && offset <= span.end);
  if (expression !== undefined) return { dvc, content: expression.content, span: expression.contentSpan };
  const place = placeOf(document, offset);
  const content = textOf(place?.node);
  const field = place?.path.at(-2);
  if (place === undefined || content === undefined || field !== 'params') return undefined;
  return { dvc, content, span: place.node.span };
}

/** Where a value of DVC is written: in `vars`, or in a file of params. */
export function dvcDefinition(document: SpecDocument, position: Position): Location | undefined {
  const use = useAt(document, position);
  const found = use === undefined ? undefined : findValue(use.dvc.values, stepsOf(use.content));
  const own = filePath(document.uri);
  if (found === undefined || own === undefined) return undefined;
  if (found.file === undefined)
    return { uri: document.uri, range: document.source.lines.range(found.node.span) };
  const uri = pathToFileURL(path.resolve(path.dirname(own), found.file.file)).href;
  return { uri, range: found.file.source.lines.range(found.node.span) };
}

/** The value behind a `${…}`, and where it comes from. */
export function dvcHover(document: SpecDocument, position: Position): Hover | undefined {
  const use = useAt(document, position);
  const found = use === undefined ? undefined : findValue(use.dvc.values, stepsOf(use.content));
  if (use === undefined || found === undefined) return undefined;
  const from = found.file === undefined ? '`vars`' : `\`${found.file.file}\``;
  const value = `**param** \`${use.content}\`\n\n\`${valueText(found.node)}\`, from ${from}`;
  return { contents: { kind: MarkupKind.Markdown, value }, range: document.source.lines.range(use.span) };
}
