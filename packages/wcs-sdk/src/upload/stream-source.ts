import { EventEmitter } from 'node:events';
import { types } from 'node:util';
import { ChecksumError, type StreamReader, type StreamSource, streamReader } from '@curve-wcs/etag';
import { invalidArgument, WcsError } from '../errors.js';
import { type SequentialSource, wrongSource } from './source.js';

/** A source of anything that yields chunks. */
export function sequentialSource(source: unknown, fileName?: string): SequentialSource {
  keepFailure(source);
  const reader = readerOf(source);
  let rest: Uint8Array = new Uint8Array(0);
  let ended = false;
  return {
    kind: 'sequential',
    fileName,
    async fill(target) {
      let filled = 0;
      while (filled < target.length && !(ended && rest.length === 0)) {
        if (rest.length === 0) {
          const next = await Promise.resolve(reader.next()).catch(error => {
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
      // Not waited for: a source that hangs may hang here, too.
      if (!ended) void Promise.resolve(reader.cancel(undefined)).catch(() => {});
    },
  };
}

/**
 * Lets a stream fail before it is read: reading it tells of that, while an `error` event that nobody hears ends the
 * process.
 */
export function keepFailure(source: unknown): void {
  if (source instanceof EventEmitter) source.on('error', () => {});
}

/** What a checksum could not be made of cannot be uploaded either: bytes would be lost. */
function readerOf(source: unknown): StreamReader {
  try {
    return streamReader(source as StreamSource);
  } catch (error) {
    if (!(error instanceof ChecksumError)) throw error;
    if (!(Symbol.asyncIterator in Object(source))) throw wrongSource(source);
    throw new WcsError('INVALID_ARGUMENT', error.message, { cause: error });
  }
}

function bytesOf(chunk: unknown): Uint8Array {
  if (types.isUint8Array(chunk)) return chunk;
  if (typeof chunk === 'string') return Buffer.from(chunk);
  throw invalidArgument('source', 'a stream of Uint8Array chunks', chunk);
}
