import { BLOCK_SIZE, type ChecksumPool, type WantedDigests } from '@curve-wcs/etag';
import type { PieceDigests, RandomSource } from './source.js';

/**
 * A stretch of a block in memory, with the checksums that are being computed of it in worker threads while it
 * is sent. The memory is shared with them, so nothing is copied.
 */
export class Span {
  readonly #memory: Uint8Array;
  readonly #pool: ChecksumPool | undefined;
  readonly #wanted: WantedDigests;
  #length = 0;
  #pieces: Promise<PieceDigests>[] = [];

  /**
   * @param capacity - bytes
   * @param pool - absent when nothing is to be verified
   * @param chunks - whether there are chunks, which are to be verified one by one
   */
  constructor(capacity: number, pool: ChecksumPool | undefined, chunks: boolean) {
    this.#wanted = { sha1: true, crc32: chunks };
    this.#memory = pool ? new Uint8Array(new SharedArrayBuffer(capacity)) : Buffer.allocUnsafeSlow(capacity);
    this.#pool = pool;
  }

  /** The bytes now in the span. */
  get bytes(): Uint8Array {
    return this.#memory.subarray(0, this.#length);
  }

  /** What hashes its bytes; undefined when nothing is to be verified. */
  get pool(): ChecksumPool | undefined {
    return this.#pool;
  }

  /** Whether it gives the CRC-32 of chunks. */
  get chunks(): boolean {
    return this.#wanted.crc32 === true;
  }

  /** How much the span can hold. */
  get capacity(): number {
    return this.#memory.length;
  }

  /** Reads part of a source; its checksums come with it where they can. */
  async read(source: RandomSource, offset: number, length: number): Promise<void> {
    const pool = this.#pool;
    if (!pool || !source.readAndDigest) {
      await source.read(this.#memory.subarray(0, length), offset);
      this.#length = length;
      this.hash();
      return;
    }
    this.#length = length;
    const pieces = piecesOf(this.bytes).map((piece, index) =>
      source.readAndDigest?.(pool, piece, offset + index * BLOCK_SIZE, this.#wanted),
    );
    const digests = await Promise.all(pieces);
    this.#pieces = digests.map(digest => Promise.resolve(digest ?? {}));
  }

  /** Lets `fill` fill the span from its start. */
  async fill(fill: (memory: Uint8Array) => Promise<number>): Promise<number> {
    this.#length = await fill(this.#memory);
    return this.#length;
  }

  /** Begins to hash what the span was filled with. */
  hash(): void {
    this.#pieces = piecesOf(this.bytes).map(async piece =>
      this.#pool ? this.#pool.digest(piece, this.#wanted) : {},
    );
    for (const piece of this.#pieces) piece.catch(() => {});
  }

  /** SHA-1 of each 4 MiB piece. */
  async sha1(): Promise<Uint8Array[]> {
    const pieces = await Promise.all(this.#pieces);
    return pieces.flatMap(({ sha1 }) => sha1 ?? []);
  }

  /** CRC-32 of a chunk; undefined when chunks are not to be verified. */
  async crc32(start: number, end: number): Promise<number | undefined> {
    if (!this.chunks) return undefined;
    const isPiece = start % BLOCK_SIZE === 0 && end === Math.min(start + BLOCK_SIZE, this.#length);
    const digests = isPiece
      ? this.#pieces[start / BLOCK_SIZE]
      : this.#pool?.digest(this.bytes.subarray(start, end), { crc32: true });
    return (await digests)?.crc32;
  }
}

/** The etag is made of 4 MiB pieces, whatever the block size. */
function piecesOf(bytes: Uint8Array): Uint8Array[] {
  const count = Math.ceil(bytes.length / BLOCK_SIZE);
  return Array.from({ length: count }, (_, index) =>
    bytes.subarray(index * BLOCK_SIZE, (index + 1) * BLOCK_SIZE),
  );
}
