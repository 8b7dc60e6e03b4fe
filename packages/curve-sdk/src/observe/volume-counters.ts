import { Counters, type OperationMetrics } from './operation-counters.js';

/** Volumes that are closed and still told of one by one. */
const MOST_CLOSED = 64;
/** What those before them are called together: no path is. */
export const CLOSED_VOLUMES = '(closed)';

/**
 * The counters of volumes by their paths: of all that are open and the last that were closed, so that a program that opens
 * one after the other needs no more and more memory. What others did before them is one sum.
 */
export class VolumeCounters {
  readonly #open = new Map<string, { readonly counters: Counters; times: number }>();
  /** In the order in which they were closed. */
  readonly #closed = new Map<string, Counters>();
  readonly #before = new Counters(CLOSED_VOLUMES);

  /** A volume has been opened, once more perhaps. */
  opened(path: string): Counters {
    const open = this.#open.get(path);
    if (open !== undefined) {
      open.times++;
      return open.counters;
    }
    const counters = this.#closed.get(path) ?? new Counters(path);
    this.#closed.delete(path);
    this.#open.set(path, { counters, times: 1 });
    return counters;
  }

  /** It has been closed as often as that is called. */
  closed(path: string): void {
    const open = this.#open.get(path);
    if (open === undefined || --open.times > 0) return;
    this.#open.delete(path);
    this.#closed.set(path, open.counters);
    for (const [path, counters] of this.#closed) {
      if (this.#closed.size <= MOST_CLOSED) return;
      // Who has not taken all extents yet has a call under way.
      if (!counters.isIdle) continue;
      this.#closed.delete(path);
      this.#before.absorb(counters);
    }
  }

  report(): OperationMetrics[] {
    const open = [...this.#open.values()].map(({ counters }) => counters);
    return [...open, ...this.#closed.values(), this.#before].flatMap(counters => counters.report());
  }
}
