import type { Diagnostic } from '../diagnostics';

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `1 error and 2 warnings`, or `no problems`. */
function summary(diagnostics: Diagnostic[]): string {
  const parts = (['error', 'warning', 'information', 'hint'] as const).flatMap((severity) => {
    const count = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
    return count === 0
      ? []
      : [severity === 'information' ? `${count} information` : counted(count, severity)];
  });
  return parts.length === 0 ? 'no problems' : parts.join(', ').replace(/, ([^,]*)$/, ' and $1');
}

/**
 * Diagnostics as lines that people and terminals know, `file:line:column: severity: message [code]`, counted from one,
 * and a summary.
 * @param files number of files that were checked
 */
export function diagnosticsAsText(diagnostics: Diagnostic[], files: number): string {
  const lines = diagnostics.flatMap(({ file, code, severity, message, range, related }) => [
    `${place(file, range)}: ${severity}: ${message} [${code}]`,
    ...(related ?? []).map((other) => `  ${place(other.file, other.range)}: ${other.message}`),
  ]);
  return [...lines, `${counted(files, 'file')}: ${summary(diagnostics)}`].join('\n');
}

function place(file: string, { start }: Diagnostic['range']): string {
  return `${file}:${start.line + 1}:${start.character + 1}`;
}
