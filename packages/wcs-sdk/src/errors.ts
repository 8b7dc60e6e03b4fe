/**
 * Every way in which a call of this package can fail. Branch on these, never on message text.
 *
 * | code | meaning |
 * | --- | --- |
 * | `INVALID_ARGUMENT` | an option or argument is wrong; nothing was sent |
 * | `CONFIG` | a configuration file is missing, unreadable or wrong |
 * | `NETWORK` | no connection, or it broke, after all retries |
 * | `TIMEOUT` | no answer in time, after all retries |
 * | `BAD_REQUEST` | 400 |
 * | `UNAUTHORIZED` | 401: token missing, wrong or expired; also a size limit of the policy exceeded |
 * | `FORBIDDEN` | 403 |
 * | `NOT_FOUND` | 404: no such object |
 * | `METHOD_NOT_ALLOWED` | 405 |
 * | `OBJECT_EXISTS` | 406: the object exists and overwriting was not allowed |
 * | `BLOCKS_MISSING` | 412 from mkfile: the service no longer has all blocks |
 * | `PRECONDITION_FAILED` | 412 otherwise |
 * | `APPEND_CONFLICT` | an append was refused because the object ends elsewhere: see `nextPosition` |
 * | `TOO_LARGE` | 413 |
 * | `CALLBACK_FAILED` | 579: the object is stored, but the callback of the put policy failed |
 * | `BUCKET_NOT_FOUND` | 631 |
 * | `INVALID_CTX` | 701: the service refused a block context or a chunk checksum |
 * | `SERVER_ERROR` | any other 5xx, and 408, after all retries |
 * | `UNEXPECTED_RESPONSE` | an answer that the protocol does not know |
 * | `CHECKSUM_MISMATCH` | what arrived is not what was sent |
 * | `SOURCE_CHANGED` | the file changed while it was uploaded |
 * | `SOURCE_FAILED` | the source could not be read |
 * | `TOKEN_FAILED` | the function that gives upload tokens, or credentials, failed |
 * | `OBJECT_CHANGED` | the object changed while it was downloaded |
 * | `TARGET_FAILED` | the downloaded bytes, or a record of an upload, could not be written |
 * | `JOB_FAILED` | a job is done, and not all of its items succeeded: see {@link JobError} |
 * | `CLIENT_CLOSED` | the client was closed |
 */
export type WcsErrorCode =
  | 'INVALID_ARGUMENT'
  | 'CONFIG'
  | 'NETWORK'
  | 'TIMEOUT'
  | 'BAD_REQUEST'
  | 'UNAUTHORIZED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'OBJECT_EXISTS'
  | 'BLOCKS_MISSING'
  | 'PRECONDITION_FAILED'
  | 'APPEND_CONFLICT'
  | 'TOO_LARGE'
  | 'CALLBACK_FAILED'
  | 'BUCKET_NOT_FOUND'
  | 'INVALID_CTX'
  | 'SERVER_ERROR'
  | 'UNEXPECTED_RESPONSE'
  | 'CHECKSUM_MISMATCH'
  | 'SOURCE_CHANGED'
  | 'SOURCE_FAILED'
  | 'TOKEN_FAILED'
  | 'OBJECT_CHANGED'
  | 'TARGET_FAILED'
  | 'JOB_FAILED'
  | 'CLIENT_CLOSED';

/** What a {@link WcsError} may carry besides its code and message. */
export interface WcsErrorDetails {
  /** The operation that failed, such as `stat` or `mkblk`. */
  operation?: string | undefined;
  /** HTTP status of the answer. */
  status?: number | undefined;
  /** The `code` member of the service's JSON answer. */
  serverCode?: number | undefined;
  /** The `message` member of the service's JSON answer, or the start of a body that is not JSON. */
  serverMessage?: string | undefined;
  /** The service's `X-Reqid`: name it when asking the vendor's support. */
  requestId?: string | undefined;
  /** Whether the same call may succeed when made again later. */
  retryable?: boolean | undefined;
  /** Whether the service may have done what was asked for, though it gave no answer that says so. */
  doubtful?: boolean | undefined;
  /** How often the request was sent. */
  attempts?: number | undefined;
  /** How long the service asks to wait before trying again, in milliseconds. */
  retryAfter?: number | undefined;
  /** Where the object that was to be appended to ends, in bytes. */
  nextPosition?: number | undefined;
  /** What went wrong underneath. */
  cause?: unknown;
}

/**
 * The one error class of this package. It never holds a key or token.
 *
 * @example
 * ```ts
 * import { WcsClient, WcsError } from '@curve-wcs/wcs-sdk';
 *
 * const wcs = await WcsClient.fromConfig();
 * try {
 *   await wcs.stat({ bucket: 'photos', key: 'a.jpg' });
 * } catch (error) {
 *   if (error instanceof WcsError && error.code === 'NOT_FOUND') console.log('not there yet');
 *   else throw error;
 * }
 * ```
 */
export class WcsError extends Error {
  /** Always `WcsError`. */
  override readonly name = 'WcsError';
  /** Stable reason; branch on this. */
  readonly code: WcsErrorCode;
  /** The operation that failed, such as `stat` or `mkblk`. */
  declare readonly operation?: string;
  /** HTTP status of the answer, where there was one. */
  declare readonly status?: number;
  /** The service's own code, from the JSON body. */
  declare readonly serverCode?: number;
  /** The service's own words. */
  declare readonly serverMessage?: string;
  /** The service's `X-Reqid`. */
  declare readonly requestId?: string;
  /** Whether the same call may succeed when made again later. */
  readonly retryable: boolean;
  /**
   * Whether the service may have done what was asked for all the same: an attempt got no answer, or none that tells.
   * False where every attempt was answered with a failure, or never reached the service.
   */
  doubtful: boolean;
  /** How often the request was sent. */
  declare attempts?: number;
  /** How long the service asked to wait before trying again, in milliseconds. */
  declare readonly retryAfter?: number;

  /** Of an `APPEND_CONFLICT`: where the object ends, in bytes; absent if it cannot be appended to at all. */
  declare readonly nextPosition?: number;

  /** @internal */
  constructor(code: WcsErrorCode, message: string, details: WcsErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.retryable = details.retryable ?? false;
    this.doubtful = details.doubtful ?? false;
    if (details.operation !== undefined) this.operation = details.operation;
    if (details.status !== undefined) this.status = details.status;
    if (details.serverCode !== undefined) this.serverCode = details.serverCode;
    if (details.serverMessage !== undefined) this.serverMessage = details.serverMessage;
    if (details.requestId !== undefined) this.requestId = details.requestId;
    if (details.attempts !== undefined) this.attempts = details.attempts;
    if (details.retryAfter !== undefined) this.retryAfter = details.retryAfter;
    if (details.nextPosition !== undefined) this.nextPosition = details.nextPosition;
  }

  /** True for 579: the object is stored although the call failed. */
  get stored(): boolean {
    return this.code === 'CALLBACK_FAILED';
  }
}

/** An argument is wrong: says which one, what it was and what is allowed. */
export function invalidArgument(name: string, allowed: string, actual: unknown): WcsError {
  return new WcsError('INVALID_ARGUMENT', `${name} must be ${allowed}; got ${describe(actual)}`);
}

function describe(value: unknown): string {
  if (typeof value === 'string')
    return value.length > 80 ? `${JSON.stringify(value.slice(0, 80))}…` : JSON.stringify(value);
  if (value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'object') return `an instance of ${value.constructor?.name ?? 'Object'}`;
  return `a ${typeof value}`;
}
