import type { IncomingMessage } from 'node:http';
import { RestError } from './errors';
import type { Fields } from './fields';

/** Bytes of a JSON body. A dataset's profile alone may have 16 MB. */
const bodyLimit = 32 * 2 ** 20;

function tooLarge(): RestError {
  return new RestError('INVALID_PARAMETER_VALUE', `The request is larger than ${bodyLimit} bytes.`, 413);
}

/**
 * Reads a JSON object from a request; an empty body is an empty object.
 * @throws RestError `BAD_REQUEST` (400) for anything else, 413 when it is too large
 */
export async function readBody(request: IncomingMessage): Promise<Fields> {
  if (Number(request.headers['content-length'] ?? 0) > bodyLimit) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimit) throw tooLarge();
    chunks.push(chunk);
  }
  if (size === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
  } catch (error) {
    throw new RestError(
      'BAD_REQUEST',
      `The body is not JSON: ${error instanceof Error ? error.message : ''}`,
    );
  }
  if (value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw new RestError('BAD_REQUEST', 'The body is not a JSON object.');
  return value as Fields;
}

/** Fields of a query; a name given more than once is a list. */
export function queryFields(query: URLSearchParams): Fields {
  const names = [...new Set(query.keys())];
  return Object.fromEntries(
    names.map((name) => {
      const values = query.getAll(name);
      return [name, values.length === 1 ? values[0] : values];
    }),
  );
}
