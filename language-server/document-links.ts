import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DocumentLink } from 'vscode-languageserver/node';
import { childOf, entriesOf, itemsOf, nodeAt, textOf } from '../engine/pipeline/nodes';
import type { SpecNode, Span } from '../engine/pipeline/nodes';
import { isGlob } from '../engine/pipeline/paths';
import { plainReference } from '../engine/pipeline/plain-references';
import { filePath } from './spec-document';
import type { SpecDocument } from './spec-document';

/** Paths of a spec that open their file: inputs, outputs, datasets, metrics files, and programs in commands. */
export function linksOf(document: SpecDocument): DocumentLink[] {
  const file = filePath(document.uri);
  const { source, text, model } = document;
  if (file === undefined || model === undefined) return [];
  const folder = path.dirname(file);
  const exists = (written: string) => document.workspace.exists?.(written) ?? false;
  const links: DocumentLink[] = [];
  const add = (written: string, span: Span) => {
    if (written === '' || isGlob(written) || !exists(written)) return;
    const target = pathToFileURL(path.resolve(folder, written)).href;
    links.push({ range: source.lines.range(span), target, tooltip: `Open ${written}` });
  };
  const addPath = (node: SpecNode | undefined) => {
    const written = textOf(node);
    if (node === undefined || written === undefined || written.includes('${{')) return;
    if (plainReference(written, () => false) !== undefined) return;
    const at = text.slice(node.span.start, node.span.end).indexOf(written);
    if (at >= 0) add(written, { start: node.span.start + at, end: node.span.start + at + written.length });
  };
  const addCommand = (node: SpecNode | undefined) => {
    for (const part of node?.kind === 'list' ? node.items : node === undefined ? [] : [node]) {
      const written = text.slice(part.span.start, part.span.end);
      for (const { 0: word, index } of written.matchAll(/[\w./-]+\.\w{1,8}(?=[\s'"]|$)/g))
        add(word, { start: part.span.start + index, end: part.span.start + index + word.length });
    }
  };
  const section = (key: string) => entriesOf(childOf(source.root, key)).map(({ value }) => value);
  for (const dataset of section('datasets'))
    addPath(dataset.kind === 'scalar' ? dataset : childOf(dataset, 'path'));
  for (const stage of section('stages')) {
    addCommand(childOf(stage, 'run'));
    itemsOf(childOf(stage, 'inputs')).forEach(addPath);
    for (const { value } of entriesOf(childOf(stage, 'outputs'))) addPath(value);
    addPath(nodeAt(stage, ['metrics', 'file']));
  }
  for (const test of section('tests')) addCommand(childOf(test, 'run'));
  for (const deployment of section('deployments')) addCommand(nodeAt(deployment, ['serve', 'run']));
  for (const monitor of section('monitors')) {
    addPath(childOf(monitor, 'reference'));
    addPath(childOf(monitor, 'current'));
    addPath(nodeAt(monitor, ['performance', 'labels']));
  }
  return links;
}
