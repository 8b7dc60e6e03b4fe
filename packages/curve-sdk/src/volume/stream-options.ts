import { checkWhole, invalid, MOST_REQUESTS } from '../checks.js';

/** Options of {@link Volume.createReadStream} and {@link Volume.createWriteStream}. */
export interface StreamOptions {
  /**
   * Bytes from the volume's beginning; need not be the beginning of a block.
   *
   * @default 0
   */
  readonly start?: number | undefined;
  /**
   * Bytes of one request to the volume; a multiple of the block size.
   *
   * @default 1 MiB
   */
  readonly highWaterMark?: number | undefined;
  /**
   * Requests under way at a time. The stream takes up to `highWaterMark` bytes of memory for each.
   *
   * @default 4
   */
  readonly concurrency?: number | undefined;
  /** Aborting destroys the stream with a {@link CurveError} named `AbortError`. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@link Volume.createReadStream}. */
export interface ReadStreamOptions extends StreamOptions {
  /**
   * Last byte to read, inclusive as in `node:fs`.
   *
   * @default the volume's last
   */
  readonly end?: number | undefined;
}

/** How far a read stream is. */
export interface BytesRead {
  /** Bytes that have been handed on. */
  readonly bytesRead: number;
}

/** How far a write stream is. */
export interface BytesWritten {
  /** So many bytes, from the first on, are in the volume. */
  readonly bytesWritten: number;
}

/** The options, checked, with every default filled in. */
export interface CheckedStreamOptions {
  readonly start: number;
  readonly highWaterMark: number;
  readonly concurrency: number;
}

/** Refuses options that are wrong; it throws at once, as the constructors of `node:fs` do. */
export function checkStreamOptions(
  options: StreamOptions,
  operation: string,
  { path, blockSize }: { readonly path: string; readonly blockSize: number },
): CheckedStreamOptions {
  const { start = 0, highWaterMark = Math.max(2 ** 20, blockSize), concurrency = 4, signal } = options;
  checkWhole(start, operation, 'start');
  checkWhole(concurrency, operation, 'concurrency', 1, MOST_REQUESTS);
  checkWhole(highWaterMark, operation, 'highWaterMark', blockSize);
  if (highWaterMark % blockSize !== 0) {
    throw invalid(
      operation,
      'highWaterMark',
      `a multiple of the block size, ${blockSize} bytes`,
      highWaterMark,
      path,
    );
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw invalid(operation, 'signal', 'an AbortSignal', signal, path);
  }
  return { start, highWaterMark, concurrency };
}
