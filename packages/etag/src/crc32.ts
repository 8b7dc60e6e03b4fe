import { crc32 as zlibCrc32 } from 'node:zlib';
import { type Bytes, bytesOf } from './bytes.js';
import { ChecksumError } from './checksum-error.js';
import { describe } from './describe.js';

/** Of 4 GiB and more, zlib itself takes only what is over, without a word. */
const MOST_AT_ONCE = 2 ** 30;

/**
 * The CRC-32 of zlib, which WCS reports for every uploaded chunk (WCS protocol, section 3.3).
 *
 * @param data - bytes; a string is taken as UTF-8
 * @param previous - the CRC-32 of what came before `data`. Default 0: nothing
 * @returns an unsigned integer below 2^32
 * @throws {@link ChecksumError} `INVALID_ARGUMENT` if `data` is not bytes or `previous` is no CRC-32
 *
 * @example
 * ```ts
 * crc32('123456789'); // 3421780262
 * crc32('6789', crc32('12345')); // 3421780262
 * ```
 */
export function crc32(data: Bytes, previous = 0): number {
  if (!Number.isInteger(previous) || previous < 0 || previous > 0xffff_ffff) {
    throw new ChecksumError(
      'INVALID_ARGUMENT',
      `previous must be an integer from 0 to 2^32 - 1, but is ${describe(previous)}`,
    );
  }
  const bytes = bytesOf(data);
  let crc = previous;
  for (let start = 0; start < bytes.length; start += MOST_AT_ONCE) {
    crc = zlibCrc32(bytes.subarray(start, start + MOST_AT_ONCE), crc);
  }
  return crc;
}
