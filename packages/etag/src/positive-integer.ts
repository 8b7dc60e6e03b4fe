import { ChecksumError } from './checksum-error.js';
import { describe } from './describe.js';

/** Returns `value` if it is a positive integer that a number holds exactly. */
export function checkPositiveInteger(name: string, value: number): number {
  if (!Number.isSafeInteger(value) || value <= 0) {
    throw new ChecksumError(
      'INVALID_ARGUMENT',
      `${name} must be a positive integer, but is ${describe(value)}`,
    );
  }
  return value;
}
