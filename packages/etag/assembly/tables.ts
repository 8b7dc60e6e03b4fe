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
export function sliceBy16(register: u64, position: usize, end: usize): u64 {
  let state = register;
  let at = position;
  for (; at + 16 <= end; at += 16) {
    const low = load<u64>(at) ^ state;
    const high = load<u64>(at, 8);
    // Grouped, so that what depends on the previous step is a shallow tree.
    const ahead = fourLookUps(7, high as u32) ^ fourLookUps(3, (high >> 32) as u32);
    state = fourLookUps(15, low as u32) ^ fourLookUps(11, (low >> 32) as u32) ^ ahead;
  }
  for (; at < end; at++) state = (state >> 8) ^ lookUp(0, state ^ load<u8>(at));
  return state;
}

/** What four bytes add, the first of which has its entries in table `table`. */
function fourLookUps(table: usize, bytes: u32): u64 {
  return (
    lookUp(table, bytes) ^
    lookUp(table - 1, bytes >> 8) ^
    (lookUp(table - 2, bytes >> 16) ^ lookUp(table - 3, bytes >> 24))
  );
}

/** Table `table`'s entry for the low byte of `value`. */
function lookUp(table: usize, value: u64): u64 {
  return load<u64>(table * TABLE_SIZE + (((value as usize) & 0xff) << 3));
}
