import { diagnosticCodes } from '../diagnostics';
import type { Diagnostic, DiagnosticSeverity, Range } from '../diagnostics';

const levels: Record<DiagnosticSeverity, 'error' | 'warning' | 'note'> = {
  error: 'error',
  warning: 'warning',
  information: 'note',
  hint: 'note',
};

/** Diagnostics as a SARIF 2.1.0 log (OASIS Standard), as code scanners take it. */
export function diagnosticsAsSarif(diagnostics: Diagnostic[], version: string): unknown {
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'Galley', semanticVersion: version, rules: diagnosticCodes.map((id) => ({ id })) },
        },
        columnKind: 'utf16CodeUnits',
        results: diagnostics.map(({ file, code, severity, message, range, related }) => ({
          ruleId: code,
          ruleIndex: diagnosticCodes.indexOf(code),
          level: levels[severity],
          message: { text: message },
          locations: [location(file, range)],
          ...(related === undefined
            ? {}
            : {
                relatedLocations: related.map((place, id) => ({
                  id,
                  message: { text: place.message },
                  ...location(place.file, place.range),
                })),
              }),
        })),
      },
    ],
  };
}

/** SARIF counts lines and columns from one, and names files by relative URI references. */
function location(file: string, { start, end }: Range): object {
  return {
    physicalLocation: {
      artifactLocation: { uri: file.split('/').map(encodeURIComponent).join('/') },
      region: {
        startLine: start.line + 1,
        startColumn: start.character + 1,
        endLine: end.line + 1,
        endColumn: end.character + 1,
      },
    },
  };
}
