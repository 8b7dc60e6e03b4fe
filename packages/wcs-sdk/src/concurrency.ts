import { LinkedAbort, untilAborted } from './abort.js';

/** Things to work on, at hand or still to come. */
export type Source<T> = Iterable<T> | AsyncIterable<T>;

/**
 * Calls `work` for each item, at most `concurrency` at the same time; an item is asked for when there is room for it.
 * The first failure ends everything: items under way are aborted, and the source is told that no more is wanted.
 *
 * @param work - gets the item, and a signal to follow
 */
export async function forEachConcurrent<T>(
  source: Source<T>,
  concurrency: number,
  work: (item: T, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<void> {
  using abort = new LinkedAbort(signal);
  const items = one(source);
  const worker = async () => {
    try {
      for (;;) {
        // Whoever aborts does not wait for a source that is stuck.
        const next = await untilAborted(items.next(), abort.signal);
        if (next.done) return;
        await work(next.value, abort.signal);
      }
    } catch (error) {
      abort.abort(error);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  if (abort.signal.aborted) items.return(undefined).catch(() => {});
  abort.signal.throwIfAborted();
}

/** One generator for both kinds of source: parallel calls of its `next` are answered one after the other. */
async function* one<T>(source: Source<T>): AsyncGenerator<T, undefined, undefined> {
  yield* source;
}
