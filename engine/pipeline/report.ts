import type { Diagnostic, DiagnosticCode, DiagnosticSeverity, RelatedPlace } from './diagnostics';
import type { LineIndex } from './lines';
import type { SpecNode, Span } from './nodes';

/** One text as a tree with places. Diagnostics are collected as they are found; reading never throws. */
export interface Source {
  file: string;
  text: string;
  lines: LineIndex;
  /** Absent when the file is empty or cannot be read. */
  root?: SpecNode;
  diagnostics: Diagnostic[];
  /** Set when the text could not be read at all, so that nothing more can be said of it. */
  unreadable: boolean;
  /** Set when an alias names an anchor outside this part of a text. */
  openAliases: boolean;
}

/** Diagnostics kept of one source; more would be read by nobody and only cost time. */
export const maximumDiagnostics = 500;

/** Adds a diagnostic for a span of the source. */
export function report(
  source: Source,
  code: DiagnosticCode,
  severity: DiagnosticSeverity,
  span: Span,
  message: string,
  { related, suggestion }: { related?: RelatedPlace[]; suggestion?: string | undefined } = {},
): void {
  if (source.diagnostics.length >= maximumDiagnostics) return;
  const range = source.lines.range(span);
  source.diagnostics.push({
    file: source.file,
    code,
    severity,
    message,
    range,
    ...(suggestion === undefined ? {} : { suggestion }),
    ...(related === undefined || related.length === 0 ? {} : { related }),
  });
}

/** A place of the same source to point to from a diagnostic. */
export function related(source: Source, span: Span, message: string): RelatedPlace {
  return { file: source.file, range: source.lines.range(span), message };
}
