import type { ChecksumPool } from '@curve-wcs/etag';
import { untilAborted } from '../abort.js';
import { Span } from './span.js';

/**
 * What uploads that run at the same time share: so many slots, each good for one request under way and the memory
 * of its block. Every upload holds one slot from its start to its end, so none waits while it holds what another
 * waits for; further slots go to its blocks while nobody else wants them.
 */
export class UploadBudget {
  readonly #free: Span[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #total: number;
  #slots: number;

  constructor(slots: number) {
    this.#total = slots;
    this.#slots = slots;
  }

  /** Whether somebody waits for a slot. */
  get contended(): boolean {
    return this.#waiting.length > 0;
  }

  /** Takes a slot if there is one that nobody waits for. */
  tryAcquire(): boolean {
    if (this.#slots === 0) return false;
    this.#slots--;
    return true;
  }

  /** Waits for a slot. */
  async acquire(signal: AbortSignal): Promise<void> {
    if (this.tryAcquire()) return;
    let granted = () => {};
    const grant = new Promise<void>(resolve => {
      granted = resolve;
    });
    this.#waiting.push(granted);
    try {
      await untilAborted(grant, signal);
    } catch (error) {
      const place = this.#waiting.indexOf(granted);
      if (place >= 0) this.#waiting.splice(place, 1);
      else this.release();
      throw error;
    }
  }

  /** Gives a slot back. */
  release(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#slots++;
  }

  /** A span that earlier blocks have used, or a new one: making memory costs more than using it again. */
  takeSpan(capacity: number, pool: ChecksumPool | undefined, chunks: boolean): Span {
    const index = this.#free.findIndex(
      span => span.capacity === capacity && span.pool === pool && span.chunks === chunks,
    );
    return this.#free.splice(index, index < 0 ? 0 : 1)[0] ?? new Span(capacity, pool, chunks);
  }

  /** Keeps a span for the next block. */
  giveSpan(span: Span): void {
    this.#free.push(span);
    // Spans of other sizes and kinds do not pile up.
    if (this.#free.length > this.#total) this.#free.shift();
  }
}
