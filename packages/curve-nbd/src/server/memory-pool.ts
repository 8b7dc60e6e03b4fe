/** Bytes before the data, for the longest header of a reply. */
const HEAD = 32;
/** Sizes are powers of two from this on. */
const SMALLEST = 4096;
/** Bytes that are kept for the next request. */
const KEPT = 32 * 2 ** 20;

/** Memory of one request, with room for a reply's header before the data, so that both are sent in one piece. */
export class Memory {
  readonly buffer: Buffer;
  /** Bytes of data that fit. */
  readonly capacity: number;
  #data: Buffer;

  /** @internal */
  constructor(capacity: number) {
    this.buffer = Buffer.allocUnsafeSlow(HEAD + capacity);
    this.capacity = capacity;
    this.#data = this.buffer.subarray(HEAD);
  }

  /** The first bytes of the data. */
  data(length: number): Buffer {
    // Requests are mostly of one size, and making a view costs more than keeping it.
    if (this.#data.length !== length) this.#data = this.buffer.subarray(HEAD, HEAD + length);
    return this.#data;
  }

  /** Where a header of this length begins. */
  headAt(length: number): number {
    return HEAD - length;
  }

  /** Header and data. */
  frame(headerLength: number, length: number): Buffer {
    return this.buffer.subarray(HEAD - headerLength, HEAD + length);
  }
}

/** Memory that is used again, so that a request allocates none. */
export class MemoryPool {
  readonly #free = new Map<number, Memory[]>();
  #kept = 0;

  /** Memory for so many bytes of data. What is in it is whatever was in it. */
  take(length: number): Memory {
    const capacity = length <= SMALLEST ? SMALLEST : 2 ** Math.ceil(Math.log2(length));
    const memory = this.#free.get(capacity)?.pop();
    if (memory === undefined) return new Memory(capacity);
    this.#kept -= capacity;
    return memory;
  }

  /** Nobody uses it any more. */
  give(memory: Memory): void {
    if (this.#kept + memory.capacity > KEPT) return;
    this.#kept += memory.capacity;
    const free = this.#free.get(memory.capacity);
    if (free === undefined) this.#free.set(memory.capacity, [memory]);
    else free.push(memory);
  }
}
