import { untilAborted } from '../abort.js';

/** Hands values from many producers to one consumer, who may be slower than they are. */
export class Channel<T extends object> {
  readonly #capacity: number;
  readonly #values: T[] = [];
  readonly #producers: (() => void)[] = [];
  #consumer: (() => void) | undefined;
  #ended = false;
  #failure: unknown;

  /** @param capacity - how many values may lie there unread before producers wait */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Adds a value; waits as long as too many lie there. */
  async push(value: T, signal: AbortSignal): Promise<void> {
    this.#values.push(value);
    this.#consumer?.();
    if (this.#values.length <= this.#capacity) return;
    await untilAborted(new Promise<void>(resolve => this.#producers.push(resolve)), signal);
  }

  /** No more values come; with `failure` the consumer's loop fails behind the last one. */
  end(failure: unknown): void {
    this.#ended = true;
    this.#failure = failure;
    this.#consumer?.();
  }

  /** The next value; undefined at the end. */
  async take(): Promise<T | undefined> {
    for (;;) {
      const value = this.#values.shift();
      if (value !== undefined) {
        this.#producers.shift()?.();
        return value;
      }
      if (this.#ended) {
        if (this.#failure !== undefined) throw this.#failure;
        return undefined;
      }
      await new Promise<void>(resolve => {
        this.#consumer = resolve;
      });
      this.#consumer = undefined;
    }
  }
}
