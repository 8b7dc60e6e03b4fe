import { readSync, unlinkSync, writeSync } from 'node:fs';

/** Reads a range of a file; beyond its end nothing was written yet, and is zeros. */
export function readRange(fd: number, position: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  let done = 0;
  while (done < size) {
    const count = readSync(fd, bytes, done, size - done, position + done);
    if (count === 0) break;
    done += count;
  }
  bytes.fill(0, done);
  return bytes;
}

/** Writes all of the bytes. */
export function writeRange(fd: number, position: number, bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.length) done += writeSync(fd, bytes, done, bytes.length - done, position + done);
}

/** Bytes that are left out together when they are zeros: most chunks have few others. */
const zeros = Buffer.alloc(65_536);

/** Writes bytes where nothing was written yet. */
export function writeSparsely(fd: number, position: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at += zeros.length) {
    const piece = bytes.subarray(at, at + zeros.length);
    if (zeros.compare(piece, 0, piece.length, 0, piece.length) !== 0) writeRange(fd, position + at, piece);
  }
}

/** Removes a file, if there is one. */
export function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** Whether an error says that there is no such file. */
export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
