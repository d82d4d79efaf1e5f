import type { Diagnostic } from '../diagnostics';

const commands = { error: 'error', warning: 'warning', information: 'notice', hint: 'notice' } as const;

const escapeData = (text: string) =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const escapeProperty = (text: string) => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/** Diagnostics as workflow commands of GitHub Actions: annotations on the lines of a pull request. */
export function diagnosticsAsGithub(diagnostics: Diagnostic[]): string {
  return diagnostics
    .map(({ file, code, severity, message, range: { start, end } }) => {
      const oneLine = start.line === end.line;
      const properties = [
        `file=${escapeProperty(file)}`,
        `line=${start.line + 1}`,
        `endLine=${end.line + 1}`,
        // Columns are only taken within one line.
        ...(oneLine ? [`col=${start.character + 1}`, `endColumn=${end.character + 1}`] : []),
        `title=${escapeProperty(code)}`,
      ];
      return `::${commands[severity]} ${properties.join(',')}::${escapeData(message)}`;
    })
    .join('\n');
}
