import { dayOf } from './day.js';
import type { UsageRecord } from './metadata-store.js';

/** How much a bucket stores on the last day on which that changed. */
interface LastDay {
  day: string;
  usage: UsageRecord;
}

/** A change of what a bucket stores. */
export interface UsageChange {
  bucket: string;
  /** In milliseconds since the epoch. */
  at: number;
  /** In bytes; negative for less. */
  difference: number;
}

/**
 * Keeps how much each bucket stores from day to day. Whoever writes the objects writes what this tells, in the same
 * batch.
 */
export class UsageLedger {
  readonly #readLast: (bucket: string) => Promise<LastDay | undefined>;
  readonly #last = new Map<string, LastDay>();

  /** @param readLast - reads the latest day that was written of a bucket */
  constructor(readLast: (bucket: string) => Promise<LastDay | undefined>) {
    this.#readLast = readLast;
  }

  /**
   * Takes in changes, one list after the other.
   *
   * @returns the days to be written
   */
  async apply(changes: readonly UsageChange[]): Promise<(LastDay & { bucket: string })[]> {
    const touched = new Map<string, LastDay & { bucket: string }>();
    for (const { bucket, at, difference } of changes) {
      const last = this.#last.get(bucket) ?? (await this.#readLast(bucket)) ?? firstDay;
      // The past is written: what a clock that was turned back says counts for the latest day.
      const isNewDay = dayOf(at) > last.day;
      const day = isNewDay ? dayOf(at) : last.day;
      const peak = isNewDay ? last.usage.end : last.usage.peak;
      const end = last.usage.end + difference;
      const next = { day, usage: { peak: Math.max(peak, end), end } };
      this.#last.set(bucket, next);
      touched.set(`${day} ${bucket}`, { bucket, ...next });
    }
    return [...touched.values()];
  }

  /** Forgets what could not be written. */
  reset(): void {
    this.#last.clear();
  }
}

const firstDay: LastDay = { day: '', usage: { peak: 0, end: 0 } };
