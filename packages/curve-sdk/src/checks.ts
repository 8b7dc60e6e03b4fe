import { types } from 'node:util';
import { CurveError, subject } from './errors/curve-error.js';

// What is refused before anything is sent. What only the cluster can know (the sizes it allows, its chunks) it says.

/** Requests under way at a time: more would only wait in line. */
export const MOST_REQUESTS = 1024;
/** libcurve's PATH_MAX_SIZE, in bytes. */
const LONGEST_PATH = 4096;
/** libcurve keeps names and owners in 256 bytes, a NUL among them. */
const LONGEST_NAME = 255;
/** What stripe units are multiples of, whatever the block size (curve-protocol.md §4.6). */
const STRIPE_STEP = 4096;

/** An argument is wrong: says which one, what is allowed and what it was. */
export function invalid(
  operation: string,
  name: string,
  allowed: string,
  actual: unknown,
  path?: string,
): CurveError {
  const message = `${subject(operation, path)}: ${name} must be ${allowed}; got ${described(actual)}`;
  return new CurveError('INVALID_ARGUMENT', message, { operation, path });
}

/** A path as the MDS takes it (curve-protocol.md §4.4). */
export function checkPath(path: unknown, operation: string, name = 'path'): asserts path is string {
  const allowed = (what: string) => invalid(operation, name, what, path);
  if (typeof path !== 'string') throw allowed('a string');
  if (!path.startsWith('/')) throw allowed('absolute: beginning with /');
  if (path.includes('//')) throw allowed('without //');
  if (path.length > 1 && path.endsWith('/')) throw allowed('without a / at its end');
  if (path.includes('\0')) throw allowed('without NUL characters');
  if (Buffer.byteLength(path) > LONGEST_PATH) throw allowed(`at most ${LONGEST_PATH} bytes long`);
}

/** The path of something to be made. */
export function checkNewPath(path: unknown, operation: string, name = 'path'): asserts path is string {
  checkPath(path, operation, name);
  checkNotRoot(path, operation, name);
  const last = path.slice(path.lastIndexOf('/') + 1);
  if (Buffer.byteLength(last) > LONGEST_NAME) {
    throw invalid(operation, `the last part of ${name}`, `at most ${LONGEST_NAME} bytes long`, last);
  }
}

/** A path other than `/`, which nobody can make, remove or rename. */
export function checkNotRoot(path: string, operation: string, name = 'path'): void {
  if (path === '/') throw invalid(operation, name, 'other than the root directory', path);
}

/** The name of a user or poolset. */
export function checkName(value: unknown, operation: string, name: string): asserts value is string {
  if (typeof value !== 'string' || value === '')
    throw invalid(operation, name, 'a string that is not empty', value);
  if (value.includes('\0')) throw invalid(operation, name, 'without NUL characters', value);
  if (Buffer.byteLength(value) > LONGEST_NAME) {
    throw invalid(operation, name, `at most ${LONGEST_NAME} bytes long`, value);
  }
}

/** A list of servers' addresses. */
export function checkAddresses(
  value: unknown,
  operation: string,
  name: string,
): asserts value is readonly string[] {
  const right = (address: unknown) => typeof address === 'string' && /^[\w.-]+:\d{1,5}$/.test(address);
  if (!Array.isArray(value)) throw invalid(operation, name, 'a list of addresses', value);
  const wrong = value.findIndex(address => !right(address));
  if (wrong >= 0) throw invalid(operation, name, 'addresses such as 10.0.0.1:5555', value[wrong]);
}

/** A whole number of at least `minimum`, and at most `maximum`. */
export function checkWhole(
  value: unknown,
  operation: string,
  name: string,
  minimum = 0,
  maximum = Number.MAX_SAFE_INTEGER,
): asserts value is number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= minimum && value <= maximum)
    return;
  const range =
    maximum === Number.MAX_SAFE_INTEGER ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`;
  throw invalid(operation, name, `a whole number ${range}`, value);
}

/** Memory that native code may use: it keeps the address, so the memory must neither shrink nor move. */
export function checkBytes(
  value: unknown,
  operation: string,
  name: string,
  path: string,
): asserts value is Uint8Array {
  if (!types.isUint8Array(value)) throw invalid(operation, name, 'a Uint8Array or Buffer', value, path);
  if ((value.buffer as { resizable?: boolean }).resizable === true) {
    throw invalid(operation, name, 'no view of a resizable ArrayBuffer', value, path);
  }
  // It looks empty, and nothing would be written without a word.
  if (value.length === 0 && isDetached(value.buffer)) {
    throw invalid(operation, name, 'no view of an ArrayBuffer that was transferred', value, path);
  }
}

/** `detached`, where Node.js does not have it. */
function isDetached(buffer: ArrayBufferLike): boolean {
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

/** Stripes that no cluster refuses for their own sake; whether they fit its chunks the cluster knows. */
export function checkStripe(
  stripe: unknown,
  operation: string,
): asserts stripe is { unit: number; count: number } {
  if (typeof stripe !== 'object' || stripe === null) {
    throw invalid(operation, 'stripe', 'an object { unit, count }', stripe);
  }
  const { unit, count } = stripe as { unit?: unknown; count?: unknown };
  checkWhole(unit, operation, 'stripe.unit', 1);
  checkWhole(count, operation, 'stripe.count', 1);
  if (unit % STRIPE_STEP !== 0) {
    throw invalid(operation, 'stripe.unit', `a multiple of ${STRIPE_STEP} bytes`, unit);
  }
}

/** An option that can only be left out or have one of a few values. */
export function checkChoice(
  value: unknown,
  choices: readonly unknown[],
  operation: string,
  name: string,
): void {
  if (value === undefined || choices.includes(value)) return;
  throw invalid(operation, name, `${choices.map(described).join(' or ')}, or left out`, value);
}

function described(value: unknown): string {
  if (typeof value === 'string')
    return value.length > 80 ? `${JSON.stringify(value.slice(0, 80))}…` : JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`;
  if (typeof value === 'object' && value !== null)
    return `an instance of ${value.constructor?.name ?? 'Object'}`;
  return String(value);
}
