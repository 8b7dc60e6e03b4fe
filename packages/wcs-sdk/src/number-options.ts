import { invalidArgument } from './errors.js';

/** Checks that an option is a whole number of at least `minimum` (and at most `maximum`). */
export function wholeNumber(
  name: string,
  value: unknown,
  { minimum = 0, maximum = Number.MAX_SAFE_INTEGER }: { minimum?: number; maximum?: number } = {},
): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= minimum && value <= maximum)
    return value;
  const bound =
    maximum === Number.MAX_SAFE_INTEGER ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`;
  throw invalidArgument(name, `a whole number ${bound}`, value);
}
