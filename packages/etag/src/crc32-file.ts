import { crc32 } from './crc32.js';
import { crc32Combine } from './crc32-combine.js';
import { digestFile, type FileOptions } from './digest-file.js';

/** Large parts make joining them cheap; small ones, the file's parts even. */
const PART_SIZE = 4 * 1024 * 1024;

/**
 * zlib's CRC-32 of a file (WCS protocol, section 3.3): parts in parallel, in worker threads that read the file
 * themselves, then joined. Small files are read on the calling thread, without blocking it.
 *
 * @param path - a path or a `file:` URL
 * @returns an unsigned integer below 2^32
 * @throws {@link ChecksumError} `INVALID_ARGUMENT` for a bad path or option, `NOT_A_FILE` for a directory, FIFO
 * or socket, `FILE_CHANGED` if the file changed meanwhile, `WORKER_FAILED` if a worker thread died. Errors of
 * the file system (`ENOENT`, …) are passed on, and so is the signal's reason.
 *
 * @example
 * ```ts
 * await crc32File('./photo.jpg'); // 3421780262, say
 * ```
 */
export async function crc32File(path: string | URL, options: FileOptions = {}): Promise<number> {
  let sum = 0;
  return digestFile(path, options, {
    blockSize: PART_SIZE,
    wanted: { crc32: true },
    update(bytes) {
      sum = crc32(bytes, sum);
    },
    addBlock({ crc32: part = 0 }, length) {
      sum = crc32Combine(sum, part, length);
    },
    result: () => sum,
  });
}
