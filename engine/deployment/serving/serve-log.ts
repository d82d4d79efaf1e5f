import { rename, stat, writeFile } from 'node:fs/promises';
import type { LogSink } from '../../training/run-log';

/** Bytes after which the log begins anew; the one before is kept beside it with `.1`. */
const largest = 10 * 1024 * 1024;

/** The log of a serve process. A failed write (a full disk) is dropped: serving goes on without its log. */
export interface ServeLog extends LogSink {
  /** Adds one line with the time. */
  line(text: string): void;
  close(): Promise<void>;
}

/** @param echo sees everything too, e.g. to show it in a terminal */
export function openServeLog(file: string, echo: (bytes: Uint8Array | string) => void): ServeLog {
  let size: number | undefined;
  let last: Promise<void> = Promise.resolve();

  const append = async (bytes: Uint8Array | string): Promise<void> => {
    try {
      size ??= await stat(file).then(
        (found) => found.size,
        () => 0,
      );
      if (size > largest) {
        // Windows does not rename what somebody reads; then the log goes on growing until the next try.
        await rename(file, `${file}.1`).catch(() => undefined);
        size = 0;
      }
      await writeFile(file, bytes, { flag: 'a' });
      size += Buffer.byteLength(bytes);
    } catch (error) {
      echo(`galley serve: ${file}: ${(error as Error).message}\n`);
    }
  };
  const write = (bytes: Uint8Array | string): Promise<void> => {
    echo(bytes);
    last = last.then(() => append(bytes));
    return last;
  };
  return {
    write,
    line: (text) => void write(`${new Date().toISOString()} ${text}\n`),
    close: () => last,
  };
}
