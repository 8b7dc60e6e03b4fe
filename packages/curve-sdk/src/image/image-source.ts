import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { types } from 'node:util';
import { invalid } from '../checks.js';
import { CurveError } from '../errors/curve-error.js';

/** What can be imported: the path of a file, bytes, or a Node or web stream of bytes. */
export type ImageSource =
  | string
  | Uint8Array
  | Readable
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>;

/** An image that is read once, from its beginning or some byte of it to its end. */
export interface OpenImage {
  /** Bytes, where that is known. */
  readonly size: number | undefined;
  /** Passes over the first bytes. */
  skip(length: number): Promise<void>;
  /** Fills `target` from where the last call ended; fewer bytes mean that the image has ended. */
  fill(target: Uint8Array): Promise<number>;
  /** Fails if the image is not what it was when it was opened. */
  checkUnchanged(): Promise<void>;
  /** Releases the source; destroys a stream that has not ended. */
  close(): Promise<void>;
}

/** Opens a source of any kind. */
export async function openImage(source: unknown, operation: string): Promise<OpenImage> {
  if (typeof source === 'string') return openFile(source, operation);
  if (types.isUint8Array(source)) return bytesImage(source);
  if (source instanceof ReadableStream && source.locked) {
    throw invalid(operation, 'source', 'a stream that nobody else has locked', source);
  }
  if (typeof source === 'object' && source !== null && Symbol.asyncIterator in source) {
    return streamImage(source as AsyncIterable<unknown>, operation);
  }
  throw invalid(operation, 'source', 'the path of a file, bytes or a stream', source);
}

async function openFile(path: string, operation: string): Promise<OpenImage> {
  const failed = failureOf(operation, `cannot read ${path}`);
  const file = await open(path, 'r').catch(failed);
  const stats = await file.stat().catch(failed);
  if (stats.isDirectory()) {
    await file.close();
    throw invalid(operation, 'source', 'a file, not a folder', path);
  }
  // Pipes, devices and files such as those in /proc have no size to trust.
  if (
    !stats.isFile() ||
    (stats.size === 0 && (await readSome(file, new Uint8Array(1), 0, 1, 0).catch(failed)) > 0)
  )
    return streamImage(file.createReadStream(), operation);
  const { size, mtimeMs } = stats;
  const changed = (): never => {
    throw new CurveError('SOURCE_FAILED', `${operation}: ${path} changed meanwhile`, { operation });
  };
  let position = 0;
  return {
    size,
    async skip(length) {
      position += length;
    },
    async fill(target) {
      const wanted = Math.min(target.length, size - position);
      for (let filled = 0; filled < wanted; ) {
        const bytesRead = await readSome(file, target, filled, wanted, position).catch(failed);
        if (bytesRead === 0) changed();
        filled += bytesRead;
        position += bytesRead;
      }
      return wanted;
    },
    async checkUnchanged() {
      const now = await file.stat().catch(failed);
      if (now.size !== size || now.mtimeMs !== mtimeMs) changed();
    },
    close: () => file.close(),
  };
}

async function readSome(file: FileHandle, target: Uint8Array, from: number, to: number, position: number) {
  return (await file.read(target, from, to - from, position)).bytesRead;
}

function bytesImage(bytes: Uint8Array): OpenImage {
  let position = 0;
  return {
    size: bytes.length,
    async skip(length) {
      position += length;
    },
    async fill(target) {
      const part = bytes.subarray(position, position + target.length);
      target.set(part);
      position += part.length;
      return part.length;
    },
    checkUnchanged: async () => {},
    close: async () => {},
  };
}

function streamImage(stream: AsyncIterable<unknown>, operation: string): OpenImage {
  const iterator = stream[Symbol.asyncIterator]();
  const failed = failureOf(operation, 'the source failed');
  let rest: Uint8Array = new Uint8Array(0);
  let ended = false;
  /** The next bytes, at most so many; none at the end. */
  const take = async (most: number): Promise<Uint8Array> => {
    while (rest.length === 0 && !ended) {
      const next = await iterator.next().catch(failed);
      if (next.done) ended = true;
      else rest = bytesOf(next.value, operation);
    }
    const taken = rest.subarray(0, most);
    rest = rest.subarray(taken.length);
    return taken;
  };
  return {
    size: undefined,
    async skip(length) {
      for (let left = length; left > 0; ) {
        const { length: skipped } = await take(left);
        if (skipped === 0) throw invalid(operation, 'start', 'within the source', length);
        left -= skipped;
      }
    },
    async fill(target) {
      let filled = 0;
      while (filled < target.length) {
        const part = await take(target.length - filled);
        if (part.length === 0) break;
        target.set(part, filled);
        filled += part.length;
      }
      return filled;
    },
    checkUnchanged: async () => {},
    async close() {
      if ('destroy' in stream && typeof stream.destroy === 'function') {
        // A pending read of a stalled stream ends only when the stream is destroyed.
        stream.destroy();
      } else if (!ended) {
        // The iterator may be in the middle of a read that never ends: do not wait for it.
        void Promise.resolve(iterator.return?.()).catch(() => {});
      }
    },
  };
}

function bytesOf(chunk: unknown, operation: string): Uint8Array {
  if (types.isUint8Array(chunk)) return chunk;
  if (typeof chunk === 'string') return Buffer.from(chunk);
  throw invalid(operation, 'source', 'a stream of Uint8Array chunks', chunk);
}

function failureOf(operation: string, what: string) {
  return (cause: unknown): never => {
    const message = `${operation}: ${what}: ${types.isNativeError(cause) ? cause.message : String(cause)}`;
    throw new CurveError('SOURCE_FAILED', message, { operation, cause });
  };
}
