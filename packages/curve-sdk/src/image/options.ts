import type { CallOptions } from '../call-options.js';

/** How far an import or export is. */
export interface ImageProgress {
  /** Bytes of the image that are dealt with, with those before `start`. */
  readonly transferred: number;
  /** Bytes of the image, where that is known. */
  readonly total?: number;
  /** Bytes that were written to the target. */
  readonly written: number;
  /** Bytes of zeros that the target did not need to be told. */
  readonly skipped: number;
  /**
   * All of the image before this byte is in the target (a stream was given it): `start` goes on from here after an
   * interruption.
   */
  readonly safe: number;
}

/** What {@link Volume.import} and {@link Volume.export} share. */
export interface ImageOptions extends CallOptions {
  /**
   * Where the image begins in the volume, in bytes.
   *
   * @default 0
   */
  readonly offset?: number | undefined;
  /**
   * Goes on at this byte of the image: what is before it is in the target already.
   *
   * @default 0
   */
  readonly start?: number | undefined;
  /**
   * Leaves out zeros where the target has zeros anyway.
   *
   * @default true
   */
  readonly sparse?: boolean | undefined;
  /**
   * Requests to the volume under way at a time.
   *
   * @default 8
   */
  readonly concurrency?: number | undefined;
  /**
   * Bytes of one request; a multiple of the block size. Memory is `concurrency` times this and a little more.
   *
   * @default 1 MiB
   */
  readonly chunkSize?: number | undefined;
  /** Called at most 20 times a second, and once at the end, also when it is a failure. */
  readonly onProgress?: ((progress: ImageProgress) => void) | undefined;
}

/** Options of {@link Volume.import}. */
export type ImportOptions = ImageOptions;

/** Options of {@link Volume.export}. */
export interface ExportOptions extends ImageOptions {
  /**
   * Bytes of the image.
   *
   * @default all from `offset` to the end of the volume
   */
  readonly length?: number | undefined;
}

/** What an import or export has done. */
export interface ImageResult {
  /** Bytes of the image, with those before `start`. */
  readonly length: number;
  /** Bytes that were written to the target. */
  readonly written: number;
  /** Bytes of zeros that the target did not need to be told. */
  readonly skipped: number;
}
