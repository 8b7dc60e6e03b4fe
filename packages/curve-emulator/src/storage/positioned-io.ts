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
