import { WcsError, type WcsErrorCode } from '../errors.js';

/**
 * Whether a call failed in a way that an attempt without an answer explains, since it may have done the work: what was
 * to be deleted is not found, what was to be stored exists. A failure that the service answered with explains nothing.
 */
export function followsLostAnswer(error: unknown, code: WcsErrorCode): error is WcsError {
  return error instanceof WcsError && error.code === code && error.doubtful;
}

/**
 * The same for those who can tell by what is stored whether it is their own work, which is more than any answer tells:
 * to them every failed attempt may have succeeded, since a gateway may give up on a service that goes on.
 *
 * @param earlier - whether there was an attempt before, in a process that is no more
 */
export function followsFailedAttempt(
  error: unknown,
  code: WcsErrorCode,
  { earlier = false } = {},
): error is WcsError {
  return error instanceof WcsError && error.code === code && (earlier || (error.attempts ?? 1) > 1);
}

/** Whether an attempt that failed so may have succeeded, to those who can tell by what is stored. */
export function mayHaveSucceeded(error: WcsError): boolean {
  return error.retryable || error.doubtful;
}
