import { DiagnosticSeverity, DiagnosticTag } from 'vscode-languageserver/node';
import type { Diagnostic } from 'vscode-languageserver/node';
import type { SpecDocument } from './spec-document';

const severities = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
} as const;

/** Diagnostics of a document as the protocol has them. */
export function diagnosticsOf(document: SpecDocument): Diagnostic[] {
  return document.analysis.diagnostics.map(({ code, severity, message, range, related }) => ({
    range,
    severity: severities[severity],
    code,
    source: 'galley',
    message,
    ...(code.startsWith('unused-') ? { tags: [DiagnosticTag.Unnecessary] } : {}),
    ...(related === undefined
      ? {}
      : {
          relatedInformation: related.map((place) => ({
            location: { uri: place.file, range: place.range },
            message: place.message,
          })),
        }),
  }));
}
