import { RestError } from './errors';
import { optionalInteger, optionalText, type Fields } from './fields';

/** MLflow's page tokens: base64 of `{"offset": n}`. */
function tokenOf(offset: number): string {
  return Buffer.from(JSON.stringify({ offset })).toString('base64');
}

function offsetOf(token: string): number {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64').toString());
    if (typeof value === 'object' && value !== null && 'offset' in value && Number.isInteger(value.offset))
      return Math.max(0, Number(value.offset));
  } catch {
    // Not ours: answered below.
  }
  throw new RestError('INVALID_PARAMETER_VALUE', 'Invalid page token.');
}

/**
 * The page that a request asks for with `max_results` and `page_token`.
 * @param standard page size when none is asked for; none: all
 */
export function pageOf<T>(
  fields: Fields,
  rows: T[],
  standard?: number,
): { rows: T[]; next: { next_page_token?: string } } {
  const size = optionalInteger(fields, 'max_results') ?? standard ?? rows.length;
  if (size < 0 || size > 50_000)
    throw new RestError(
      'INVALID_PARAMETER_VALUE',
      `Invalid value ${size} for parameter 'max_results' supplied.`,
    );
  const token = optionalText(fields, 'page_token') ?? '';
  const start = token === '' ? 0 : offsetOf(token);
  const end = start + size;
  return { rows: rows.slice(start, end), next: end < rows.length ? { next_page_token: tokenOf(end) } : {} };
}
