import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';

/** Bytes of one body that are held: to send a request again, and for the request log. Larger ones pass through. */
export const largestHeldBody = 16 * 1024 * 1024;

export interface HeldBody {
  bytes: Buffer;
  /** False: the body is larger, `bytes` are its beginning and the rest is still to be read from the request. */
  complete: boolean;
}

/**
 * Reads a request's body as far as it may be held.
 * @throws when the caller goes away before the end
 */
export function holdBody(request: IncomingMessage): Promise<HeldBody> {
  if (Number(request.headers['content-length'] ?? 0) > largestHeldBody)
    return Promise.resolve({ bytes: Buffer.alloc(0), complete: false });
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const done = (complete: boolean): void => {
      request.off('data', take).off('end', end).off('close', gone);
      resolve({ bytes: Buffer.concat(chunks), complete });
    };
    const take = (chunk: Buffer): void => {
      chunks.push(chunk);
      size += chunk.length;
      if (size <= largestHeldBody) return;
      request.pause();
      done(false);
    };
    const end = (): void => done(true);
    const gone = (): void => reject(new Error('the caller went away'));
    request.on('data', take).once('end', end).once('close', gone);
    request.on('error', () => undefined);
  });
}

/** Collects a response's body while it passes; undefined when it is larger than may be held. */
export function collectBody(response: IncomingMessage): () => Buffer | undefined {
  let chunks: Buffer[] | undefined = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > largestHeldBody) chunks = undefined;
    chunks?.push(chunk);
  });
  return () => (chunks === undefined ? undefined : Buffer.concat(chunks));
}

/**
 * The text of a body as it was before its content encoding; undefined for an encoding that is not known, and for a
 * body that is broken or grows larger than may be held.
 */
export async function decodeBody(bytes: Buffer, encoding: string | undefined): Promise<string | undefined> {
  const limit = { maxOutputLength: largestHeldBody };
  try {
    switch (encoding?.trim().toLowerCase() ?? 'identity') {
      case 'identity':
      case '':
        return bytes.toString('utf8');
      case 'gzip':
      case 'x-gzip':
        return (await promisify(gunzip)(bytes, limit)).toString('utf8');
      case 'deflate':
        return (await promisify(inflate)(bytes, limit)).toString('utf8');
      case 'br':
        return (await promisify(brotliDecompress)(bytes, limit)).toString('utf8');
      default:
        return undefined;
    }
  } catch {
    // Not what its header says: it passed through as it was, and it has no rows to log.
    return undefined;
  }
}
