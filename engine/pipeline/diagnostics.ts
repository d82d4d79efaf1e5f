/** Stable diagnostic codes; each has an anchor of the same name in `docs/diagnostics.md`. */
export const diagnosticCodes = [
  'yaml-syntax',
  'schema',
  'unknown-reference',
  'expression',
  'cycle',
  'duplicate-output',
  'overlapping-output',
  'param-value',
  'unused-param',
  'unused-dataset',
  'missing-file',
  'unknown-backend',
  'unknown-metric',
  'contradiction',
  'schedule',
  'secret',
  'duplicate-key',
  'deprecated',
] as const;

export type DiagnosticCode = (typeof diagnosticCodes)[number];
export type DiagnosticSeverity = 'error' | 'warning' | 'information' | 'hint';

/** Zero-based; `character` counts UTF-16 code units, as in LSP. */
export interface Position {
  line: number;
  character: number;
}

export interface Range {
  start: Position;
  end: Position;
}

export interface RelatedPlace {
  file: string;
  range: Range;
  message: string;
}

export interface Diagnostic {
  file: string;
  code: DiagnosticCode;
  severity: DiagnosticSeverity;
  message: string;
  range: Range;
  /** What most likely was meant: text to put in the place of `range`. */
  suggestion?: string;
  related?: RelatedPlace[];
}
