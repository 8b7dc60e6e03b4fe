import { AbortListeners } from './abort-listeners.js';
import type { Settled } from './load-addon.js';

interface PendingCall {
  resolve(value: unknown): void;
  reject(error: unknown): void;
  /** Native code uses its memory until the call has settled: kept here, it is not collected. */
  readonly buffer: ArrayBufferView | undefined;
  /** Stops listening to the call's signal. */
  release: (() => void) | undefined;
}

/** How many reads and writes are settled at a time. */
const TRANSFERS = 256;
/**
 * An id is a place among the calls plus so many times a turn, which is another one for each of the last 2^30 calls: what
 * is still under way about an earlier call of the same place does not meet the later one.
 */
const PLACES = 2 ** 22;
const TURNS = 2 ** 30;

/** The calls whose results are still to come. */
export class PendingCalls {
  /** Where the native side puts the results of reads and writes. */
  readonly transfers = new Float64Array(2 * TRANSFERS);
  // A Map would hash every id, and is rehashed all the time by calls that come and go.
  readonly #calls: (PendingCall | undefined)[] = [];
  readonly #free: number[] = [];
  readonly #signals = new AbortListeners();
  #turn = 1;
  #waiting = 0;

  /** Under which the next call is added; at least {@link PLACES}. */
  get nextId(): number {
    return this.#turn * PLACES + (this.#free.at(-1) ?? this.#calls.length);
  }

  /**
   * The id of a call that JavaScript waits for, which is not kept here: below {@link PLACES}, and another one each time,
   * for the same reason.
   */
  takeWaitingId(): number {
    this.#waiting = (this.#waiting % (PLACES - 1)) + 1;
    return this.#waiting;
  }

  add(
    resolve: (value: never) => void,
    reject: (error: unknown) => void,
    buffer: ArrayBufferView | undefined,
  ): void {
    const place = this.#free.pop() ?? this.#calls.length;
    this.#turn = (this.#turn % TURNS) + 1;
    this.#calls[place] = { resolve: resolve as PendingCall['resolve'], reject, buffer, release: undefined };
  }

  /** Calls `abort` when the signal is aborted before the call has settled. */
  listen(id: number, signal: AbortSignal, abort: () => void): void {
    const call = this.#calls[id % PLACES];
    if (!call) return;
    call.release = this.#signals.listen(signal, abort);
  }

  /** The native side's callback. */
  readonly settled: Settled = (transfers, others) => {
    for (let i = 0; i < transfers; i++) {
      this.#take(this.transfers[2 * i] as number)?.resolve(this.transfers[2 * i + 1]);
    }
    for (const [id, error, value] of others ?? []) {
      const call = this.#take(id);
      if (error === undefined) call?.resolve(value);
      else call?.reject(error);
    }
  };

  #take(id: number): PendingCall | undefined {
    const place = id % PLACES;
    const call = this.#calls[place];
    this.#calls[place] = undefined;
    this.#free.push(place);
    call?.release?.();
    return call;
  }
}
