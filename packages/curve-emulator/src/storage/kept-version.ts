import { closeSync, openSync } from 'node:fs';
import { BlockMap } from './block-map.js';
import { isMissing, readRange, writeRange } from './positioned-io.js';

/** What the sizes of a chunk are, in bytes. */
export interface ChunkSizes {
  chunkSize: number;
  blockSize: number;
}

/**
 * The older version of a chunk, in a file beside it: those of its blocks that were overwritten since, behind a map that
 * tells which these are. The others are in the chunk.
 */
export class KeptVersion {
  readonly #fd: number;
  readonly #blocks: BlockMap;
  readonly #blockSize: number;
  readonly #dataStart: number;

  private constructor(fd: number, { chunkSize, blockSize }: ChunkSizes) {
    const count = chunkSize / blockSize;
    this.#fd = fd;
    this.#blockSize = blockSize;
    this.#blocks = new BlockMap(fd, 0, count);
    this.#dataStart = Math.ceil(BlockMap.bytes(count) / 4096) * 4096;
  }

  /** Begins one; what is left of an earlier one is forgotten. */
  static create(path: string, sizes: ChunkSizes): KeptVersion {
    return new KeptVersion(openSync(path, 'w+'), sizes);
  }

  /** @returns undefined where there is none: data folders of old name versions of which they keep nothing */
  static open(path: string, sizes: ChunkSizes): KeptVersion | undefined {
    try {
      return new KeptVersion(openSync(path, 'r+'), sizes);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** Keeps what is about to be overwritten: `read` gives the bytes of the chunk. */
  keep(offset: number, size: number, read: (offset: number, size: number) => Buffer): void {
    const [first, end] = this.#range(offset, size);
    for (const [from, to] of [...this.#blocks.runs(first, end, false)]) {
      const at = from * this.#blockSize;
      writeRange(this.#fd, this.#dataStart + at, read(at, (to - from) * this.#blockSize));
      // Only now: until then the block is still in the chunk.
      this.#blocks.add(from, to);
    }
  }

  /** Lays the kept blocks over what the chunk has now. */
  restore(bytes: Buffer, offset: number): void {
    const [first, end] = this.#range(offset, bytes.length);
    for (const [from, to] of this.#blocks.runs(first, end, true)) {
      const at = from * this.#blockSize;
      readRange(this.#fd, this.#dataStart + at, (to - from) * this.#blockSize).copy(bytes, at - offset);
    }
  }

  close(): void {
    closeSync(this.#fd);
  }

  #range(offset: number, size: number): [first: number, end: number] {
    return [offset / this.#blockSize, (offset + size) / this.#blockSize];
  }
}
