import { DiagnosticSeverity, DiagnosticTag } from 'vscode-languageserver/node';
import type { Diagnostic } from 'vscode-languageserver/node';
import type { Diagnostic as SpecDiagnostic, DiagnosticCode } from '../engine/pipeline/diagnostics';
import type { SpecDocument } from './spec-document';

const severities = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
} as const;

/** How a person wants diagnostics of a code to be shown. */
export type SeveritySetting = keyof typeof severities | 'off';

/** What decides how diagnostics are shown. */
export interface DiagnosticSettings {
  /** Severities by code, from `galley.diagnostics.severity`; anything else in it is ignored. */
  severity?: Partial<Record<DiagnosticCode, SeveritySetting>>;
  /** Address of the page that explains the codes. */
  page?: string;
}

/** A diagnostic as the protocol has it. */
export function toProtocol(
  diagnostic: SpecDiagnostic,
  { severity, page }: DiagnosticSettings = {},
): Diagnostic {
  const { code, message, range, related } = diagnostic;
  const wanted = severity?.[code];
  const tag = code.startsWith('unused-')
    ? DiagnosticTag.Unnecessary
    : code === 'deprecated'
      ? DiagnosticTag.Deprecated
      : undefined;
  return {
    range,
    severity: severities[wanted === undefined || wanted === 'off' ? diagnostic.severity : wanted],
    code,
    source: 'galley',
    message,
    ...(page === undefined ? {} : { codeDescription: { href: `${page}#${code}` } }),
    ...(tag === undefined ? {} : { tags: [tag] }),
    ...(related === undefined
      ? {}
      : {
          relatedInformation: related.map((place) => ({
            location: { uri: place.file, range: place.range },
            message: place.message,
          })),
        }),
  };
}

/** Diagnostics of a document as the protocol has them, without those that the person has turned off. */
export function diagnosticsOf(document: SpecDocument, settings: DiagnosticSettings = {}): Diagnostic[] {
  return document.analysis.diagnostics
    .filter(({ code }) => settings.severity?.[code] !== 'off')
    .map((diagnostic) => toProtocol(diagnostic, settings));
}
