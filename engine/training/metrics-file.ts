import { GalleyError } from '../errors';
import { textOf } from '../project-files/text-of';

/** Python's json module writes these three, which JSON does not have. */
const notJsonNumbers = /"(?:[^"\\]|\\.)*"|-?Infinity\b|NaN\b/g;
const marker = '\u0000number:';

function collect(value: unknown, prefix: string, metrics: Map<string, number>): void {
  if (typeof value === 'number') metrics.set(prefix, value);
  else if (typeof value === 'string' && value.startsWith(marker))
    metrics.set(prefix, Number(value.slice(marker.length)));
  else if (typeof value === 'object' && value !== null && !Array.isArray(value))
    for (const [key, inner] of Object.entries(value))
      collect(inner, prefix === '' ? key : `${prefix}.${key}`, metrics);
}

/**
 * Numbers of a JSON text by name; those of nested maps by dotted names. Texts, booleans, nulls and lists are passed over.
 * @throws SyntaxError when it is not JSON (NaN and infinities as Python writes them are taken)
 */
export function parseMetrics(text: string): Map<string, number> {
  const json = text
    .replace(/^\uFEFF/, '')
    .replace(notJsonNumbers, (found) => (found.startsWith('"') ? found : JSON.stringify(marker + found)));
  const metrics = new Map<string, number>();
  const value: unknown = JSON.parse(json);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SyntaxError('it is not a map of metrics');
  collect(value, '', metrics);
  return metrics;
}

/**
 * Reads the metrics file that a stage declares.
 * @param file absolute
 * @param shown as the spec has it, for messages
 * @throws GalleyError `not-found`, `invalid`
 */
export async function readMetricsFile(file: string, shown: string): Promise<Map<string, number>> {
  const text = await textOf(file);
  if (text === undefined)
    throw new GalleyError('not-found', `The metrics file ${shown} was not written.`, {
      remedy: 'Write it in the stage, or correct `metrics`.',
      subject: shown,
    });
  try {
    return parseMetrics(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new GalleyError('invalid', `The metrics file ${shown} is not usable: ${error.message}.`, {
      remedy: 'Write a JSON map of names to numbers.',
      subject: shown,
    });
  }
}
