import type { LIBCURVE_ERROR } from '../cbd/error-codes.js';

/**
 * Why a call failed. Branch on these, never on message text. They are the names of {@link LIBCURVE_ERROR}, by what the
 * server said (curve-protocol.md §3.6), and some of this package:
 *
 * | code | meaning |
 * | --- | --- |
 * | `INVALID_ARGUMENT` | an argument is wrong; nothing was sent |
 * | `CONFIG` | the configuration is missing, unreadable or wrong |
 * | `TIMEOUT` | the call's `deadline` passed |
 * | `CANCELED` | the call's `signal` was aborted; the error's name is `AbortError` |
 * | `CLOSED` | the client or volume was closed |
 * | `SOURCE_FAILED` | what is imported could not be read |
 * | `TARGET_FAILED` | what is exported could not be written |
 *
 * Of libcurve's, `FAILED` is most often a cluster that does not answer; `status` then has the reason of the last attempt.
 */
export type CurveErrorCode =
  | Exclude<keyof typeof LIBCURVE_ERROR, 'OK'>
  | 'INVALID_ARGUMENT'
  | 'CONFIG'
  | 'TIMEOUT'
  | 'CANCELED'
  | 'CLOSED'
  | 'SOURCE_FAILED'
  | 'TARGET_FAILED';

/** What a {@link CurveError} says besides its code and message. */
export interface CurveErrorDetails {
  /** The call, such as `open` or `trash.restore`. */
  readonly operation: string;
  /** The path it was about. */
  readonly path?: string | undefined;
  /** The server's status by name. */
  readonly status?: string | undefined;
  /** The server's status by number. */
  readonly statusCode?: number | undefined;
  /** How often a server was asked. */
  readonly attempts?: number | undefined;
  /** The HTTP status, of a service that speaks HTTP. */
  readonly httpStatus?: number | undefined;
  /** The request that was answered so, of a service that speaks HTTP. */
  readonly request?: string | undefined;
  /** The service's own id of the request. */
  readonly requestId?: string | undefined;
  /** The service's id of the task that failed. */
  readonly taskId?: string | undefined;
  /** What may help; the message ends with it. */
  readonly hint?: string | undefined;
  /** What went wrong underneath. */
  readonly cause?: unknown;
}

/**
 * The one error class of {@link CurveClient} and {@link Volume}. It never holds a password.
 *
 * @example
 * ```ts
 * import { CurveClient, CurveError } from '@curve-wcs/curve-sdk';
 *
 * await using curve = await CurveClient.connect('/etc/curve/client.conf', { user: 'alice' });
 * try {
 *   await curve.open('/vol1');
 * } catch (error) {
 *   if (error instanceof CurveError && error.code === 'NOTEXIST') console.log(error.status); // → kFileNotExists
 *   else throw error;
 * }
 * ```
 */
export class CurveError extends Error {
  /** `CurveError`, or `AbortError` if the call's signal was aborted. */
  override readonly name: 'CurveError' | 'AbortError';
  /** Stable reason; branch on this. */
  readonly code: CurveErrorCode;
  /** The call, such as `open` or `trash.restore`. */
  readonly operation: string;
  /** The path it was about. */
  declare readonly path?: string;
  /** What the server said: `kFileNotExists` of an MDS, `CHUNK_OP_STATUS_…` of a chunkserver, `ECONNREFUSED` of none. */
  declare readonly status?: string;
  /** The same as a number. */
  declare readonly statusCode?: number;
  /** How often a server was asked. */
  declare readonly attempts?: number;
  /** The HTTP status, of a service that speaks HTTP. */
  declare readonly httpStatus?: number;
  /** The request that was answered so, or not at all, of a service that speaks HTTP. */
  declare readonly request?: string;
  /** The service's own id of the request, for its logs. */
  declare readonly requestId?: string;
  /** The service's id of the task that failed. */
  declare readonly taskId?: string;
  /** What may help a program, where something is known; the message ends with it. */
  declare readonly hint?: string;

  /** @internal */
  constructor(code: CurveErrorCode, message: string, details: CurveErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = code === 'CANCELED' ? 'AbortError' : 'CurveError';
    this.code = code;
    this.operation = details.operation;
    if (details.path !== undefined) this.path = details.path;
    if (details.status !== undefined) this.status = details.status;
    if (details.statusCode !== undefined) this.statusCode = details.statusCode;
    if (details.attempts !== undefined) this.attempts = details.attempts;
    if (details.httpStatus !== undefined) this.httpStatus = details.httpStatus;
    if (details.request !== undefined) this.request = details.request;
    if (details.requestId !== undefined) this.requestId = details.requestId;
    if (details.taskId !== undefined) this.taskId = details.taskId;
    if (details.hint !== undefined) this.hint = details.hint;
  }
}

/** The caller's signal was aborted. */
export function aborted(signal: AbortSignal, operation: string, path?: string): CurveError {
  return new CurveError('CANCELED', `${subject(operation, path)} was aborted`, {
    operation,
    path,
    cause: signal.reason,
  });
}

/** The client or volume was closed before or during the call. */
export function closed(what: string, operation: string, path?: string): CurveError {
  return new CurveError('CLOSED', `${subject(operation, path)}: the ${what} was closed`, { operation, path });
}

/** What a message begins with. */
export function subject(operation: string, path: string | undefined): string {
  return path === undefined ? operation : `${operation} ${path}`;
}
