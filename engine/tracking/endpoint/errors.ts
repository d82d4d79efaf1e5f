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

/** The MLflow answer to any thrown value. */
export function restError(thrown: unknown): RestError {
  if (thrown instanceof RestError) return thrown;
  const { code, message, remedy } = errorData(thrown);
  if (!(thrown instanceof GalleyError)) return new RestError('INTERNAL_ERROR', message);
  return new RestError(codes[code], remedy === undefined ? message : `${message} ${remedy}`);
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
