// Slice-by-16: sixteen tables of 256 entries, so that sixteen bytes cost sixteen independent look-ups.
import { timesX } from './polynomial';

const TABLE_SIZE: usize = 256 * 8;

/** Bytes the tables take, from address 0 on. */
const TABLES_SIZE: usize = 16 * TABLE_SIZE;

/** Computes the tables; table k maps a byte to what it adds to the CRC when k more bytes follow it. */
export function fillTables(): void {
  for (let byte: usize = 0; byte < 256; byte++) {
    let value: u64 = byte;
    for (let bit = 0; bit < 8; bit++) value = timesX(value);
    store<u64>(byte << 3, value);
  }
  for (let entry: usize = 0; entry < TABLES_SIZE - TABLE_SIZE; entry += 8) {
    const value = load<u64>(entry);
    store<u64>(entry + TABLE_SIZE, (value >> 8) ^ lookUp(0, value));
  }
}

/** Runs the CRC register over the bytes from `position` to `end`, without inverting it. */
export function sliceBy16(state: u64, position: usize, end: usize): u64 {
  for (; position + 16 <= end; position += 16) {
    const low = load<u64>(position) ^ state;
    const high = load<u64>(position, 8);
    state =
      (lookUp(15, low) ^ lookUp(14, low >> 8) ^ lookUp(13, low >> 16) ^ lookUp(12, low >> 24)) ^
      (lookUp(11, low >> 32) ^ lookUp(10, low >> 40) ^ lookUp(9, low >> 48) ^ lookUp(8, low >> 56)) ^
      (lookUp(7, high) ^ lookUp(6, high >> 8) ^ lookUp(5, high >> 16) ^ lookUp(4, high >> 24)) ^
      (lookUp(3, high >> 32) ^ lookUp(2, high >> 40) ^ lookUp(1, high >> 48) ^ lookUp(0, high >> 56));
  }
  for (; position < end; position++) {
    state = (state >> 8) ^ lookUp(0, state ^ load<u8>(position));
  }
  return state;
}

/** Table `table`'s entry for the low byte of `value`. */
// @ts-expect-error: decorator
@inline
function lookUp(table: usize, value: u64): u64 {
  return load<u64>(table * TABLE_SIZE + (((value as usize) & 0xff) << 3));
}
