import { appendFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { decodeBody } from './bodies';
import type { Exchange } from './front';
import { scoredRows } from './scored-rows';

/** Bytes of bodies that may wait to be written. A disk that is slower than the callers must not fill the memory. */
const longestQueue = 64 * 1024 * 1024;
/** Rows that are turned into lines before other requests have their turn. */
const rowsAtOnce = 500;

export interface RequestLog {
  /** Takes an exchange to be written later; never throws and never waits. */
  record(exchange: Exchange): void;
  /** Writes what still waits. */
  close(): Promise<void>;
}

/**
 * Writes `<UTC date>.jsonl`: a line for each row that was asked for, with its prediction, and `_time` (milliseconds
 * since the epoch), `_version`, `_request` (the id that the answer's `x-request-id` has), `_status`, `_latency_ms` (of
 * the whole request). Requests that the model server refused (4xx) are not in it: what they hold are not rows of the
 * model's. What cannot be written is dropped, and told.
 * @param folder made at the first line
 * @param tell gets each kind of trouble, at most once a minute
 */
export function openRequestLog(folder: string, tell: (message: string) => void): RequestLog {
  const queue: Exchange[] = [];
  let queued = 0;
  let writing: Promise<void> | undefined;
  const told = new Map<string, number>();

  const trouble = (message: string): void => {
    const now = Date.now();
    if (now - (told.get(message) ?? 0) < 60_000) return;
    told.set(message, now);
    tell(message);
  };

  const drain = async (): Promise<void> => {
    for (;;) {
      // After the answer, and between two requests, whoever calls next goes first.
      await breathe();
      const exchange = queue.shift();
      if (exchange === undefined) break;
      queued -= weight(exchange);
      try {
        await write(folder, exchange);
      } catch (error) {
        trouble(`request log: ${(error as Error).message}`);
      }
    }
    writing = undefined;
  };

  return {
    record: (exchange) => {
      if (exchange.method !== 'POST' && exchange.method !== 'PUT') return;
      if (exchange.status >= 400 && exchange.status < 500) return;
      if (queued + weight(exchange) > longestQueue) {
        trouble('request log: requests come faster than they can be written; some are not logged');
        return;
      }
      queue.push(exchange);
      queued += weight(exchange);
      writing ??= drain();
    },
    close: async () => {
      while (writing !== undefined) await writing;
    },
  };
}

function weight({ request, response }: Exchange): number {
  return request.body.length + (response?.body.length ?? 0);
}

async function write(folder: string, exchange: Exchange): Promise<void> {
  const { request, response, status } = exchange;
  const asked = await decodeBody(request.body, request.encoding);
  if (asked === undefined) return;
  const answered =
    response === undefined || status >= 400 ? undefined : await decodeBody(response.body, response.encoding);
  const rows = scoredRows(asked, answered);
  if (rows.length === 0) return;
  const facts = {
    _time: exchange.at,
    _version: exchange.version,
    _request: exchange.id,
    _status: status,
    _latency_ms: Math.round(exchange.latencyMs * 1000) / 1000,
  };
  const file = path.join(folder, `${new Date(exchange.at).toISOString().slice(0, 10)}.jsonl`);
  await mkdir(folder, { recursive: true });
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    if (from > 0) await breathe();
    const lines = rows
      .slice(from, from + rowsAtOnce)
      .map((row) => `${JSON.stringify({ ...row, ...facts })}\n`);
    await appendFile(file, lines.join(''));
  }
}
