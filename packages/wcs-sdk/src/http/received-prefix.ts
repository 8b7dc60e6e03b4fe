import { createHash } from 'node:crypto';

/**
 * What has been received of a content that has nothing to tell its versions apart by. After a break it is asked for
 * from its beginning, which must be the same, so that what comes out is one version and never two.
 */
export class ReceivedPrefix {
  readonly #hash = createHash('sha256');
  #length = 0;

  /** Adds the next bytes. */
  add(chunk: Uint8Array): void {
    this.#hash.update(chunk);
    this.#length += chunk.length;
  }

  /**
   * What a new answer has after the same bytes.
   *
   * @param chunks - the content from its beginning
   * @param changed - makes the error for a content that begins otherwise
   */
  async *after(chunks: AsyncIterable<Buffer>, changed: () => Error): AsyncGenerator<Buffer> {
    const expected = this.#hash.copy().digest('hex');
    const again = createHash('sha256');
    let left = this.#length;
    for await (const chunk of chunks) {
      const known = chunk.subarray(0, left);
      const more = chunk.subarray(known.length);
      if (left > 0) {
        again.update(known);
        left -= known.length;
        if (left === 0 && again.digest('hex') !== expected) throw changed();
      }
      if (more.length > 0) yield more;
    }
    if (left > 0) throw changed();
  }
}
