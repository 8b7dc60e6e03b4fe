import { ChecksumError } from './checksum-error.js';
import { describe } from './describe.js';

/** What counts as bytes: a `Uint8Array` (a `Buffer` too), an `ArrayBuffer`, or a string, taken as UTF-8. */
export type Bytes = Uint8Array | ArrayBuffer | string;

const encoder = new TextEncoder();

/** The bytes of `data`; only a string is copied. */
export function bytesOf(data: Bytes): Uint8Array {
  if (typeof data === 'string') return encoder.encode(data);
  if (isUint8Array(data)) return data;
  if (isArrayBuffer(data)) return new Uint8Array(data);
  throw new ChecksumError(
    'INVALID_ARGUMENT',
    `data must be a Uint8Array, an ArrayBuffer or a string, but is ${describe(data)}`,
  );
}

// By tag, not only by `instanceof`, because test runners and vm contexts have classes of their own.
export function isUint8Array(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array || (ArrayBuffer.isView(value) && tagOf(value) === '[object Uint8Array]');
}

function isArrayBuffer(value: unknown): value is ArrayBuffer {
  return tagOf(value) === '[object ArrayBuffer]' || tagOf(value) === '[object SharedArrayBuffer]';
}

function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value);
}
