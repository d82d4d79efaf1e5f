import { CodeActionKind } from 'vscode-languageserver/node';
import { insertEntry, replaceSpan, scalarText } from '../edits';
import { offsetAt, placeOf } from '../spec-document';
import type { SpecDocument } from '../spec-document';
import { rewrite } from './action';
import type { ActionProvider } from './action';

/** Makes a param of the value under the cursor in a stage's command, called after the flag before it. */
export const extractParam: ActionProvider = ({ document, range }) => {
  const offset = offsetAt(document, range.start);
  const place = placeOf(document, offset);
  if (place?.path[0] !== 'stages' || place.path[2] !== 'run' || place.node.kind !== 'scalar') return [];
  const { start, end } = place.node.span;
  const written = document.text.slice(start, end);
  const literal = literalAt(written, offset - start);
  if (literal === undefined) return [];
  // Inside brackets a reference without quotes is no YAML for other tools.
  const isQuoted = /^['"]/.test(written);
  if (!isQuoted && isInBrackets(document, start)) return [];
  const name = freeName(document, literal.flag);
  const value = /^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(literal.text)
    ? literal.text
    : scalarText(literal.text);
  const declared = insertEntry(document, 'params', `${name}: ${value}`);
  if (declared.length === 0) return [];
  const span = { start: start + literal.start, end: start + literal.start + literal.text.length };
  const used = replaceSpan(document, span, `\${{ params.${name} }}`);
  return rewrite(document, CodeActionKind.RefactorExtract, `Make \`${literal.text}\` the param \`${name}\``, [
    ...declared,
    used,
  ]);
};

interface Literal {
  text: string;
  start: number;
  /** Name of the flag whose value it is. */
  flag: string;
}

/** The value of a flag that an offset of a command is in. */
function literalAt(command: string, offset: number): Literal | undefined {
  for (const found of command.matchAll(/(--?([A-Za-z][\w-]*)(?:\s+|=))([\w.+-]+)(?=\s|$|['"])/g)) {
    const [, lead = '', flag = '', text = ''] = found;
    const start = found.index + lead.length;
    if (offset < start || offset > start + text.length || text.startsWith('--')) continue;
    return { text, start, flag: flag.replaceAll('-', '_') };
  }
  return undefined;
}

function isInBrackets({ source, text }: SpecDocument, offset: number): boolean {
  const line = text.slice(source.lines.startOf(source.lines.position(offset).line), offset);
  return /[[{]/.test(line.replace(/\$\{\{.*?\}\}/g, ''));
}

function freeName({ source, analysis }: SpecDocument, wanted: string): string {
  const taken = new Set(analysis.symbols.filter(({ kind }) => kind === 'param').map(({ name }) => name));
  let name = wanted;
  for (let number = 2; taken.has(name) && source.root !== undefined; number++) name = `${wanted}_${number}`;
  return name;
}
