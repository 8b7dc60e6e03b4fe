/** The polynomial of zlib's CRC-32, its bits reversed. */
const POLYNOMIAL = 0xedb8_8320;

/** x^0, as bits are reversed. */
const ONE = 0x8000_0000;

/**
 * The CRC-32 of two pieces of data one after the other, from the CRC-32 of each: that of the first is moved on by the
 * length of the second, which is a multiplication by a power of x.
 *
 * @param secondLength - bytes of the second piece
 */
export function crc32Combine(first: number, second: number, secondLength: number): number {
  let moved = first;
  // x^8, x^16, x^32 …: for each bit of the length in bytes.
  let power = ONE >>> 8;
  for (let left = secondLength; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) moved = multiply(power, moved);
    power = multiply(power, power);
  }
  return (moved ^ second) >>> 0;
}

/** Multiplies polynomials modulo that of the CRC. */
function multiply(a: number, b: number): number {
  let product = 0;
  let shifted = b;
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if (a & bit) product ^= shifted;
    shifted = shifted & 1 ? (shifted >>> 1) ^ POLYNOMIAL : shifted >>> 1;
  }
  return product >>> 0;
}
