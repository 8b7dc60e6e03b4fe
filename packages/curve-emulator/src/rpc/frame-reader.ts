import { frameLength } from './frame.js';

/** Cuts a stream of bytes into whole frames. */
export class FrameReader {
  #pieces: Buffer[] = [];
  #size = 0;
  /** How long the first frame is, once its header is there. */
  #wanted: number | undefined;

  /**
   * Takes the next bytes and yields every frame that they complete.
   *
   * @throws FrameError as soon as the bytes cannot become a frame
   */
  *push(bytes: Buffer): Iterable<Buffer> {
    this.#pieces.push(bytes);
    this.#size += bytes.length;
    for (;;) {
      this.#wanted ??= frameLength(this.#joined());
      if (this.#wanted === undefined || this.#size < this.#wanted) return;
      const all = this.#joined();
      const frame = all.subarray(0, this.#wanted);
      this.#pieces = all.length > frame.length ? [all.subarray(frame.length)] : [];
      this.#size -= frame.length;
      this.#wanted = undefined;
      yield frame;
      if (this.#size === 0) return;
    }
  }

  #joined(): Buffer {
    const [only] = this.#pieces;
    const joined = only && this.#pieces.length === 1 ? only : Buffer.concat(this.#pieces);
    this.#pieces = [joined];
    return joined;
  }
}
