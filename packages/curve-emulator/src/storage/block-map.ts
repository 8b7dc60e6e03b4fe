import { readSync, writeSync } from 'node:fs';

/** Which blocks of a chunk are there: a bit for each, kept in a file from the moment it changes. */
export class BlockMap {
  readonly #fd: number;
  readonly #position: number;
  readonly #count: number;
  readonly #bits: Buffer;

  /** @param position - where in the file it begins; what the file lacks is zeros */
  constructor(fd: number, position: number, count: number) {
    this.#fd = fd;
    this.#position = position;
    this.#count = count;
    this.#bits = Buffer.alloc(BlockMap.bytes(count));
    readSync(fd, this.#bits, 0, this.#bits.length, position);
  }

  /** How many bytes a map of so many blocks takes. */
  static bytes(count: number): number {
    return Math.ceil(count / 8);
  }

  /** Whether all blocks are there. */
  get full(): boolean {
    for (let block = 0; block < this.#count; block++) if (!this.#has(block)) return false;
    return true;
  }

  /** The runs of blocks from `first` up to `end` that are there, or that are not. */
  *runs(first: number, end: number, there: boolean): Generator<[first: number, end: number]> {
    for (let block = first; block < end; block++) {
      if (this.#has(block) !== there) continue;
      const begin = block;
      while (block < end && this.#has(block) === there) block++;
      yield [begin, block];
    }
  }

  /** Notes that the blocks from `first` up to `end` are there. */
  add(first: number, end: number): void {
    for (let block = first; block < end; block++) {
      const at = block >> 3;
      this.#bits[at] = (this.#bits[at] ?? 0) | (1 << (block & 7));
    }
    const [from, to] = [first >> 3, ((end - 1) >> 3) + 1];
    writeSync(this.#fd, this.#bits, from, to - from, this.#position + from);
  }

  #has(block: number): boolean {
    return ((this.#bits[block >> 3] ?? 0) & (1 << (block & 7))) !== 0;
  }
}
