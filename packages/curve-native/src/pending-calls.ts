import type { Settled } from './load-addon.js';

interface PendingCall {
  resolve(value: unknown): void;
  reject(error: unknown): void;
  /** Native code uses its memory until the call has settled: kept here, it is not collected. */
  readonly buffer: Uint8Array | undefined;
  /** Stops listening to the call's signal. */
  release: (() => void) | undefined;
}

/** How many reads and writes are settled at a time. */
const TRANSFERS = 256;

/** The calls whose results are still to come. */
export class PendingCalls {
  /** Where the native side puts the results of reads and writes. */
  readonly transfers = new Float64Array(2 * TRANSFERS);
  readonly #calls = new Map<number, PendingCall>();

  add(
    id: number,
    resolve: (value: never) => void,
    reject: (error: unknown) => void,
    buffer: Uint8Array | undefined,
  ): void {
    this.#calls.set(id, { resolve: resolve as PendingCall['resolve'], reject, buffer, release: undefined });
  }

  /** Calls `abort` when the signal is aborted before the call has settled. */
  listen(id: number, signal: AbortSignal, abort: () => void): void {
    const call = this.#calls.get(id);
    if (!call) return;
    signal.addEventListener('abort', abort, { once: true });
    call.release = () => signal.removeEventListener('abort', abort);
    if (signal.aborted) abort();
  }

  /** The native side's callback. */
  readonly settled: Settled = (transfers, others) => {
    for (let i = 0; i < transfers; i++) {
      this.#take(this.transfers[2 * i])?.resolve(this.transfers[2 * i + 1]);
    }
    for (const [id, error, value] of others ?? []) {
      const call = this.#take(id);
      if (error === undefined) call?.resolve(value);
      else call?.reject(error);
    }
  };

  #take(id: number | undefined): PendingCall | undefined {
    const call = this.#calls.get(id as number);
    this.#calls.delete(id as number);
    call?.release?.();
    return call;
  }
}
