import { childOf, entriesOf, itemsOf, textOf, valueOf } from '../nodes';
import type { SpecNode } from '../nodes';
import { isInside, normalPath } from '../paths';
import { report } from '../report';
import type { Source } from '../report';
import type { SpecReference } from '../types';

/** Hints at params and datasets that nothing in the file uses. */
export function checkUnused(source: Source, references: SpecReference[]): void {
  const used = (kind: SpecReference['kind']) =>
    new Set(references.filter((reference) => reference.kind === kind).map(({ name }) => name));
  const params = used('param');
  for (const { key, keySpan } of entriesOf(childOf(source.root, 'params')))
    if (!params.has(key))
      report(
        source,
        'unused-param',
        'hint',
        keySpan,
        `No stage uses the param \`${key}\`: changing it changes nothing.`,
      );
  const datasets = used('dataset');
  const places = literalPlaces(source.root);
  for (const { key, keySpan, value } of entriesOf(childOf(source.root, 'datasets'))) {
    const path = textOf(value) ?? textOf(childOf(value, 'path'));
    if (datasets.has(key) || (path !== undefined && isUsedByPath(path, places))) continue;
    report(source, 'unused-dataset', 'hint', keySpan, `Nothing uses the dataset \`${key}\`.`);
  }
}

interface Places {
  /** Paths of inputs and outputs, normal. */
  paths: string[];
  /** Commands, in which a path may stand as it is. */
  commands: string[];
}

function literalPlaces(root: SpecNode | undefined): Places {
  const paths: string[] = [];
  const commands: string[] = [];
  const addCommand = (node: SpecNode | undefined) => {
    for (const part of node?.kind === 'list' ? node.items : node === undefined ? [] : [node])
      commands.push(String(valueOf(part) ?? ''));
  };
  for (const { value: stage } of entriesOf(childOf(root, 'stages'))) {
    addCommand(childOf(stage, 'run'));
    for (const item of itemsOf(childOf(stage, 'inputs'))) paths.push(textOf(item) ?? '');
    for (const { value } of entriesOf(childOf(stage, 'outputs'))) paths.push(textOf(value) ?? '');
  }
  for (const { value } of entriesOf(childOf(root, 'tests'))) addCommand(childOf(value, 'run'));
  for (const { value } of entriesOf(childOf(root, 'deployments')))
    addCommand(childOf(childOf(value, 'serve'), 'run'));
  for (const { value } of entriesOf(childOf(root, 'monitors'))) {
    for (const key of ['reference', 'current']) paths.push(textOf(childOf(value, key)) ?? '');
    paths.push(textOf(childOf(childOf(value, 'performance'), 'labels')) ?? '');
  }
  return { paths: paths.filter((path) => path !== '').map(normalPath), commands };
}

function isUsedByPath(written: string, { paths, commands }: Places): boolean {
  const path = normalPath(written);
  return (
    paths.some((place) => isInside(path, place) || isInside(place, path)) ||
    commands.some((command) => command.includes(written))
  );
}
