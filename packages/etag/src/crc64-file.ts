import { Crc64, crc64Combine } from './crc64.js';
import { digestFile, type FileOptions } from './digest-file.js';

/** Large parts make joining them cheap; small ones, the file's parts even. */
const PART_SIZE = 4 * 1024 * 1024;

/**
 * The CRC-64/XZ of a file (WCS protocol, section 3.2): parts in parallel, in worker threads that read the file
 * themselves, then joined. Small files are read on the calling thread, without blocking it.
 *
 * @param path - a path or a `file:` URL
 * @returns an unsigned integer below 2^64; write it with `String(…)`, in decimal, as WCS does
 * @throws {@link ChecksumError} `INVALID_ARGUMENT` for a bad path or option, `NOT_A_FILE` for a directory, FIFO
 * or socket, `FILE_CHANGED` if the file changed meanwhile, `WORKER_FAILED` if a worker thread died. Errors of
 * the file system (`ENOENT`, …) are passed on, and so is the signal's reason.
 *
 * @example
 * ```ts
 * String(await crc64File('./photo.jpg')); // '11051210869376104954', say
 * ```
 */
export async function crc64File(path: string | URL, options: FileOptions = {}): Promise<bigint> {
  const sequential = new Crc64();
  let joined: bigint | undefined;
  return digestFile(path, options, {
    blockSize: PART_SIZE,
    wanted: { crc64: true },
    update: bytes => sequential.update(bytes),
    addBlock({ crc64 }, length) {
      if (crc64 !== undefined) joined = crc64Combine(joined ?? 0n, crc64, length);
    },
    result: () => joined ?? sequential.digest(),
  });
}
