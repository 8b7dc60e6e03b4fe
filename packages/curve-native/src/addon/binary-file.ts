import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { types } from 'node:util';

/** A file that is no binary of the kind it should be, or not a whole one. */
export class MalformedBinary extends Error {}

/** An open file of which pieces are read. */
export interface BinaryFile {
  /** In bytes. */
  readonly size: number;
  /** Reads a piece. @throws {@link MalformedBinary} where the file ends before it does */
  bytes(offset: number, length: number): Buffer;
}

/** Opens a file for as long as it takes to read from it what is asked for. */
export function readBinary<T>(path: string, read: (file: BinaryFile) => T): T {
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    return read({ size, bytes: (offset, length) => bytesOf(fd, size, offset, length) });
  } catch (error) {
    // An offset that leads out of what was read.
    throw types.isNativeError(error) && error.name === 'RangeError'
      ? new MalformedBinary('damaged', { cause: error })
      : error;
  } finally {
    closeSync(fd);
  }
}

function bytesOf(fd: number, size: number, offset: number, length: number): Buffer {
  if (offset + length > size) throw new MalformedBinary('cut short');
  const bytes = Buffer.alloc(length);
  for (let have = 0; have < length; ) {
    const count = readSync(fd, bytes, have, length - have, offset + have);
    if (count === 0) throw new MalformedBinary('cut short');
    have += count;
  }
  return bytes;
}
