import { BLOCK_SIZE, type ChecksumPool } from '@curve-wcs/etag';

/** The checksums of up to 4 MiB, computed in one pass over the bytes. */
type PieceDigests = { sha1?: Uint8Array; crc32?: number };

/**
 * A stretch of a block in memory, with the checksums that are being computed of it in worker threads while it
 * is sent. The memory is shared with them, so nothing is copied.
 */
export class Span {
  readonly #memory: Uint8Array;
  readonly #pool: ChecksumPool | undefined;
  #length = 0;
  #pieces: Promise<PieceDigests>[] = [];

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
    // The etag is made of 4 MiB pieces whatever the block size.
    for (let start = 0; this.#pool && start < length; start += BLOCK_SIZE) {
      const digests = this.#pool.digest(this.bytes.subarray(start, start + BLOCK_SIZE), {
        sha1: true,
        crc32: true,
      });
      digests.catch(() => {});
      this.#pieces.push(digests);
    }
  }

  /** SHA-1 of each 4 MiB piece. */
  async sha1(): Promise<Uint8Array[]> {
    const pieces = await Promise.all(this.#pieces);
    return pieces.map(({ sha1 }) => sha1 ?? new Uint8Array(0));
  }

  /** CRC-32 of a chunk; undefined when nothing is to be verified. */
  async crc32(start: number, end: number): Promise<number | undefined> {
    const isPiece = start % BLOCK_SIZE === 0 && end === Math.min(start + BLOCK_SIZE, this.#length);
    const digests = isPiece
      ? this.#pieces[start / BLOCK_SIZE]
      : this.#pool?.digest(this.bytes.subarray(start, end), { crc32: true });
    return (await digests)?.crc32;
  }
}
