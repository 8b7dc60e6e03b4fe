import { setMaxListeners } from 'node:events';

/** An abort controller that also follows the caller's signal, and lets go of it when disposed. */
export class LinkedAbort implements Disposable {
  readonly #controller = new AbortController();
  readonly #parent: AbortSignal | undefined;
  readonly #follow = () => this.#controller.abort(this.#parent?.reason);

  constructor(parent: AbortSignal | undefined) {
    parent?.throwIfAborted();
    this.#parent = parent;
    // Every request under way listens, and there may be many.
    setMaxListeners(0, this.#controller.signal);
    parent?.addEventListener('abort', this.#follow, { once: true });
  }

  /** Aborted when the caller aborts, or {@link abort} is called. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends the work that follows this signal. */
  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  [Symbol.dispose](): void {
    this.#parent?.removeEventListener('abort', this.#follow);
  }
}

/** Settles as `work` does, or rejects with the signal's reason as soon as it is aborted. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (stop) signal.removeEventListener('abort', stop);
    // When the race is lost, the work may still fail later: that is nobody's concern any more.
    work.catch(() => {});
  }
}
