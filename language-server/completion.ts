import { CompletionItemKind, MarkupKind } from 'vscode-languageserver/node';
import type { CompletionItem, Position } from 'vscode-languageserver/node';
import { declaredNames, mergeDeclared } from '../engine/pipeline/declarations';
import type { Declared } from '../engine/pipeline/declarations';
import { readTreeAt } from '../engine/pipeline/model';
import { entriesOf, nodeAt } from '../engine/pipeline/nodes';
import type { SpecNode } from '../engine/pipeline/nodes';
import { readSource } from '../engine/pipeline/source';
import { keysAt, schemasAt } from '../engine/pipeline/schema-walk';
import type { Schema } from '../engine/pipeline/schema-walk';
import { contextsAt, isMark } from './completion-context';
import type { CompletionContext } from './completion-context';
import { referenceChoices, valueChoices } from './completion-names';
import type { Choice } from './completion-names';
import { offsetAt } from './spec-document';
import type { SpecDocument } from './spec-document';

/** What may stand at the cursor: keys, values, and references inside `${{ }}`. */
export function completionsAt(document: SpecDocument, position: Position): CompletionItem[] {
  const { source, text } = document;
  if (source.unreadable) return [];
  const { lines } = source;
  for (const context of contextsAt(text, lines, offsetAt(document, position), treeReader(document))) {
    const items = itemsOf(document, context);
    if (items.length > 0) return items;
  }
  return [];
}

/** Reads the tree around an offset of a text that is nearly the document's. */
function treeReader({ model }: SpecDocument): (text: string, offset: number) => SpecNode | undefined {
  return (text, offset) =>
    model === undefined ? readSource(text, '').root : readTreeAt(text, offset, model);
}

/** Names of the whole file, with those of the part around the cursor as they are now. */
function declaredAround({ model }: SpecDocument, tree: SpecNode): Declared {
  const near = declaredNames(tree);
  return model === undefined ? near : mergeDeclared([near, model.declared]);
}

function itemsOf(document: SpecDocument, context: CompletionContext): CompletionItem[] {
  switch (context.kind) {
    case 'key':
      return keyItems(document, context);
    case 'value':
      return valueItems(document, context);
    case 'expression':
      return document.kind === 'spec' ? expressionItems(document, context) : [];
  }
}

function item(
  document: SpecDocument,
  context: CompletionContext,
  choice: Choice,
  kind: CompletionItemKind,
  newText = choice.text,
): CompletionItem {
  return {
    label: choice.text,
    kind,
    ...(choice.detail === undefined ? {} : { detail: choice.detail }),
    ...(choice.documentation === undefined
      ? {}
      : { documentation: { kind: MarkupKind.Markdown, value: choice.documentation } }),
    textEdit: { range: document.source.lines.range(context.replace), newText },
  };
}

function keyItems(document: SpecDocument, context: CompletionContext): CompletionItem[] {
  const { path, tree } = context;
  const taken = new Set(entriesOf(nodeAt(tree, path)).map(({ key }) => key));
  // The tree is the part of the file around the cursor.
  if (path.length === 0)
    for (const { block } of document.model?.blocks ?? [])
      for (const { name } of block.facts.top) taken.add(name);
  const schemaKeys = [...keysAt(document.schema, path, tree, true)].map(([key, schema]): [Choice, string] => [
    { text: key, ...(schema.description === undefined ? {} : { documentation: schema.description }) },
    keyText(key, schema, context),
  ]);
  const names = paramNames(document, context).map((text): [Choice, string] => [
    { text, detail: 'param' },
    withColon(text, context),
  ]);
  return [...schemaKeys, ...names]
    .filter(([{ text }]) => !taken.has(text))
    .map(([choice, newText]) => item(document, context, choice, CompletionItemKind.Property, newText));
}

/** `sweep.over` and a retraining's `params` have params as keys. */
function paramNames(document: SpecDocument, { path, tree }: CompletionContext): string[] {
  const inSweep = path[0] === 'stages' && path[2] === 'sweep' && path[3] === 'over' && path.length === 4;
  const inRetraining = path[0] === 'retraining' && path[2] === 'params' && path.length === 3;
  if (document.kind !== 'spec' || (!inSweep && !inRetraining)) return [];
  return [...declaredAround(document, tree).params].filter((name) => !isMark(name));
}

function withColon(key: string, { after }: CompletionContext): string {
  return /^\s*:/.test(after) ? key : `${key}: `;
}

function keyText(key: string, schema: Schema, context: CompletionContext): string {
  if (/^\s*:/.test(context.after)) return key;
  const isBlock = !/[{,]\s*$/.test(context.before);
  return schema.type === 'object' && isBlock && schema.if === undefined ? `${key}:\n  ` : `${key}: `;
}

function valueItems(document: SpecDocument, context: CompletionContext): CompletionItem[] {
  const { path, tree } = context;
  const choices: Choice[] = [];
  for (const schema of schemasAt(document.schema, path, tree, true)) {
    const values = schema.enum ?? (schema.const === undefined ? [] : [schema.const]);
    choices.push(...values.map((value) => ({ text: String(value) })));
    if (schema.type === 'boolean') choices.push({ text: 'true' }, { text: 'false' });
  }
  const enums = choices.length;
  if (document.kind === 'spec') {
    const backends = document.workspace.backends ?? [];
    const declared = declaredAround(document, tree);
    choices.push(...valueChoices(path, context.before, declared, document.analysis.spec, backends));
  }
  const space = /:$/.test(context.before) ? ' ' : '';
  return unique(choices).map((choice, index) =>
    item(
      document,
      context,
      choice,
      index < enums ? CompletionItemKind.EnumMember : CompletionItemKind.Reference,
      space + choice.text,
    ),
  );
}

function expressionItems(document: SpecDocument, context: CompletionContext): CompletionItem[] {
  const { path, tree, before, after } = context;
  const open = /\{\{$/.test(before) ? ' ' : '';
  const close = /^\s*\}\}/.test(after) ? '' : ' }}';
  return unique(referenceChoices(path, declaredAround(document, tree), document.analysis.spec)).map(
    (choice) => item(document, context, choice, CompletionItemKind.Variable, `${open}${choice.text}${close}`),
  );
}

function unique(choices: Choice[]): Choice[] {
  return [...new Map(choices.map((choice) => [choice.text, choice] as const)).values()];
}
