import { types } from 'node:util';
import type { NativeError } from '@curve-wcs/curve-native';
import { LIBCURVE_ERROR } from '../cbd/error-codes.js';
import {
  aborted,
  CurveError,
  type CurveErrorCode,
  type CurveErrorDetails,
  closed,
  subject,
} from './curve-error.js';
import { hintFor, hintForUnknown } from './hints.js';
import { type StatusKind, statusOf } from './statuses.js';

/** What was being done when the native client failed. */
export interface FailedCall {
  readonly operation: string;
  readonly path?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Turns a failure of the native client into a {@link CurveError}. The code follows what the server said, so an open of
 * a missing volume is NOTEXIST although libcurve says FAILED there. What is no failure of the native client comes back
 * as it is.
 */
export function curveError(error: unknown, { operation, path, signal }: FailedCall): unknown {
  if (!isNativeError(error)) return error;
  if (error.kind === 'canceled') {
    return signal?.aborted ? aborted(signal, operation, path) : closed('client', operation, path);
  }
  const { attempts, cloneSource } = error;
  const what = `${subject(operation, path)}${cloneSource === undefined ? '' : `, its clone source ${cloneSource}`}`;
  const details = { operation, path, attempts, cause: error };
  const unknown = hintForUnknown(operation, attempts);
  if (error.kind === 'timeout') {
    const message = [
      `${what}: not done when its deadline passed${times(attempts)}`,
      unreached(error),
      unknown,
    ];
    return new CurveError('TIMEOUT', message.filter(Boolean).join('; '), {
      ...details,
      hint: unknown === '' ? undefined : unknown,
    });
  }
  if (error.kind === 'client') {
    return new CurveError(nameOf(error.libcurveCode), `${what}: ${error.message}`, details);
  }
  return statusErrorOf(what, error.kind, error.status, details);
}

/** What a call of these details was answered, or why it was not, as an error. */
export function statusError(kind: StatusKind, number: number, details: CurveErrorDetails): CurveError {
  return statusErrorOf(subject(details.operation, details.path), kind, number, details);
}

/** @param what - that was done, to what */
function statusErrorOf(what: string, kind: StatusKind, number: number, details: CurveErrorDetails) {
  const { operation, attempts = 1 } = details;
  const status = statusOf(kind, number);
  const said = `${SPEAKER[kind]} ${status.name} (${number}): ${status.says}`;
  const unknown = kind === 'rpc' ? hintForUnknown(operation, attempts) : '';
  const hint = hintFor(operation, status.name, attempts) || unknown;
  const message = `${what}: ${said}${times(attempts)}${hint && `; ${hint}`}`;
  return new CurveError(status.code, message, {
    ...details,
    status: status.name,
    statusCode: number,
    hint: hint === '' ? undefined : hint,
  });
}

const SPEAKER = {
  mds: 'the MDS answered',
  topology: 'the MDS answered',
  chunk: 'a chunkserver answered',
  rpc: 'no answer,',
} as const;

/** Whom a broadcast has not reached, where the native client says so. */
function unreached({ message }: NativeError): string {
  return message.split('; ').slice(1).join('; ');
}

function times(attempts: number): string {
  return attempts > 1 ? `, after ${attempts} attempts` : '';
}

const NAMES = new Map<number, CurveErrorCode>(
  Object.entries(LIBCURVE_ERROR).map(([name, value]) => [-value, name as CurveErrorCode]),
);

function nameOf(libcurveCode: number): CurveErrorCode {
  return NAMES.get(libcurveCode) ?? 'UNKNOWN';
}

function isNativeError(error: unknown): error is NativeError {
  return types.isNativeError(error) && error.name === 'CurveNativeError';
}
