import { createHash, type Hash } from 'node:crypto';
import { multiBlockEtag, singleBlockEtag } from './etag-text.js';

/** Makes an etag of the SHA-1s of consecutive blocks, in constant memory. */
export class BlockDigests {
  #first: Uint8Array | undefined;
  /** The SHA-1 over all digests; needed only from the second block on. */
  #all: Hash | undefined;

  /** Adds the next block's SHA-1. */
  add(sha1: Uint8Array): void {
    if (this.#first === undefined) {
      this.#first = sha1;
    } else {
      this.#all ??= createHash('sha1').update(this.#first);
      this.#all.update(sha1);
    }
  }

  /** The etag of the blocks; of empty content if there are none. Nothing can be added afterwards. */
  etag(): string {
    if (this.#all !== undefined) return multiBlockEtag(this.#all.digest());
    return singleBlockEtag(this.#first ?? createHash('sha1').digest());
  }
}
