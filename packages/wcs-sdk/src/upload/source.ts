import type { ChecksumPool, WantedDigests } from '@curve-wcs/etag';
import { invalidArgument, type WcsError } from '../errors.js';

/**
 * Where an upload's bytes come from: a path or `file:` URL, bytes, a Blob or File, a Node or web stream, or
 * anything that yields chunks. Paths, bytes and blobs are read again when a request is repeated; streams are
 * read once, a block at a time.
 */
export type UploadSource =
  | string
  | URL
  | Uint8Array
  | ArrayBuffer
  | Blob
  | NodeJS.ReadableStream
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array | string>
  | Iterable<Uint8Array>;

/** What makes a file the same file when an upload is resumed. */
export interface FileIdentity {
  /** Absolute path. */
  path: string;
  /** Size in bytes. */
  size: number;
  /** Modification time in milliseconds. */
  mtimeMs: number;
}

/** The checksums of up to 4 MiB. */
export type PieceDigests = { sha1?: Uint8Array; crc32?: number };

/** A source whose bytes can be read at any offset, and again. */
export interface RandomSource {
  readonly kind: 'random';
  readonly size: number;
  readonly fileName: string | undefined;
  readonly identity: FileIdentity | undefined;
  /** The whole content, where it is in memory anyway. */
  readonly bytes?: Uint8Array;
  /** Reads exactly `target.length` bytes from `offset`; fails if the source has become shorter. */
  read(target: Uint8Array, offset: number): Promise<void>;
  /** The same, with the checksums of what was read; where a source has it, it costs less than hashing afterwards. */
  readAndDigest?(
    pool: ChecksumPool,
    target: Uint8Array,
    offset: number,
    wanted: WantedDigests,
  ): Promise<PieceDigests>;
  /** Fails with `SOURCE_CHANGED` if the source is not what it was when it was opened. */
  checkUnchanged(): Promise<void>;
  close(): Promise<void>;
}

/** A source that is read once, from start to end. */
export interface SequentialSource {
  readonly kind: 'sequential';
  readonly fileName: string | undefined;
  /** Size in bytes, where it is known beforehand. */
  readonly size?: number;
  /** Content type, where the source names one. */
  readonly mimeType?: string;
  /** Fills `target` from where the last call ended; fewer bytes mean that the source has ended. */
  fill(target: Uint8Array): Promise<number>;
  /** Releases the source; destroys a stream that has not ended. */
  close(): Promise<void>;
}

/** The error for what nothing can be read from. */
export function wrongSource(actual: unknown): WcsError {
  const allowed =
    'a path, a file: URL, bytes, a Blob or a stream (for http: and https: there is uploadFromUrl)';
  return invalidArgument('source', allowed, actual);
}

/** A stretch of a source, as a source of its own. Closing it does nothing: the whole is closed by its owner. */
export function sliceOf(source: RandomSource, start: number, size: number): RandomSource {
  const { readAndDigest } = source;
  return {
    kind: 'random',
    size,
    fileName: source.fileName,
    identity: undefined,
    ...(source.bytes ? { bytes: source.bytes.subarray(start, start + size) } : {}),
    read: (target, offset) => source.read(target, start + offset),
    ...(readAndDigest
      ? {
          readAndDigest: (pool, target, offset, wanted) =>
            readAndDigest(pool, target, start + offset, wanted),
        }
      : {}),
    checkUnchanged: () => source.checkUnchanged(),
    close: async () => {},
  };
}
