import { open } from 'node:fs/promises';

/** Where output goes; `write` resolves once the bytes are with the system, so that awaiting it is back-pressure. */
export interface LogSink {
  write(bytes: Uint8Array | string): Promise<void>;
}

export interface RunLog extends LogSink {
  close(): Promise<void>;
}

/**
 * Opens a run's log for appending. Writes of several stages at once are put one after the other.
 * @param onWrite sees what was written, e.g. to show it in a terminal too
 */
export async function openRunLog(file: string, onWrite?: (bytes: Uint8Array) => void): Promise<RunLog> {
  const handle = await open(file, 'a');
  let last: Promise<unknown> = Promise.resolve();
  return {
    write: (bytes) => {
      const data = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
      const written = last.then(async () => {
        await handle.appendFile(data);
        onWrite?.(data);
      });
      // A failed write (disk full) is the failure of who wrote, not of who writes next.
      last = written.catch(() => undefined);
      return written;
    },
    close: async () => {
      await last;
      await handle.close();
    },
  };
}

export interface LogPart {
  text: string;
  /** Byte offset to go on from. */
  next: number;
  /** Bytes in the file now. */
  size: number;
}

/** Count of bytes at the end that begin a UTF-8 sequence without completing it. */
export function incompleteTail(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

/**
 * Part of a log that may still grow. Never cuts a character in two.
 * @param offset byte to begin at; negative: that many bytes before the end
 * @param limit most bytes to read (at least 4, the longest character)
 * @param complete nothing will be added any more
 */
export async function readLog(
  file: string,
  offset: number,
  limit: number,
  complete: boolean,
): Promise<LogPart> {
  let handle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { text: '', next: 0, size: 0 };
    throw error;
  }
  try {
    const { size } = await handle.stat();
    let from = Math.max(0, Math.trunc(offset < 0 ? size + offset : offset));
    if (from >= size) return { text: '', next: size, size };
    const buffer = Buffer.alloc(Math.min(Math.max(4, Math.trunc(limit)), size - from));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, from);
    let bytes = buffer.subarray(0, bytesRead);
    if (offset < 0) {
      // The end was counted blindly, so it may lie within a character: 10xxxxxx goes on with one.
      let skip = 0;
      while (skip < 3 && from > 0 && ((bytes[skip] ?? 0) & 0xc0) === 0x80) skip++;
      bytes = bytes.subarray(skip);
      from += skip;
    }
    const atEnd = from + bytes.length >= size;
    if (!(atEnd && complete)) bytes = bytes.subarray(0, bytes.length - incompleteTail(bytes));
    return { text: bytes.toString('utf8'), next: from + bytes.length, size };
  } finally {
    await handle.close();
  }
}
