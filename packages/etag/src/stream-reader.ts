import { isErrored, isReadable, Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isUint8Array } from './bytes.js';
import { ChecksumError } from './checksum-error.js';
import { describe } from './describe.js';

/** A source of bytes, piece by piece. Strings are taken as UTF-8. */
export type StreamSource =
  | Readable
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array | string>
  | Iterable<Uint8Array | string>;

/** One way to read all kinds of sources. */
export interface StreamReader {
  /** The next piece, unchecked. */
  next(): Promise<IteratorResult<unknown>> | IteratorResult<unknown>;
  /** Gives the source up early. Also ends a `next()` that waits for data, where the source can. */
  cancel(reason: unknown): unknown;
}

/** How many pieces of an array or a generator are taken before timers and input get a turn. */
const PIECES_A_TURN = 16;

/**
 * Begins to read a source from which nothing has been lost.
 *
 * @throws {@link ChecksumError} `INVALID_ARGUMENT` if the source is none, was already read or destroyed, is locked, or
 * decodes its bytes: what is no text in that encoding would not come back
 *
 * @example
 * ```ts
 * const reader = streamReader(createReadStream('./photo.jpg'));
 * for (let next = await reader.next(); !next.done; next = await reader.next()) take(next.value);
 * ```
 */
export function streamReader(source: StreamSource): StreamReader {
  if (isNodeStream(source)) return nodeReader(source);
  if (isWebStream(source)) return webReader(source);
  if (typeof source === 'object' && source !== null && !isUint8Array(source)) {
    if (Symbol.asyncIterator in source) return iteratorReader(source[Symbol.asyncIterator]());
    if (Symbol.iterator in source) return politeReader(source[Symbol.iterator]());
  }
  throw new ChecksumError(
    'INVALID_ARGUMENT',
    `source must be a stream or an iterable of Uint8Array or string pieces, but is ${describe(source)}`,
  );
}

/** Streams of other copies of Node's streams are no instances of this one's. */
function isNodeStream(source: unknown): source is Readable {
  const { pipe, destroy } = (source ?? {}) as Partial<Readable>;
  return source instanceof Readable || (typeof pipe === 'function' && typeof destroy === 'function');
}

function nodeReader(stream: Readable): StreamReader {
  const { readableEncoding: encoding = null, errored = null } = stream;
  if (encoding !== null) {
    throw new ChecksumError(
      'INVALID_ARGUMENT',
      `source must give bytes, but its encoding is ${describe(encoding)}`,
    );
  }
  if (stream.readableEnded || (stream.destroyed && errored === null)) throw alreadyRead();
  const iterator = stream[Symbol.asyncIterator]();
  return { next: () => iterator.next(), cancel: () => stream.destroy() };
}

function isWebStream(source: unknown): source is ReadableStream<Uint8Array> {
  return typeof (source as Partial<ReadableStream> | null)?.getReader === 'function';
}

function webReader(stream: ReadableStream<Uint8Array>): StreamReader {
  if (stream.locked) {
    throw new ChecksumError('INVALID_ARGUMENT', 'source is locked to another reader');
  }
  const untyped = stream as unknown as Readable;
  if (Readable.isDisturbed(untyped) && !isReadable(untyped) && !isErrored(untyped)) throw alreadyRead();
  const reader = stream.getReader();
  return {
    next: () => reader.read() as Promise<IteratorResult<unknown>>,
    cancel: reason => reader.cancel(reason),
  };
}

function iteratorReader(iterator: AsyncIterator<unknown> | Iterator<unknown>): StreamReader {
  return { next: () => iterator.next(), cancel: () => iterator.return?.() };
}

/** A synchronous iterator never waits, so without pauses nothing could abort it. */
function politeReader(iterator: Iterator<unknown>): StreamReader {
  let pieces = 0;
  return {
    ...iteratorReader(iterator),
    async next() {
      pieces += 1;
      if (pieces % PIECES_A_TURN === 0) await nextTurn();
      return iterator.next();
    },
  };
}

function alreadyRead(): ChecksumError {
  return new ChecksumError('INVALID_ARGUMENT', 'source has already been read or destroyed');
}
