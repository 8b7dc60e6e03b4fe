import type { CallOptions } from '../call-options.js';
import type { ReadModifyWrite } from './vector.js';

/** Where in a volume, and whether whole blocks are required. */
export interface RangeOptions extends CallOptions {
  /** Bytes from the volume's beginning. */
  readonly offset: number;
  /**
   * `'auto'` allows any offset and length: the blocks around them are read too, and written back.
   *
   * @default offset and length must be multiples of the block size
   */
  readonly align?: 'auto' | undefined;
}

/** Options of {@link Volume.read} into the caller's memory. */
export interface ReadIntoOptions<T extends Uint8Array = Uint8Array> extends RangeOptions {
  /** Is filled; must be left alone until the read settles. */
  readonly buffer: T;
  /** That of the buffer. */
  readonly length?: undefined;
}

/** Options of {@link Volume.read} into new memory. */
export interface ReadNewOptions extends RangeOptions {
  /** Bytes. */
  readonly length: number;
  /** None. */
  readonly buffer?: undefined;
}

/** What {@link Volume.read} gives. */
export interface ReadResult<T extends Uint8Array = Uint8Array> {
  /** The bytes: the caller's `buffer`, or new memory. */
  readonly data: T;
  /** As many as were asked for. */
  readonly bytesRead: number;
}

/** What {@link Volume.readv} gives. */
export interface ReadVectorResult {
  /** As many as there is room for in the buffers. */
  readonly bytesRead: number;
}

/** Options of {@link Volume.write}. */
export type WriteOptions = RangeOptions;

/** Options of {@link Volume.readv} and {@link Volume.writev}. */
export type VectorOptions = RangeOptions;

/** What {@link Volume.write} and {@link Volume.writev} give. */
export interface WriteResult {
  /** As many as were given. */
  readonly bytesWritten: number;
  /** What was done beyond that, where `align: 'auto'` had to read and write back blocks. */
  readonly aligned?: ReadModifyWrite;
}

/** Options of {@link Volume.discard}. */
export interface DiscardOptions extends CallOptions {
  /** Bytes from the volume's beginning. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
}
