/**
 * Expected failures. Each says what happened, to what, and what to do next. Code in the engine throws a
 * {@link GalleyError}; the edges (RPC server, CLI) turn it into data, so it never reaches the top as an exception.
 */
export type ErrorCode =
  | 'not-found'
  | 'invalid'
  | 'conflict'
  | 'locked'
  | 'read-only'
  | 'corrupt'
  | 'unreachable'
  | 'unauthorized'
  | 'policy'
  | 'unsupported'
  | 'timeout'
  | 'cancelled'
  | 'failed';

/** A button that an error offers: a VS Code command of Galley and its arguments. */
export interface ErrorAction {
  title: string;
  command: string;
  arguments?: unknown[];
}

/** The plain-data form of an error, as it crosses processes. */
export interface ErrorData {
  code: ErrorCode;
  /** One sentence: what happened, to what. Sentence case, ends with a full stop. */
  message: string;
  /** One sentence: what to do next. */
  remedy?: string;
  /** File, run, model or address that the error is about. */
  subject?: string;
  /** Zero-based place in `subject` when that is a file. */
  line?: number;
  character?: number;
  action?: ErrorAction;
  /** Technical detail for the log, never shown by itself. */
  detail?: string;
}

export class GalleyError extends Error {
  readonly code: ErrorCode;
  readonly data: ErrorData;

  constructor(
    code: ErrorCode,
    message: string,
    more: Omit<ErrorData, 'code' | 'message'> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'GalleyError';
    this.code = code;
    this.data = { code, message, ...more };
  }
}

/** The data of any thrown value; an unexpected one becomes `failed` with its stack as detail. */
export function errorData(thrown: unknown): ErrorData {
  if (thrown instanceof GalleyError) return thrown.data;
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  return {
    code: 'failed',
    message: `Something unexpected failed: ${error.message}`,
    remedy: 'Open the Galley log for the details.',
    ...(error.stack === undefined ? {} : { detail: error.stack }),
  };
}

/** Rebuilds an error from data that crossed a process border. */
export function fromErrorData(data: ErrorData): GalleyError {
  const { code, message, ...more } = data;
  return new GalleyError(code, message, more);
}
