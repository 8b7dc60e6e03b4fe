import { BlockDigests } from './block-digests.js';
import { type BlockSizeOptions, blockSizeOf } from './block-size.js';
import { digestFile, type FileOptions } from './digest-file.js';
import { EtagHasher } from './etag-hasher.js';

/** Options of {@link etagFile}. */
export interface EtagFileOptions extends BlockSizeOptions, FileOptions {}

/**
 * The WCS etag of a file (WCS protocol, section 3.1): blocks in parallel, in worker threads that read the file
 * themselves. Small files are read on the calling thread, without blocking it.
 *
 * Devices, and files such as those in /proc that do not tell their size, are read to their end in one go.
 *
 * @param path - a path or a `file:` URL
 * @throws {@link ChecksumError} `INVALID_ARGUMENT` for a bad path or option, `NOT_A_FILE` for a directory, FIFO
 * or socket, `FILE_CHANGED` if the file changed meanwhile, `WORKER_FAILED` if a worker thread died. Errors of
 * the file system (`ENOENT`, …) are passed on, and so is the signal's reason.
 *
 * @example
 * ```ts
 * await etagFile('./photo.jpg', { onProgress: ({ transferred, total }) => draw(transferred, total) });
 * ```
 */
export async function etagFile(path: string | URL, options: EtagFileOptions = {}): Promise<string> {
  const blockSize = blockSizeOf(options);
  const hasher = new EtagHasher({ blockSize });
  const blocks = new BlockDigests();
  let inBlocks = false;
  return digestFile(path, options, {
    blockSize,
    wanted: { sha1: true },
    update: bytes => hasher.update(bytes),
    addBlock({ sha1 }) {
      inBlocks = true;
      if (sha1) blocks.add(sha1);
    },
    result: () => (inBlocks ? blocks.etag() : hasher.digest()),
  });
}
