import { readFileSync } from 'node:fs';
import path from 'node:path';
import { childOf, entriesOf, textOf } from './nodes';
import type { SpecNode } from './nodes';
import { report } from './report';
import type { Source } from './report';
import { checkSchema } from './schema-check';
import { readSource } from './source';
import type { Diagnostic } from './diagnostics';
import { withoutSuppressed } from './suppression';

/** The committed list of connected backends, relative to a project's folder. */
export const backendsFile = path.join('.galley', 'backends.yaml');

/** Names of backends that a project is connected to; undefined when that cannot be told. */
export function connectedBackends(root: string): string[] | undefined {
  let text: string;
  try {
    text = readFileSync(path.join(root, backendsFile), 'utf8');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? [] : undefined;
  }
  const source = readSource(text, backendsFile);
  if (source.diagnostics.some(({ severity }) => severity === 'error')) return undefined;
  return entriesOf(childOf(source.root, 'backends')).map(({ key }) => key);
}

/** Keys that hold credentials, whatever their spelling. */
const secretKey =
  /^(?:api|access|auth|client|secret|private)?[_-]?(?:token|password|passwd|passphrase|secret|key|credentials?|bearer)$/i;

/** What is wrong with the text of a `backends.yaml`. Never throws. */
export function analyseBackends(
  text: string,
  options: { file: string },
): { source: Source; diagnostics: Diagnostic[] } {
  const source = readSource(text, options.file);
  if (!source.unreadable) {
    checkSchema(source, 'backends');
    for (const { key, value } of entriesOf(childOf(source.root, 'backends')))
      checkSecrets(source, key, value);
  }
  return { source, diagnostics: withoutSuppressed(source.diagnostics, source.lines) };
}

function checkSecrets(source: Source, backend: string, node: SpecNode): void {
  for (const { key, keySpan } of entriesOf(node)) {
    if (!secretKey.test(key)) continue;
    // The schema does not know the key either; that it is a secret is what the person must hear.
    const start = source.lines.range(keySpan).start;
    source.diagnostics = source.diagnostics.filter(
      ({ code, range }) =>
        code !== 'schema' || range.start.line !== start.line || range.start.character !== start.character,
    );
    report(source, 'secret', 'error', keySpan, secretMessage(backend, `\`${key}\``));
  }
  const url = childOf(node, 'url');
  if (url !== undefined && /^[a-z][a-z0-9+.-]*:\/\/[^/\s]*:[^/\s]*@/i.test(textOf(url) ?? ''))
    report(source, 'secret', 'error', url.span, secretMessage(backend, 'The password in the address'));
}

function secretMessage(backend: string, what: string): string {
  return (
    `${what} of \`${backend}\` would be committed in plain text. Remove it and change it where it is valid: ` +
    'the editor keeps secrets in its secret storage, the command line takes them from the environment.'
  );
}
