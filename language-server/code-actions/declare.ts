import { childOf, entriesOf, itemsOf, nodeAt, valueOf } from '../../engine/pipeline/nodes';
import type { SpecReference } from '../../engine/pipeline/types';
import { insertEntry, scalarText } from '../edits';
import { contains } from '../named-places';
import type { SpecDocument } from '../spec-document';
import { fix } from './action';
import type { ActionProvider } from './action';

/** Declares the param or dataset that a reference names. */
export const declareName: ActionProvider = ({ document, diagnostics }) =>
  diagnostics.flatMap((diagnostic) => {
    if (diagnostic.code !== 'unknown-reference') return [];
    const use = document.analysis.references.find(({ range }) => contains(range, diagnostic.range.start));
    if (use?.kind === 'param')
      return fix(
        document,
        diagnostic,
        `Declare the param \`${use.name}\``,
        insertEntry(document, 'params', `${use.name}: ${paramText(document, use)}`),
      );
    if (use?.kind === 'dataset')
      return fix(
        document,
        diagnostic,
        `Declare the dataset \`${use.name}\``,
        insertEntry(document, 'datasets', `${use.name}: data/${use.name}`),
      );
    return [];
  });

/** A value that the file gives to the param somewhere says its type; otherwise a run must give a text. */
function paramText({ source }: SpecDocument, { name }: SpecReference): string {
  const seen = [
    ...entriesOf(childOf(source.root, 'stages')).flatMap(({ value }) =>
      itemsOf(nodeAt(value, ['sweep', 'over', name])),
    ),
    ...entriesOf(childOf(source.root, 'retraining')).map(({ value }) => nodeAt(value, ['params', name])),
  ].flatMap((node) => valueOf(node) ?? []);
  const [value] = seen;
  if (value === undefined) return '{type: string}';
  const isFraction = seen.some((other) => typeof other === 'number' && !Number.isInteger(other));
  return isFraction && typeof value === 'number' ? `{type: number, default: ${value}}` : scalarText(value);
}
