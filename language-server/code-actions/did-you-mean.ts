import { fix } from './action';
import type { ActionProvider } from './action';

/** Changes an unknown key, value or name to the one that was most likely meant. */
export const didYouMean: ActionProvider = ({ document, diagnostics }) =>
  diagnostics.flatMap((diagnostic) => {
    const { suggestion, range } = diagnostic;
    if (suggestion === undefined) return [];
    return fix(document, diagnostic, `Change to \`${suggestion}\``, [{ range, newText: suggestion }], true);
  });
