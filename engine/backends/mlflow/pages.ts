import { GalleyError } from '../../errors';
import { object, optionalText } from './json';

/**
 * The answers of a paged call, one after the other.
 * @param ask the call, with the token of the page
 * @throws GalleyError `failed` when the server gives the same token again
 */
export async function* pages(
  ask: (token: string | undefined) => Promise<unknown>,
): AsyncGenerator<unknown, void> {
  const seen = new Set<string>();
  let token: string | undefined;
  do {
    const answer = await ask(token);
    yield answer;
    token = optionalText(object(answer), 'next_page_token') || undefined;
    if (token !== undefined && seen.has(token))
      throw new GalleyError('failed', 'The server answers with the same page again and again.');
    if (token !== undefined) seen.add(token);
  } while (token !== undefined);
}

/** All rows of a paged call. */
export async function allRows<Row>(
  ask: (token: string | undefined) => Promise<unknown>,
  rows: (answer: unknown) => Row[],
): Promise<Row[]> {
  const all: Row[] = [];
  for await (const answer of pages(ask)) all.push(...rows(answer));
  return all;
}

/** A token as a field of a request. */
export function pageToken(token: string | undefined): { page_token?: string } {
  return token === undefined ? {} : { page_token: token };
}
