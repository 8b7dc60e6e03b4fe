import { types } from 'node:util';
import type { NativeUser } from '@curve-wcs/curve-native';
import type { Integer, UserInfo } from './types.js';

// What a C compiler would have refused. Values that libcurve answers with a code pass through to get that code.

/** A name or path; the empty one is allowed and gets the cluster's answer. */
export function text(value: string, name: string): string {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string, not ${kindOf(value)}`);
  if (value.includes('\0')) throw new TypeError(`${name} must not contain a NUL character`);
  return value;
}

/** Who calls, copied so that later changes to the caller's object do not matter. */
export function caller(user: UserInfo): NativeUser {
  if (typeof user !== 'object' || user === null)
    throw new TypeError(`user must be a UserInfo_t or { owner, password }, not ${kindOf(user)}`);
  return { owner: text(user.owner, 'user.owner'), password: text(user.password ?? '', 'user.password') };
}

/** A size or id: not negative, and whole. */
export function unsigned<T extends Integer>(value: T, name: string): T {
  whole(value, name);
  if (value < 0) throw new RangeError(`${name} must not be negative: ${value}`);
  return value;
}

/** A whole number of either sign. */
export function whole<T extends Integer>(value: T, name: string): T {
  if (typeof value === 'bigint') {
    if (BigInt.asIntN(64, value) !== value && BigInt.asUintN(64, value) !== value)
      throw new RangeError(`${name} must fit into 64 bits: ${value}`);
    return value;
  }
  if (typeof value !== 'number')
    throw new TypeError(`${name} must be a number or bigint, not ${kindOf(value)}`);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${name} must be a whole number: ${value}`);
  return value;
}

/** A descriptor; unknown and negative ones are allowed and get libcurve's answer. */
export function descriptor(value: number): number {
  if (typeof value !== 'number') throw new TypeError(`fd must be a number, not ${kindOf(value)}`);
  if (value !== (value | 0)) throw new RangeError(`fd must be a whole number of 32 bits: ${value}`);
  return value;
}

/** The part of a buffer that an operation uses. */
export function bytes(buffer: Uint8Array, length: number): Uint8Array {
  if (!types.isUint8Array(buffer))
    throw new TypeError(`buf must be a Buffer or Uint8Array, not ${kindOf(buffer)}`);
  if (length > buffer.length)
    throw new RangeError(`buf has ${buffer.length} bytes, fewer than the length ${length}`);
  return length === buffer.length ? buffer : buffer.subarray(0, length);
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value;
}
