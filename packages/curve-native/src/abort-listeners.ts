/**
 * Listens to the signals of calls, once to each signal however many calls have it: programs give one signal to
 * thousands of calls, and Node.js warns of more than ten listeners.
 */
export class AbortListeners {
  readonly #calls = new Map<AbortSignal, Set<() => void>>();
  readonly #aborted = ({ target }: Event) => {
    for (const abort of this.#calls.get(target as AbortSignal) ?? []) abort();
  };

  /**
   * Calls `abort` when the signal is aborted, or at once if it is already.
   *
   * @returns ends that
   */
  listen(signal: AbortSignal, abort: () => void): () => void {
    const calls = this.#calls.get(signal) ?? new Set();
    if (calls.size === 0) {
      this.#calls.set(signal, calls);
      signal.addEventListener('abort', this.#aborted);
    }
    calls.add(abort);
    if (signal.aborted) abort();
    return () => {
      calls.delete(abort);
      if (calls.size > 0) return;
      signal.removeEventListener('abort', this.#aborted);
      this.#calls.delete(signal);
    };
  }
}
