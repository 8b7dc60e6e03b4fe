import { onAbort } from './on-abort.js';
import type { ProgressOptions } from './progress.js';
import { type StreamSource, streamReader } from './stream-reader.js';

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
  const reader = streamReader(source);
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
