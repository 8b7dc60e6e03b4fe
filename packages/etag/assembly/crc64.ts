// CRC-64/XZ for WebAssembly. Memory holds the tables, a run of zeros and one buffer for input, and never
// grows: the caller copies (or reads) its bytes into the buffer, a piece at a time.
import { FOLD_MINIMUM, foldWords } from './fold';
import { multiply, power } from './polynomial';
import { fillTables, sliceBy16 } from './tables';

/** Where the caller puts its bytes. What lies between the tables and here stays zero (see fold.ts). */
export const BUFFER_OFFSET: usize = 65536;

/** How many bytes `update` takes at most. */
export const BUFFER_SIZE: usize = 262144;

fillTables();

/** Continues `crc` (the CRC of what came before; 0 at the start) with `length` bytes of the buffer. */
export function update(crc: u64, length: usize): u64 {
  let state = ~crc;
  let position = BUFFER_OFFSET;
  const end = position + length;
  if (length >= FOLD_MINIMUM) {
    // The state is a plain addition to the first bytes, after which only the bytes matter.
    store<u64>(position, load<u64>(position) ^ state);
    position = foldWords(position, end);
    state = 0;
  }
  return ~sliceBy16(state, position, end);
}

/** The CRC of a concatenation, from the CRCs of its two parts and the second one's length in bytes. */
export function combine(first: u64, second: u64, secondLength: u64): u64 {
  return multiply(first, power(secondLength)) ^ second;
}
