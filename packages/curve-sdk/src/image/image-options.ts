import { checkChoice, checkWhole, invalid, MOST_REQUESTS } from '../checks.js';
import type { OpenVolume } from '../volume/open-volume.js';
import type { ImageOptions } from './options.js';

/** The options of an import or export, with every default filled in. */
export interface CheckedImageOptions {
  readonly offset: number;
  readonly start: number;
  readonly sparse: boolean;
  readonly concurrency: number;
  readonly chunkSize: number;
}

/** Refuses options that are wrong, before anything is read or written. */
export function checkImageOptions(
  options: ImageOptions,
  operation: string,
  { blockSize, path }: OpenVolume,
): CheckedImageOptions {
  const { offset = 0, start = 0, sparse = true, concurrency = 8 } = options;
  const { chunkSize = Math.max(2 ** 20, blockSize), onProgress } = options;
  checkWhole(offset, operation, 'offset');
  checkWhole(start, operation, 'start');
  checkChoice(sparse, [true, false], operation, 'sparse');
  checkWhole(concurrency, operation, 'concurrency', 1, MOST_REQUESTS);
  checkWhole(chunkSize, operation, 'chunkSize', blockSize);
  if (chunkSize % blockSize !== 0) {
    throw invalid(
      operation,
      'chunkSize',
      `a multiple of the block size, ${blockSize} bytes`,
      chunkSize,
      path,
    );
  }
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw invalid(operation, 'onProgress', 'a function', onProgress, path);
  }
  return { offset, start, sparse, concurrency, chunkSize };
}
