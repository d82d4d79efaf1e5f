import { errorData, GalleyError, type ErrorCode } from '../../errors';

/** MLflow's error codes that the endpoint answers with, and their HTTP status (mlflow/exceptions.py). */
const statuses = {
  INVALID_PARAMETER_VALUE: 400,
  RESOURCE_ALREADY_EXISTS: 400,
  BAD_REQUEST: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  RESOURCE_DOES_NOT_EXIST: 404,
  ENDPOINT_NOT_FOUND: 404,
  // 409 and not MLflow's 500: clients repeat a 500 for minutes, and a damaged store does not heal.
  INVALID_STATE: 409,
  INTERNAL_ERROR: 500,
  NOT_IMPLEMENTED: 501,
  TEMPORARILY_UNAVAILABLE: 503,
} as const;

export type RestErrorCode = keyof typeof statuses;

/** An answer in MLflow's error form. */
export class RestError extends Error {
  readonly code: RestErrorCode;
  readonly status: number;

  constructor(code: RestErrorCode, message: string, status: number = statuses[code]) {
    super(message);
    this.name = 'RestError';
    this.code = code;
    this.status = status;
  }
}

const codes: Record<ErrorCode, RestErrorCode> = {
  'not-found': 'RESOURCE_DOES_NOT_EXIST',
  invalid: 'INVALID_PARAMETER_VALUE',
  // What MLflow answers to a param logged again with another value.
  conflict: 'INVALID_PARAMETER_VALUE',
  // Clients wait and repeat this one.
  locked: 'TEMPORARILY_UNAVAILABLE',
  'read-only': 'PERMISSION_DENIED',
  corrupt: 'INVALID_STATE',
  unreachable: 'TEMPORARILY_UNAVAILABLE',
  unauthorized: 'UNAUTHENTICATED',
  policy: 'PERMISSION_DENIED',
  unsupported: 'NOT_IMPLEMENTED',
  timeout: 'TEMPORARILY_UNAVAILABLE',
  cancelled: 'TEMPORARILY_UNAVAILABLE',
  failed: 'INVALID_STATE',
};

/** Sentences about what is not there or deleted, in the words that MLflow's clients look for. */
function inMlflowsWords(message: string): string {
  const [, kind, id] = /^There is no (run|experiment|logged model) with the id (\S+)\.$/.exec(message) ?? [];
  if (kind !== undefined && id !== undefined)
    return `${kind.charAt(0).toUpperCase()}${kind.slice(1)} with id=${id} not found.`;
  return message
    .replace(
      /^The (run|experiment) (\S+) is deleted\.$/,
      "The $1 $2 must be in the 'active' state. Current state is deleted.",
    )
    .replace(/^The run (\S+) has no tag “(.*)”\.$/s, 'No tag with name: $2 in run with id $1')
    .replace(
      /^The logged model (\S+) has no tag “(.*)”\.$/s,
      "No tag with key '$2' found for model with ID '$1'.",
    )
    .replace(/^The experiment (\S+) has no tag “(.*)”\.$/s, 'No tag with name: $2 in experiment with id $1');
}

/** The MLflow answer to any thrown value. */
export function restError(thrown: unknown): RestError {
  if (thrown instanceof RestError) return thrown;
  const { code, message, remedy } = errorData(thrown);
  if (!(thrown instanceof GalleyError)) return new RestError('INTERNAL_ERROR', message);
  const said = inMlflowsWords(message);
  return new RestError(codes[code], remedy === undefined ? said : `${said} ${remedy}`);
}

/** Runs `create`, and answers a name that is taken as MLflow does; clients go on with what is there. */
export async function created<T>(create: () => Promise<T>): Promise<T> {
  try {
    return await create();
  } catch (error) {
    if (error instanceof GalleyError && error.code === 'conflict')
      throw new RestError('RESOURCE_ALREADY_EXISTS', error.message);
    throw error;
  }
}
