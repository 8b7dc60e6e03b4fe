import { setMaxListeners } from 'node:events';
import { aborted, type CurveError } from '../errors/curve-error.js';

/** What ends a stream's requests: the caller's signal, or the stream's own end. */
export class StreamAbort {
  readonly #controller = new AbortController();
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort: (() => void) | undefined;

  /** @param destroy - what an abort by the caller does to the stream */
  constructor(
    signal: AbortSignal | undefined,
    destroy: (error: CurveError) => void,
    operation: string,
    path: string,
  ) {
    // Each request listens, and there are several.
    setMaxListeners(0, this.#controller.signal);
    if (signal === undefined) return;
    this.#signal = signal;
    this.#onAbort = () => destroy(aborted(signal, operation, path));
    if (signal.aborted) queueMicrotask(this.#onAbort);
    else signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** For the requests. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends the requests, and lets go of the caller's signal. */
  end(): void {
    if (this.#onAbort !== undefined) this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#controller.abort();
  }
}
