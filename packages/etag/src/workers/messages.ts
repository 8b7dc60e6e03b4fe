import { ChecksumError, type ChecksumErrorCode } from '../checksum-error.js';
import type { Digests } from '../digests.js';
import type { Job } from './jobs.js';

/** What a worker is sent. */
export interface Request {
  readonly job: Job;
  /** One element, which turns from 0 to 1 when the job is to stop. */
  readonly stop: Int32Array | undefined;
}

/** What a worker answers, once for every request. */
export type Response =
  | { readonly digests: Digests[] }
  | { readonly error: ErrorFields }
  | { readonly stopped: true };

/** What threads can tell each other of an error; cloning an Error would lose its `code`. */
interface ErrorFields {
  readonly isChecksumError: boolean;
  readonly message: string;
  readonly properties: Record<string, unknown>;
}

export function fieldsOf(error: unknown): ErrorFields {
  const { message, ...own } = error instanceof Error ? error : new Error(String(error));
  const properties = Object.fromEntries(Object.entries(own).filter(([, value]) => Object(value) !== value));
  return { isChecksumError: error instanceof ChecksumError, message, properties };
}

/** Makes the error again, with a stack that ends where it is reported. */
export function errorOf({ isChecksumError, message, properties }: ErrorFields): Error {
  return isChecksumError
    ? new ChecksumError(properties['code'] as ChecksumErrorCode, message)
    : Object.assign(new Error(message), properties);
}
