import { EventEmitter } from 'node:events';
import { types } from 'node:util';
import { invalidArgument, WcsError } from '../errors.js';
import { type SequentialSource, wrongSource } from './source.js';

/** A source of anything that yields chunks. */
export function sequentialSource(source: unknown, fileName?: string): SequentialSource {
  const iterator = iteratorOf(source);
  keepFailure(source);
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
      if (isObject(source) && 'destroy' in source && typeof source.destroy === 'function') {
        // A pending read of a stalled stream ends only when the stream is destroyed.
        source.destroy();
      } else if (!ended) {
        // The iterator may be in the middle of a read that never ends: do not wait for it.
        void Promise.resolve(iterator.return?.()).catch(() => {});
      }
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

function iteratorOf(source: unknown): AsyncIterator<unknown> | Iterator<unknown> {
  if (isObject(source)) {
    if (Symbol.asyncIterator in source) return (source as AsyncIterable<unknown>)[Symbol.asyncIterator]();
    if (Symbol.iterator in source) return (source as Iterable<unknown>)[Symbol.iterator]();
  }
  throw wrongSource(source);
}

// Not by `instanceof`: in test runners such as Jest, streams are no instances of the Object that is seen here.
function isObject(source: unknown): source is object {
  return typeof source === 'object' && source !== null;
}

function bytesOf(chunk: unknown): Uint8Array {
  if (types.isUint8Array(chunk)) return chunk;
  if (typeof chunk === 'string') return Buffer.from(chunk);
  throw invalidArgument('source', 'a stream of Uint8Array chunks', chunk);
}
