import type { Diagnostic } from './diagnostics';
import type { LineIndex } from './lines';

/**
 * Diagnostics without those that a comment suppresses: `# galley-ignore: code` (or several codes with commas) on the
 * line where the diagnostic starts.
 */
export function withoutSuppressed(diagnostics: Diagnostic[], lines: LineIndex): Diagnostic[] {
  return diagnostics.filter(({ code, range }) => !suppressedIn(lines.line(range.start.line)).has(code));
}

function suppressedIn(line: string): Set<string> {
  const comment = /(?:^|\s)#\s*galley-ignore:\s*([a-z,\s-]+)/.exec(line);
  return new Set(comment?.[1]?.split(/[,\s]+/).filter((code) => code !== '') ?? []);
}
