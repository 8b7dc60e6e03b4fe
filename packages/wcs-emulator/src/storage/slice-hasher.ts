import { createHash, type Hash } from 'node:crypto';

/** The slice of the wcs-etag rule (section 3.1), in bytes. Block sizes are multiples of it. */
export const sliceSize = 4 * 1024 * 1024;

/** The SHA-1 of each 4 MiB of a stream, from which the etag of a whole object is put together. */
export class SliceHasher {
  readonly #done: string[] = [];
  #current: Hash = createHash('sha1');
  #filled = 0;

  update(chunk: Uint8Array): void {
    for (let offset = 0; offset < chunk.length; ) {
      if (this.#filled === sliceSize) this.#endSlice();
      const end = Math.min(chunk.length, offset + sliceSize - this.#filled);
      this.#current.update(chunk.subarray(offset, end));
      this.#filled += end - offset;
      offset = end;
    }
  }

  /** In hexadecimal, in order. Empty content counts as one empty slice. Nothing may be added after this. */
  digest(): string[] {
    this.#endSlice();
    return this.#done;
  }

  #endSlice(): void {
    this.#done.push(this.#current.digest('hex'));
    this.#current = createHash('sha1');
    this.#filled = 0;
  }
}
