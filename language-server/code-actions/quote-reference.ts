import { textOf } from '../../engine/pipeline/nodes';
import { replaceSpan } from '../edits';
import { offsetAt, placeOf } from '../spec-document';
import { fix } from './action';
import type { ActionProvider } from './action';

/** Puts quotes around a value whose references other YAML tools would read as maps. */
export const quoteReference: ActionProvider = ({ document, diagnostics }) =>
  diagnostics.flatMap((diagnostic) => {
    if (diagnostic.code !== 'yaml-syntax' || diagnostic.severity !== 'warning') return [];
    const node = placeOf(document, offsetAt(document, diagnostic.range.start))?.node;
    const value = textOf(node);
    if (node === undefined || value === undefined || !value.includes('${{')) return [];
    const quoted = replaceSpan(document, node.span, `'${value.replaceAll("'", "''")}'`);
    return fix(document, diagnostic, 'Put the value in quotes', [quoted], true);
  });
