import { setMaxListeners } from 'node:events';
import type { CallOptions } from '../call-options.js';
import { onAbort } from './on-abort.js';

/**
 * Does several things at once. When one fails, or the caller aborts, the others are aborted; when this settles all of
 * them have ended, so that no buffer is in use any more.
 */
export async function together(
  work: readonly ((options: CallOptions) => Promise<unknown>)[],
  options: CallOptions,
): Promise<void> {
  const [only] = work;
  if (only !== undefined && work.length === 1) {
    await only(options);
    return;
  }
  const { signal } = options;
  const controller = new AbortController();
  // Each of them listens, and there may be many.
  setMaxListeners(0, controller.signal);
  const abort = () => controller.abort(signal?.reason);
  const release = signal && onAbort(signal, abort);
  if (signal?.aborted) abort();
  let failure: { error: unknown } | undefined;
  const part = { ...options, signal: controller.signal };
  try {
    await Promise.all(
      work.map(begin =>
        begin(part).catch(error => {
          failure ??= { error };
          controller.abort();
        }),
      ),
    );
  } finally {
    release?.();
  }
  if (failure) throw failure.error;
}
