import { fix } from './action';
import type { ActionProvider } from './action';

/** Suppresses a diagnostic by a comment on its line. */
export const suppress: ActionProvider = ({ document, diagnostics }) =>
  diagnostics.flatMap((diagnostic) => {
    const { code, range, severity } = diagnostic;
    const { lines } = document.source;
    const { line } = range.start;
    const text = lines.line(line);
    // Only a key's own line can have a comment for certain: inside a text, `#` is a part of it.
    if (code === 'yaml-syntax' || severity === 'error' || !/^\s*(?:- )?[\w.'"-]+:/.test(text)) return [];
    if (/:\s*(?:[|>][+-]?\d?|"[^"]*|'[^']*)\s*$/.test(text)) return [];
    const known = /#\s*galley-ignore:[a-z,\s-]*$/.exec(text);
    const end = { line, character: text.trimEnd().length };
    const newText = known === null ? ` # galley-ignore: ${code}` : `, ${code}`;
    return fix(document, diagnostic, `Ignore \`${code}\` here`, [{ range: { start: end, end }, newText }]);
  });
