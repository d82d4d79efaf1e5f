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
 * Where the page that a request asks for with `max_results` and `page_token` begins, and how many rows it has.
 * @param standard page size when none is asked for
 */
export function pageBounds(fields: Fields, standard: number, most = 50_000): { size: number; start: number } {
  const size = optionalInteger(fields, 'max_results') ?? standard;
  if (size < 1 || size > most)
    throw new RestError(
      'INVALID_PARAMETER_VALUE',
      `Invalid value ${size} for parameter 'max_results' supplied: it must be from 1 to ${most}.`,
    );
  const token = optionalText(fields, 'page_token') ?? '';
  return { size, start: token === '' ? 0 : offsetOf(token) };
}

/** The token of the page from `end` on, when there are rows left. */
export function nextPage(end: number, total: number): { next_page_token?: string } {
  return end < total ? { next_page_token: tokenOf(end) } : {};
}

/**
 * The page that a request asks for.
 * @param standard page size when none is asked for; none: all
 */
export function pageOf<T>(
  fields: Fields,
  rows: T[],
  standard?: number,
): { rows: T[]; next: { next_page_token?: string } } {
  const { size, start } = pageBounds(
    fields,
    standard ?? Math.max(rows.length, 1),
    standard === undefined ? Infinity : 50_000,
  );
  const end = start + size;
  return { rows: rows.slice(start, end), next: nextPage(end, rows.length) };
}
