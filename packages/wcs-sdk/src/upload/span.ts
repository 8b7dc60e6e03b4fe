import { BLOCK_SIZE, type ChecksumPool } from '@curve-wcs/etag';

/** Below this, hashing on the spot is cheaper than handing over to a worker thread. */
export const HASH_INLINE = 64 * 1024;

/**
 * A stretch of a block in memory, with the checksums that are being computed of it in worker threads while it
 * is sent. The memory is shared with them, so nothing is copied.
 */
export class Span {
  readonly #memory: Uint8Array;
  readonly #pool: ChecksumPool | undefined;
  #length = 0;
  #pieces: Promise<Uint8Array>[] = [];

  /**
   * @param capacity - bytes
   * @param pool - absent when nothing is to be verified
   */
  constructor(capacity: number, pool: ChecksumPool | undefined) {
    this.#memory = new Uint8Array(new SharedArrayBuffer(capacity));
    this.#pool = pool;
  }

  /** The bytes now in the span. */
  get bytes(): Uint8Array {
    return this.#memory.subarray(0, this.#length);
  }

  /** The memory to fill, before {@link loaded} is called. */
  room(length = this.#memory.length): Uint8Array {
    return this.#memory.subarray(0, length);
  }

  /** Says how much was filled, and starts to hash it. */
  loaded(length: number): void {
    this.#length = length;
    this.#pieces = [];
    if (!this.#pool) return;
    // The etag is made of 4 MiB pieces whatever the block size.
    for (let start = 0; start < length; start += BLOCK_SIZE) {
      const digest = this.#pool.digest(this.bytes.subarray(start, start + BLOCK_SIZE), { sha1: true });
      const sha1 = digest.then(({ sha1 }) => sha1 ?? new Uint8Array(0));
      sha1.catch(() => {});
      this.#pieces.push(sha1);
    }
  }

  /** SHA-1 of each 4 MiB piece. */
  async sha1(): Promise<Uint8Array[]> {
    return Promise.all(this.#pieces);
  }

  /** CRC-32 of a part; undefined when nothing is to be verified. */
  async crc32(start: number, end: number): Promise<number | undefined> {
    return (await this.#pool?.digest(this.bytes.subarray(start, end), { crc32: true }))?.crc32;
  }
}
