import type { LogSink } from './run-log';

/** Lines of a stage's end that its failure quotes. */
export const tailLines = 20;
const longestTailLine = 500;
/** Output without a line end is passed on in pieces of this many bytes. */
const longestPiece = 64 * 1024;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Replaces every secret in `bytes`; answers `bytes` itself when there is none. */
function mask(bytes: Buffer, secrets: readonly Buffer[]): Buffer {
  let masked = bytes;
  for (const secret of secrets) {
    if (!masked.includes(secret)) continue;
    const parts: Buffer[] = [];
    let from = 0;
    for (let at = masked.indexOf(secret); at >= 0; at = masked.indexOf(secret, from)) {
      parts.push(masked.subarray(from, at), Buffer.from('***'));
      from = at + secret.length;
    }
    masked = Buffer.concat([...parts, masked.subarray(from)]);
  }
  return masked;
}

/** The last lines of a stage's output, of both of its streams. */
export interface OutputTail {
  /** A place for the bytes of one stream; its unfinished line is kept apart from the other's. */
  stream(): (bytes: Buffer) => void;
  lines(): string[];
}

/** A progress bar overwrites its line; what stood there last is what a person saw. */
function lastShown(line: string): string {
  return (line.split('\r').filter(Boolean).at(-1) ?? '').slice(0, longestTailLine);
}

/** Keeps at most {@link tailLines} lines of bounded length. */
export function outputTail(): OutputTail {
  const kept: string[] = [];
  const unfinished: string[] = [];
  const keep = (line: string): void => {
    const shown = lastShown(line);
    if (shown.trim() !== '') kept.push(shown);
  };
  return {
    stream: () => {
      const own = unfinished.push('') - 1;
      return (bytes) => {
        // Only the end of a piece can still be among the last lines.
        const end = bytes.subarray(Math.max(0, bytes.length - tailLines * longestTailLine * 4));
        const lines = ((unfinished[own] ?? '') + end.toString('utf8')).split('\n');
        unfinished[own] = lastShown(lines.pop() ?? '');
        for (const line of lines) keep(line);
        kept.splice(0, Math.max(0, kept.length - tailLines));
      };
    },
    lines: () => [...kept, ...unfinished.filter((line) => line.trim() !== '')].slice(-tailLines),
  };
}

/** Where the last complete line of `bytes` ends, or 0. A carriage return counts, so that progress bars are seen. */
function lastLineEnd(bytes: Buffer): number {
  return Math.max(bytes.lastIndexOf(lineFeed), bytes.lastIndexOf(carriageReturn)) + 1;
}

/**
 * Copies one output stream to the log, line by line so that stages side by side do not cut each other's lines, with
 * back-pressure and bounded memory.
 * @param secrets never written; each replaced by `***`
 */
export async function copyOutput(
  stream: AsyncIterable<Buffer>,
  log: LogSink,
  tail: OutputTail,
  secrets: readonly string[],
): Promise<void> {
  const hidden = secrets.filter((secret) => secret !== '').map((secret) => Buffer.from(secret));
  // A piece without a line end keeps this much back, so that a secret is never cut in two.
  const keepBack = Math.max(0, ...hidden.map((secret) => secret.length - 1));
  const seen = tail.stream();
  let rest: Buffer = Buffer.alloc(0);
  const pass = async (bytes: Buffer): Promise<void> => {
    if (bytes.length === 0) return;
    const shown = mask(bytes, hidden);
    seen(shown);
    await log.write(shown);
  };
  for await (const chunk of stream) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const end = lastLineEnd(bytes);
    const cut = end > 0 ? end : bytes.length > longestPiece ? bytes.length - keepBack : 0;
    await pass(bytes.subarray(0, cut));
    rest = bytes.subarray(cut);
  }
  await pass(rest.length === 0 || rest.at(-1) === lineFeed ? rest : Buffer.concat([rest, Buffer.from('\n')]));
}
