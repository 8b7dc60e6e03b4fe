import { closeSync, openSync, readSync } from 'node:fs';
import { BlockMap } from './block-map.js';
import type { ChunkSizes } from './kept-version.js';
import { writeRange } from './positioned-io.js';

/** Where a clone chunk's missing blocks are read from, and which are not missing any more: a file beside the chunk. */
export class CloneOrigin {
  /** `path:offset@cs`, or `object@s3`. */
  readonly location: string;
  readonly #fd: number;
  readonly #blocks: BlockMap;
  readonly #blockSize: number;

  private constructor(fd: number, location: Buffer, { chunkSize, blockSize }: ChunkSizes) {
    this.#fd = fd;
    this.location = location.toString();
    this.#blockSize = blockSize;
    this.#blocks = new BlockMap(fd, 4 + location.length, chunkSize / blockSize);
  }

  static create(path: string, location: string, sizes: ChunkSizes): CloneOrigin {
    const text = Buffer.from(location);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(text.length);
    const fd = openSync(path, 'w+');
    writeRange(fd, 0, Buffer.concat([length, text]));
    return new CloneOrigin(fd, text, sizes);
  }

  static open(path: string, sizes: ChunkSizes): CloneOrigin {
    const fd = openSync(path, 'r+');
    const length = Buffer.alloc(4);
    readSync(fd, length, 0, 4, 0);
    const text = Buffer.alloc(length.readUInt32LE());
    readSync(fd, text, 0, text.length, 4);
    return new CloneOrigin(fd, text, sizes);
  }

  /** Whether no block is missing any more. */
  get complete(): boolean {
    return this.#blocks.full;
  }

  /** The ranges within one that are missing. */
  *missing(offset: number, size: number): Generator<[offset: number, size: number]> {
    const [first, end] = [offset / this.#blockSize, (offset + size) / this.#blockSize];
    for (const [from, to] of this.#blocks.runs(first, end, false))
      yield [from * this.#blockSize, (to - from) * this.#blockSize];
  }

  /** Notes that a range is in the chunk. */
  fill(offset: number, size: number): void {
    this.#blocks.add(offset / this.#blockSize, (offset + size) / this.#blockSize);
  }

  close(): void {
    closeSync(this.#fd);
  }
}
