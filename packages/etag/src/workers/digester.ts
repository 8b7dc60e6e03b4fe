import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Digests, WantedDigests } from '../digests.js';
import { crc64Engine } from '../wasm/crc64-engine.js';

/** Bytes worth taking at a time: few enough to stay in the processor's cache for the next checksum. */
export const PIECE_SIZE = 256 * 1024;

/** Computes several checksums in one pass over the bytes. */
export class Digester {
  readonly #sha1: Hash | undefined;
  #crc32: number | undefined;
  #crc64: bigint | undefined;

  constructor(wanted: WantedDigests) {
    if (wanted.sha1) this.#sha1 = createHash('sha1');
    if (wanted.crc32) this.#crc32 = 0;
    if (wanted.crc64) this.#crc64 = 0n;
  }

  update(piece: Uint8Array): void {
    this.#sha1?.update(piece);
    if (this.#crc32 !== undefined) this.#crc32 = crc32(piece, this.#crc32);
    // The last, because it spoils a piece that lies in the engine's own buffer.
    if (this.#crc64 !== undefined) this.#crc64 = crc64Engine().digest(this.#crc64, piece);
  }

  digest(): Digests {
    const digests: Digests = {};
    // A copy, because a short Buffer shares its memory with others, all of which would be cloned with it.
    if (this.#sha1 !== undefined) digests.sha1 = new Uint8Array(this.#sha1.digest());
    if (this.#crc32 !== undefined) digests.crc32 = this.#crc32;
    if (this.#crc64 !== undefined) digests.crc64 = this.#crc64;
    return digests;
  }
}
