import { ChecksumError, type ChecksumErrorCode } from '@curve-wcs/etag';
import { nearestName } from './did-you-mean.js';
import { invalidArgument, WcsError, type WcsErrorCode } from './errors.js';
import { callBegins } from './observe/traces.js';

/**
 * What an option can be, as far as nothing looks at it before it is used; `any` is looked at by the call itself. A
 * `text` is well-formed Unicode.
 */
export type OptionKind = 'text' | 'number' | 'function' | 'object' | 'any';

/** The options of a call, every one of them. */
export type KnownOptions<T> = { readonly [Name in keyof Required<T>]: OptionKind };

interface CheckOptions {
  /**
   * Refuse only names that look like a known one. Of calls that name an object: what a listing gives may be handed to
   * them as it is.
   */
  lenient?: boolean;
}

/**
 * Checks the options of a call, and does it: whatever fails of its own accord, fails with a {@link WcsError}.
 *
 * @param name - of the call, for errors
 */
export async function publicCall<T>(
  name: string,
  options: unknown,
  known: Readonly<Record<string, OptionKind>>,
  work: () => T | Promise<T>,
  check: CheckOptions = {},
): Promise<T> {
  checkOptions(name, options, known, check);
  const watched = callBegins(name, options);
  try {
    return await work();
  } catch (cause) {
    const error = wcsErrorOf(cause);
    watched?.failed(error);
    throw error;
  } finally {
    watched?.ended();
  }
}

/** Refuses what is no object of options, names that no option has, and values that no option can have. */
export function checkOptions(
  call: string,
  options: unknown,
  known: Readonly<Record<string, OptionKind>>,
  { lenient = false }: CheckOptions = {},
): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalidArgument(`the options of ${call}`, 'an object', options);
  }
  for (const name of Object.keys(options)) {
    const kind = Object.hasOwn(known, name) ? known[name] : undefined;
    if (kind === undefined) refuseUnknown(call, name, Object.keys(known), lenient);
    else if (kind !== 'any') checkKind(name, (options as Record<string, unknown>)[name], kind);
  }
}

const ALLOWED: Record<Exclude<OptionKind, 'any'>, string> = {
  text: 'text (well-formed Unicode)',
  number: 'a number',
  function: 'a function',
  object: 'an object',
};

function checkKind(name: string, value: unknown, kind: Exclude<OptionKind, 'any'>): void {
  if (value === undefined) return;
  const right =
    kind === 'text'
      ? typeof value === 'string' && !/\p{Surrogate}/u.test(value)
      : value !== null && typeof value === kind;
  if (!right) throw invalidArgument(name, ALLOWED[kind], value);
}

function refuseUnknown(call: string, name: string, names: string[], lenient: boolean): void {
  const meant = nearestName(name, names);
  if (lenient && meant === undefined) return;
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  throw new WcsError('INVALID_ARGUMENT', `${call} has no option ${JSON.stringify(name)}${hint}`);
}

const CODES: Record<ChecksumErrorCode, WcsErrorCode> = {
  INVALID_ARGUMENT: 'INVALID_ARGUMENT',
  NOT_A_FILE: 'SOURCE_FAILED',
  FILE_CHANGED: 'SOURCE_CHANGED',
  HASHER_FINISHED: 'SOURCE_FAILED',
  WORKER_FAILED: 'SOURCE_FAILED',
  POOL_CLOSED: 'CLIENT_CLOSED',
};

/** The errors of the checksums beneath are ours; those of the caller's own functions and signals stay as they are. */
export function wcsErrorOf(error: unknown): unknown {
  if (!(error instanceof ChecksumError)) return error;
  return new WcsError(CODES[error.code], error.message, { cause: error });
}
