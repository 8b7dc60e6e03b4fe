import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isUint8Array } from './bytes.js';
import { ChecksumError } from './checksum-error.js';
import { describe } from './describe.js';
import { onAbort } from './on-abort.js';
import type { ProgressOptions } from './progress.js';

/** A source of bytes, piece by piece. Strings are taken as UTF-8. */
export type StreamSource =
  | Readable
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array | string>
  | Iterable<Uint8Array | string>;

/** How many pieces of an array or a generator are taken before timers and input get a turn. */
const PIECES_A_TURN = 16;

/** One way to read all kinds of sources. */
interface Reader {
  next(): Promise<IteratorResult<unknown>> | IteratorResult<unknown>;
  /** Gives the source up early. Must also end a `next()` that waits for data, where the source can. */
  cancel(reason: unknown): unknown;
}

/**
 * Gives every piece of `source` to `take`, which returns the piece's length in bytes.
 *
 * When the signal, the source, `take` or `onProgress` ends it early, the source is cancelled or destroyed.
 */
export async function consume(
  source: StreamSource,
  { signal, onProgress }: ProgressOptions,
  take: (piece: Uint8Array | string) => number,
): Promise<void> {
  signal?.throwIfAborted();
  const reader = readerOf(source);
  let interrupt = (_reason: unknown): void => {};
  const forget = onAbort(signal, () => interrupt(signal?.reason));
  try {
    for (let transferred = 0; ; ) {
      // A promise a step, instead of a race against one long-lived promise, which would collect reactions.
      const { done, value } = await new Promise<IteratorResult<unknown>>((resolve, reject) => {
        interrupt = reject;
        Promise.resolve(reader.next()).then(resolve, reject);
      });
      signal?.throwIfAborted();
      if (done) return;
      transferred += take(value as Uint8Array | string);
      onProgress?.({ transferred });
      signal?.throwIfAborted();
    }
  } catch (error) {
    // Not waited for: a source that hangs may hang here too. What it says now would hide the real error.
    Promise.resolve()
      .then(() => reader.cancel(error))
      .catch(() => {});
    throw error;
  } finally {
    forget();
  }
}

function readerOf(source: StreamSource): Reader {
  if (source instanceof Readable) return nodeReader(source);
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

function nodeReader(stream: Readable): Reader {
  if (stream.readableEncoding !== null && stream.readableEncoding !== 'utf8') {
    throw new ChecksumError(
      'INVALID_ARGUMENT',
      `source must give bytes or UTF-8, but its encoding is ${describe(stream.readableEncoding)}`,
    );
  }
  if (stream.readableEnded || (stream.destroyed && stream.errored === null)) {
    throw new ChecksumError('INVALID_ARGUMENT', 'source has already been read or destroyed');
  }
  const iterator = stream[Symbol.asyncIterator]();
  return { next: () => iterator.next(), cancel: () => stream.destroy() };
}

function isWebStream(source: object): source is ReadableStream<Uint8Array> {
  return typeof (source as Partial<ReadableStream>)?.getReader === 'function';
}

function webReader(stream: ReadableStream<Uint8Array>): Reader {
  if (stream.locked) {
    throw new ChecksumError('INVALID_ARGUMENT', 'source is locked to another reader');
  }
  const reader = stream.getReader();
  return {
    next: () => reader.read() as Promise<IteratorResult<unknown>>,
    cancel: reason => reader.cancel(reason),
  };
}

function iteratorReader(iterator: AsyncIterator<unknown> | Iterator<unknown>): Reader {
  return { next: () => iterator.next(), cancel: () => iterator.return?.() };
}

/** A synchronous iterator never waits, so without pauses nothing could abort it. */
function politeReader(iterator: Iterator<unknown>): Reader {
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
