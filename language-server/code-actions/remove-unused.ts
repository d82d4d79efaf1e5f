import { removeEntry, sectionEntry } from '../edits';
import { fix } from './action';
import type { ActionProvider } from './action';

/** Removes a param or a dataset that nothing uses. */
export const removeUnused: ActionProvider = ({ document, diagnostics }) =>
  diagnostics.flatMap((diagnostic) => {
    const kind = { 'unused-param': 'param', 'unused-dataset': 'dataset' }[diagnostic.code as string];
    if (kind === undefined) return [];
    const { start, end } = diagnostic.range;
    const { lines } = document.source;
    const name = document.text.slice(lines.offset(start), lines.offset(end)).replace(/^(['"])(.*)\1$/, '$2');
    const found = sectionEntry(document, `${kind}s`, name);
    if (found === undefined) return [];
    return fix(
      document,
      diagnostic,
      `Remove the ${kind} \`${name}\``,
      removeEntry(document, found.map, found.entry),
    );
  });
