import { createHash, type Hash } from 'node:crypto';
import { BlockDigests } from './block-digests.js';
import { type BlockSizeOptions, blockSizeOf } from './block-size.js';
import { type Bytes, bytesOf } from './bytes.js';
import { ChecksumError } from './checksum-error.js';

/** Node.js refuses to hash 2 GiB and more at once. */
const MOST_AT_ONCE = 2 ** 30;

/**
 * Computes an etag from pieces of any size, in constant memory (WCS protocol, section 3.1).
 *
 * @example
 * ```ts
 * new EtagHasher().update('hello, ').update('world').digest() === etag('hello, world'); // true
 * ```
 */
export class EtagHasher {
  readonly #blockSize: number;
  readonly #blocks = new BlockDigests();
  #block: Hash = createHash('sha1');
  /** Bytes that still fit in the current block. */
  #room: number;
  #etag: string | undefined;

  /** @throws {@link ChecksumError} `INVALID_ARGUMENT` if the block size is not a positive integer */
  constructor(options?: BlockSizeOptions) {
    this.#blockSize = blockSizeOf(options);
    this.#room = this.#blockSize;
  }

  /**
   * Takes the next bytes of the content.
   *
   * @throws {@link ChecksumError} `HASHER_FINISHED` after `digest()`; `INVALID_ARGUMENT` if `chunk` is not bytes
   */
  update(chunk: Bytes): this {
    if (this.#etag !== undefined) {
      throw new ChecksumError('HASHER_FINISHED', 'This hasher has given its digest; start a new EtagHasher');
    }
    const bytes = bytesOf(chunk);
    for (let start = 0; start < bytes.length; ) {
      // A full block is finished only when more follows: content of exactly one block has the one-block form.
      if (this.#room === 0) this.#finishBlock();
      const end = Math.min(bytes.length, start + this.#room, start + MOST_AT_ONCE);
      this.#block.update(end - start === bytes.length ? bytes : bytes.subarray(start, end));
      this.#room -= end - start;
      start = end;
    }
    return this;
  }

  /** The etag of all the bytes. Ends the hasher; asked again, it gives the same value again. */
  digest(): string {
    if (this.#etag === undefined) {
      this.#blocks.add(this.#block.digest());
      this.#etag = this.#blocks.etag();
    }
    return this.#etag;
  }

  #finishBlock(): void {
    this.#blocks.add(this.#block.digest());
    this.#block = createHash('sha1');
    this.#room = this.#blockSize;
  }
}
