import { replaceSpan } from '../edits';
import { offsetAt, placeOf } from '../spec-document';
import { fix } from './action';
import type { ActionProvider } from './action';

/** Reads a credential in `env` from the environment. */
export const secretToEnv: ActionProvider = ({ document, diagnostics }) =>
  diagnostics.flatMap((diagnostic) => {
    if (diagnostic.code !== 'secret') return [];
    const place = placeOf(document, offsetAt(document, diagnostic.range.start));
    if (place === undefined || place.path[2] !== 'env' || place.path.length !== 4) return [];
    const name = String(place.path[3]);
    if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(name)) return [];
    const edit = replaceSpan(document, place.node.span, `'\${{ env.${name} }}'`);
    return fix(document, diagnostic, `Read \`${name}\` from the environment`, [edit], true);
  });
