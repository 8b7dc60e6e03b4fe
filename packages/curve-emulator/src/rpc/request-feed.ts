/** How many calls a reader may lag behind without missing one. */
const capacity = 500;

/** The calls that have ended, by numbers in the order in which they did, for those who look on. */
export class RequestFeed<Call> {
  readonly #waiting = new Set<() => void>();
  #calls: Call[] = [];
  #last = 0;

  /** The number of the latest call; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  /** Takes note of a call that has ended, be it without an answer. */
  add(call: Call): void {
    this.#last += 1;
    this.#calls.push(call);
    if (this.#calls.length > capacity * 2) this.#calls = this.#calls.slice(-capacity);
    for (const wake of this.#waiting) wake();
  }

  /** The calls with a higher number, oldest first. */
  after(number: number): { number: number; call: Call }[] {
    const calls = this.#calls.slice(-capacity);
    const first = this.#last - calls.length + 1;
    return calls
      .map((call, index) => ({ number: first + index, call }))
      .slice(Math.max(0, number - first + 1));
  }

  /** Waits until there is a call with a higher number, or until `signal` says that it is enough. */
  async waitAfter(number: number, signal: AbortSignal): Promise<void> {
    if (this.#last > number || signal.aborted) return;
    await new Promise<void>(resolve => {
      const done = () => {
        this.#waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting.add(done);
      signal.addEventListener('abort', done);
    });
  }
}
