/** Bytes that are received at a time, at most. */
const ROOM = 2 ** 18;
/** Bytes that are worth receiving at a time. */
const LITTLE = 2 ** 15;

/** What a client has sent and nobody has used yet. */
export class Input {
  #chunks: Buffer[] = [];
  /** Memory that the next bytes go to: behind the last ones, so that they lie in one piece. */
  #room = Buffer.alloc(0);
  #at = 0;
  #length = 0;

  /** Bytes. */
  get length(): number {
    return this.#length;
  }

  /** Where the next bytes may go. What has been there is never overwritten: it may be under way still. */
  room(): Buffer {
    if (this.#room.length < LITTLE) this.#room = Buffer.allocUnsafeSlow(ROOM);
    return this.#room;
  }

  /** Takes the first bytes of some memory, which may be that of {@link room}. */
  push(memory: Uint8Array, length = memory.length): void {
    if (length === 0) return;
    this.#length += length;
    const isRoom = memory === this.#room;
    if (isRoom) this.#room = this.#room.subarray(length);
    const last = this.#chunks.at(-1);
    if (isRoom && last?.buffer === memory.buffer && last.byteOffset + last.length === memory.byteOffset) {
      this.#chunks[this.#chunks.length - 1] = Buffer.from(
        memory.buffer,
        last.byteOffset,
        last.length + length,
      );
    } else {
      this.#chunks.push(Buffer.from(memory.buffer, memory.byteOffset, length));
    }
  }

  /** The next bytes where they lie, if they lie in one piece. */
  takeWhole(length: number): Buffer | undefined {
    const first = this.#chunks[0];
    if (first === undefined || first.length - this.#at < length) return undefined;
    const bytes = first.subarray(this.#at, this.#at + length);
    this.#advance(first, length);
    return bytes;
  }

  /** The next bytes, of which there must be as many. */
  take(length: number): Buffer {
    const whole = this.takeWhole(length);
    if (whole !== undefined) return whole;
    const bytes = Buffer.allocUnsafe(length);
    if (this.copyTo(bytes, 0) !== length) throw new RangeError('more bytes taken than there are');
    return bytes;
  }

  /** All there is. */
  takeAll(): Buffer {
    return this.take(this.#length);
  }

  /** Copies what there is to where `target` has room from `start` on; says how much that was. */
  copyTo(target: Buffer, start: number): number {
    let at = start;
    for (let first = this.#chunks[0]; first !== undefined && at < target.length; first = this.#chunks[0]) {
      const length = Math.min(first.length - this.#at, target.length - at);
      first.copy(target, at, this.#at, this.#at + length);
      this.#advance(first, length);
      at += length;
    }
    return at - start;
  }

  /** Drops the next bytes, as far as they are there; says how many those were. */
  skip(length: number): number {
    let left = length;
    for (let first = this.#chunks[0]; first !== undefined && left > 0; first = this.#chunks[0]) {
      const part = Math.min(first.length - this.#at, left);
      this.#advance(first, part);
      left -= part;
    }
    return length - left;
  }

  /** Forgets everything. */
  clear(): void {
    this.#chunks = [];
    this.#at = this.#length = 0;
  }

  #advance(first: Buffer, length: number): void {
    this.#at += length;
    this.#length -= length;
    if (this.#at < first.length) return;
    this.#chunks.shift();
    this.#at = 0;
  }
}
