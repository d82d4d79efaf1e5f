import { GalleyError, type ErrorCode } from '../../errors';

/** MLflow's error codes in Galley's. */
const codes: Readonly<Record<string, ErrorCode>> = {
  RESOURCE_DOES_NOT_EXIST: 'not-found',
  NOT_FOUND: 'not-found',
  INVALID_PARAMETER_VALUE: 'invalid',
  BAD_REQUEST: 'invalid',
  INVALID_STATE: 'invalid',
  RESOURCE_ALREADY_EXISTS: 'conflict',
  RESOURCE_CONFLICT: 'conflict',
  UNAUTHENTICATED: 'unauthorized',
  PERMISSION_DENIED: 'unauthorized',
  CUSTOMER_UNAUTHORIZED: 'unauthorized',
  NOT_IMPLEMENTED: 'unsupported',
  ENDPOINT_NOT_FOUND: 'unsupported',
  FEATURE_DISABLED: 'unsupported',
  TEMPORARILY_UNAVAILABLE: 'unreachable',
  REQUEST_LIMIT_EXCEEDED: 'unreachable',
};

const remedies: Readonly<Partial<Record<ErrorCode, string>>> = {
  unauthorized: 'Check the user name and password, or the token, and what they allow.',
  unreachable: 'Wait a while, then try again.',
  unsupported: 'The server does not know this; a newer MLflow may.',
  failed: 'Look into the log of the server.',
};

/** What to tell about an answer that is no success. */
export function answerFailure(status: number, answer: object | undefined, address: string): GalleyError {
  const { error_code: name, message } = (answer ?? {}) as { error_code?: unknown; message?: unknown };
  const known = typeof name === 'string' ? codes[name] : undefined;
  const code = known ?? codeOf(status);
  const said = typeof message === 'string' && message !== '' ? message.slice(0, 2000) : `HTTP ${status}`;
  const changed = code === 'invalid' && /Changing param values is not allowed/.test(said);
  const remedy = remedies[code];
  return new GalleyError(changed ? 'conflict' : code, sentence(code, said, address), {
    subject: address,
    detail: `HTTP ${status} ${typeof name === 'string' ? name : ''}`.trim(),
    ...(remedy === undefined ? {} : { remedy }),
  });
}

function codeOf(status: number): ErrorCode {
  if (status === 401 || status === 403) return 'unauthorized';
  if (status === 404 || status === 405 || status === 501) return 'unsupported';
  if (status === 429 || (status >= 502 && status <= 504)) return 'unreachable';
  return status >= 500 ? 'failed' : 'invalid';
}

function sentence(code: ErrorCode, said: string, address: string): string {
  const end = /[.!?]$/.test(said) ? '' : '.';
  switch (code) {
    case 'unauthorized':
      return `${address} refuses access: ${said}${end}`;
    case 'unreachable':
      return `${address} is too busy or not ready: ${said}${end}`;
    case 'failed':
      return `${address} failed: ${said}${end}`;
    default:
      return `${said}${end}`;
  }
}

/** What to tell about an answer that should be JSON and is not. */
export function notMlflow(status: number, type: string, text: string, address: string): GalleyError {
  const html = type.includes('html') || /^\s*</.test(text);
  const what = text === '' ? 'with nothing' : html ? 'with a web page' : 'with half an answer';
  return new GalleyError('unreachable', `${address} answers ${what} and not as an MLflow server.`, {
    subject: address,
    remedy: html
      ? 'Check the address; a proxy or sign-in page may stand before the server.'
      : 'Try again; if it stays so, look into the log of the server.',
    detail: `HTTP ${status}, ${type}, ${text.length} characters`,
  });
}

const certificate = /CERT|UNABLE_TO_VERIFY|SELF_SIGNED|ERR_TLS|EPROTO|SSL/;

/** What to tell when no answer came at all. */
export function networkFailure(error: unknown, address: string): GalleyError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = error instanceof Error ? error.message : String(error);
  const [said, remedy] =
    code === 'ECONNREFUSED'
      ? ['refuses the connection', 'Start the server, or correct its address.']
      : code === 'ENOTFOUND' || code === 'EAI_AGAIN'
        ? ['is not known', 'Correct its address, or check the network.']
        : certificate.test(code)
          ? ['has a certificate that is not trusted', 'Give the certificate of its authority (`ca`).']
          : ['broke the connection', 'See whether the server is well, then try again.'];
  return new GalleyError(
    'unreachable',
    `${address} ${said}.`,
    { subject: address, remedy, detail: `${code} ${reason}`.trim() },
    { cause: error },
  );
}
