import { type FileHandle, open } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChecksumError, type ChecksumPool } from '@curve-wcs/etag';
import { invalidArgument, WcsError } from '../errors.js';

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
  readAndDigest?(pool: ChecksumPool, target: Uint8Array, offset: number): Promise<PieceDigests>;
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

/** Opens a source of any kind. */
export async function openSource(source: UploadSource): Promise<RandomSource | SequentialSource> {
  if (typeof source === 'string' || source instanceof URL) return openFile(pathOf(source));
  if (source instanceof Uint8Array) return bytesSource(source);
  if (source instanceof ArrayBuffer) return bytesSource(new Uint8Array(source));
  if (source instanceof Blob) return blobSource(source);
  return sequentialSource(source);
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
      ? { readAndDigest: (pool, target, offset) => readAndDigest(pool, target, start + offset) }
      : {}),
    checkUnchanged: () => source.checkUnchanged(),
    close: async () => {},
  };
}

function pathOf(source: string | URL): string {
  if (typeof source === 'string') return resolve(source);
  if (source.protocol !== 'file:') throw wrongSource(`a ${source.protocol} URL`);
  return fileURLToPath(source);
}

async function openFile(path: string): Promise<RandomSource | SequentialSource> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const stats = await file.stat();
    if (stats.isDirectory()) throw invalidArgument('source', 'a file, not a folder', path);
    // Pipes and devices have no size to trust.
    if (!stats.isFile()) return sequentialSource(file.createReadStream(), basename(path));
    return fileSource(file, { path, size: stats.size, mtimeMs: stats.mtimeMs });
  } catch (error) {
    await file?.close();
    if (error instanceof WcsError) throw error;
    throw new WcsError('SOURCE_FAILED', `cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}

function fileSource(file: FileHandle, identity: FileIdentity): RandomSource {
  const changed = () => new WcsError('SOURCE_CHANGED', `${identity.path} changed while it was uploaded`);
  const failed = (error: Error) =>
    new WcsError('SOURCE_FAILED', `cannot read ${identity.path}: ${error.message}`, { cause: error });
  return {
    kind: 'random',
    size: identity.size,
    fileName: basename(identity.path),
    identity,
    async read(target, offset) {
      let filled = 0;
      while (filled < target.length) {
        const { bytesRead } = await file
          .read(target, filled, target.length - filled, offset + filled)
          .catch(error => Promise.reject(failed(error)));
        if (bytesRead === 0) throw changed();
        filled += bytesRead;
      }
    },
    async readAndDigest(pool, target, offset) {
      try {
        const part = { descriptor: file.fd, position: offset };
        return await pool.readAndDigest(part, target, { sha1: true, crc32: true });
      } catch (error) {
        throw error instanceof ChecksumError && error.code === 'FILE_CHANGED'
          ? changed()
          : failed(error as Error);
      }
    },
    async checkUnchanged() {
      const { size, mtimeMs } = await file.stat();
      if (size !== identity.size || mtimeMs !== identity.mtimeMs) throw changed();
    },
    close: () => file.close(),
  };
}

function bytesSource(bytes: Uint8Array): RandomSource {
  return {
    kind: 'random',
    size: bytes.length,
    bytes,
    fileName: undefined,
    identity: undefined,
    read: async (target, offset) => target.set(bytes.subarray(offset, offset + target.length)),
    checkUnchanged: async () => {},
    close: async () => {},
  };
}

function blobSource(blob: Blob): RandomSource {
  return {
    kind: 'random',
    size: blob.size,
    fileName: 'name' in blob && typeof blob.name === 'string' ? blob.name : undefined,
    identity: undefined,
    async read(target, offset) {
      try {
        target.set(new Uint8Array(await blob.slice(offset, offset + target.length).arrayBuffer()));
      } catch (error) {
        throw new WcsError('SOURCE_FAILED', `cannot read the blob: ${(error as Error).message}`, {
          cause: error,
        });
      }
    },
    checkUnchanged: async () => {},
    close: async () => {},
  };
}

/** A source of anything that yields chunks. */
export function sequentialSource(source: unknown, fileName?: string): SequentialSource {
  const iterator = iteratorOf(source);
  let rest: Uint8Array = new Uint8Array(0);
  let ended = false;
  return {
    kind: 'sequential',
    fileName,
    async fill(target) {
      let filled = 0;
      while (filled < target.length && !(ended && rest.length === 0)) {
        if (rest.length === 0) {
          const next = await Promise.resolve(iterator.next()).catch(error => {
            if (error instanceof WcsError && /^SOURCE_/.test(error.code)) throw error;
            throw new WcsError('SOURCE_FAILED', `the source failed: ${error?.message ?? error}`, {
              cause: error,
            });
          });
          ended = next.done === true;
          rest = next.done ? rest : bytesOf(next.value);
          continue;
        }
        const part = rest.subarray(0, target.length - filled);
        target.set(part, filled);
        rest = rest.subarray(part.length);
        filled += part.length;
      }
      return filled;
    },
    async close() {
      if (source instanceof Object && 'destroy' in source && typeof source.destroy === 'function') {
        // A pending read of a stalled stream ends only when the stream is destroyed.
        source.destroy();
      } else if (!ended) {
        // The iterator may be in the middle of a read that never ends: do not wait for it.
        void Promise.resolve(iterator.return?.()).catch(() => {});
      }
    },
  };
}

function iteratorOf(source: unknown): AsyncIterator<unknown> | Iterator<unknown> {
  if (source instanceof Object) {
    if (Symbol.asyncIterator in source) return (source as AsyncIterable<unknown>)[Symbol.asyncIterator]();
    if (Symbol.iterator in source) return (source as Iterable<unknown>)[Symbol.iterator]();
  }
  throw wrongSource(source);
}

function bytesOf(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (typeof chunk === 'string') return Buffer.from(chunk);
  throw invalidArgument('source', 'a stream of Uint8Array chunks', chunk);
}
