import { type Bytes, bytesOf } from './bytes.js';
import { ChecksumError } from './checksum-error.js';
import { describe } from './describe.js';
import { crc64Engine } from './wasm/crc64-engine.js';

/**
 * CRC-64/XZ, the `crc64ecma` of WCS (WCS protocol, section 3.2).
 *
 * @param data - bytes; a string is taken as UTF-8
 * @param previous - the CRC-64 of what came before `data`. Default 0n: nothing
 * @returns an unsigned integer below 2^64; 0n for no bytes
 * @throws {@link ChecksumError} `INVALID_ARGUMENT` if `data` is not bytes or `previous` is no CRC-64
 *
 * @example
 * ```ts
 * crc64('123456789'); // 11051210869376104954n
 * crc64('6789', crc64('12345')); // 11051210869376104954n
 * ```
 */
export function crc64(data: Bytes, previous = 0n): bigint {
  return crc64Engine().digest(checkUnsigned('previous', previous), bytesOf(data));
}

/**
 * {@link crc64} as WCS writes it: unsigned and decimal.
 *
 * @throws {@link ChecksumError} `INVALID_ARGUMENT` if `data` is not bytes
 *
 * @example
 * ```ts
 * crc64Decimal('123456789'); // '11051210869376104954'
 * ```
 */
export function crc64Decimal(data: Bytes): string {
  return crc64(data).toString();
}

/**
 * Computes a CRC-64/XZ from pieces of any size (WCS protocol, section 3.2).
 *
 * @example
 * ```ts
 * `${new Crc64().update('12345').update('6789')}`; // '11051210869376104954'
 * ```
 */
export class Crc64 {
  #crc = 0n;

  /**
   * Takes the next bytes.
   *
   * @throws {@link ChecksumError} `INVALID_ARGUMENT` if `chunk` is not bytes
   */
  update(chunk: Bytes): this {
    this.#crc = crc64Engine().digest(this.#crc, bytesOf(chunk));
    return this;
  }

  /** The CRC of all the bytes so far. More may follow, and change it. */
  digest(): bigint {
    return this.#crc;
  }

  /** {@link digest} as WCS writes it: unsigned and decimal. */
  toString(): string {
    return this.#crc.toString();
  }
}

/**
 * The CRC-64 of two contents one after the other, from their CRC-64s alone. It takes microseconds, however
 * long they are.
 *
 * @param first - CRC-64 of the first content
 * @param second - CRC-64 of the second content
 * @param secondLength - length of the second content, in bytes
 * @throws {@link ChecksumError} `INVALID_ARGUMENT` if a CRC is not an unsigned 64-bit integer, or the length
 * not a non-negative (as a number: safe) integer below 2^64
 *
 * @example
 * ```ts
 * crc64Combine(crc64('12345'), crc64('6789'), 4) === crc64('123456789'); // true
 * ```
 */
export function crc64Combine(first: bigint, second: bigint, secondLength: number | bigint): bigint {
  const length = Number.isSafeInteger(secondLength) ? BigInt(secondLength) : secondLength;
  return crc64Engine().combine(
    checkUnsigned('first', first),
    checkUnsigned('second', second),
    checkUnsigned('secondLength', length),
  );
}

function checkUnsigned(name: string, value: unknown): bigint {
  if (typeof value !== 'bigint' || value !== BigInt.asUintN(64, value)) {
    throw new ChecksumError(
      'INVALID_ARGUMENT',
      `${name} must be an integer from 0 to 2^64 - 1, but is ${describe(value)}`,
    );
  }
  return value;
}
