import { WcsError } from '../errors.js';
import { pauseBefore, type RetryPolicy } from './retry.js';

/** An attempt that brought fewer bytes was none that got on: a service may drip for ever. */
const HEADWAY = 16 * 1024;

/** Counts the attempts of a transfer that breaks off again and again, since the last one that got on. */
export class Headway {
  readonly #policy: RetryPolicy;
  readonly #signal: AbortSignal | undefined;
  #failures = 0;

  /** @param policy - its limit is that of extra attempts in a row that may bring next to nothing */
  constructor(policy: RetryPolicy, signal: AbortSignal | undefined) {
    this.#policy = policy;
    this.#signal = signal;
  }

  /** After an attempt that failed with so many new bytes: waits for the next one, or fails if none can help. */
  async again(error: unknown, bytes: number): Promise<void> {
    this.#failures = bytes >= HEADWAY ? 1 : this.#failures + 1;
    const worthwhile = error instanceof WcsError && error.retryable && this.#failures <= this.#policy.limit;
    if (!worthwhile) throw error;
    await pauseBefore(this.#failures, error, this.#policy, this.#signal);
  }
}
