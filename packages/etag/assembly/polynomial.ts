// Arithmetic modulo the CRC's polynomial, in the reflected form: the highest bit is the coefficient of x^0.

/** 0x42F0E1EBA9EA3693 with its bits in reverse order. */
export const POLYNOMIAL: u64 = 0xc96c5795d7870f42;

const ONE: u64 = 1 << 63;
const X_TO_THE_8: u64 = 1 << 55;

/** `value` times x. */
// @ts-expect-error: decorator
@inline
export function timesX(value: u64): u64 {
  return (value >> 1) ^ (POLYNOMIAL & (0 - (value & 1)));
}

/** The product of two polynomials. */
export function multiply(left: u64, right: u64): u64 {
  let product: u64 = 0;
  while (left != 0) {
    if (left & ONE) product ^= right;
    left <<= 1;
    right = timesX(right);
  }
  return product;
}

/** x^(8·bytes): what a CRC is multiplied by when so many bytes follow. */
export function power(bytes: u64): u64 {
  let result: u64 = ONE;
  let factor: u64 = X_TO_THE_8;
  while (bytes != 0) {
    if (bytes & 1) result = multiply(result, factor);
    factor = multiply(factor, factor);
    bytes >>= 1;
  }
  return result;
}
