import { diagnosticCodes } from '../engine/pipeline/diagnostics';
import type { SeveritySetting } from './diagnostics';
import type { DiagnosticSettings } from './diagnostics';

const severities: readonly string[] = [
  'error',
  'warning',
  'information',
  'hint',
  'off',
] satisfies SeveritySetting[];

/** Severities by code, of whatever stands in `galley.diagnostics.severity`; what is no severity is left out. */
export function readSeverities(value: unknown): NonNullable<DiagnosticSettings['severity']> {
  const read: NonNullable<DiagnosticSettings['severity']> = {};
  if (typeof value !== 'object' || value === null) return read;
  for (const code of diagnosticCodes) {
    const wanted = (value as Record<string, unknown>)[code];
    if (typeof wanted === 'string' && severities.includes(wanted)) read[code] = wanted as SeveritySetting;
  }
  return read;
}
