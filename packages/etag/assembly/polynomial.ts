// Arithmetic modulo the CRC's polynomial, in the reflected form: the highest bit is the coefficient of x^0.

/** 0x42F0E1EBA9EA3693 with its bits in reverse order. */
// biome-ignore lint/correctness/noPrecisionLoss: AssemblyScript's u64 holds it exactly
const POLYNOMIAL: u64 = 0xc96c5795d7870f42;

const ONE: u64 = 1 << 63;
const X_TO_THE_8: u64 = 1 << 55;

/** `value` times x. */
export function timesX(value: u64): u64 {
  return (value >> 1) ^ (POLYNOMIAL & (0 - (value & 1)));
}

/** The product of two polynomials. */
export function multiply(left: u64, right: u64): u64 {
  let product: u64 = 0;
  let shifted = right;
  for (let rest = left; rest; rest <<= 1) {
    if (rest & ONE) product ^= shifted;
    shifted = timesX(shifted);
  }
  return product;
}

/** x^(8·bytes): what a CRC is multiplied by when so many bytes follow. */
export function power(bytes: u64): u64 {
  let result: u64 = ONE;
  let factor: u64 = X_TO_THE_8;
  for (let rest = bytes; rest; rest >>= 1) {
    if (rest & 1) result = multiply(result, factor);
    factor = multiply(factor, factor);
  }
  return result;
}
