import { checkPositiveInteger } from './positive-integer.js';

/** The block size, in bytes, of the etags that the service itself computes: 4 MiB (4 194 304). */
export const BLOCK_SIZE = 4 * 1024 * 1024;

/** How content is cut into blocks. */
export interface BlockSizeOptions {
  /**
   * Bytes in a block: a positive safe integer. Default {@link BLOCK_SIZE}, 4 MiB.
   *
   * The service's own `hash` follows 4 MiB blocks. Content longer than one block has **another etag with any
   * other block size**, one that equals the `hash` only of an object that was uploaded in such blocks.
   */
  blockSize?: number;
}

/** The block size to use, after checking it. */
export function blockSizeOf({ blockSize = BLOCK_SIZE }: BlockSizeOptions = {}): number {
  return checkPositiveInteger('blockSize', blockSize);
}
