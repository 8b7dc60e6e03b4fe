import { dayOf } from './day.js';
import type { DayCounts, MetadataStore } from './metadata-store.js';

/** How long counts wait in memory until they are written, in milliseconds. */
const delay = 1000;

/** Counts requests and traffic of buckets by day. What was counted in the last second is lost with the process. */
export class RequestCounters {
  readonly #metadata: MetadataStore;
  readonly #pending = new Map<string, { bucket: string; day: string; counts: DayCounts }>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(metadata: MetadataStore) {
    this.#metadata = metadata;
  }

  /** @param at - in milliseconds since the epoch */
  add(bucket: string, at: number, counts: DayCounts): void {
    const day = dayOf(at);
    const name = `${day} ${bucket}`;
    const pending = this.#pending.get(name);
    this.#pending.set(name, { bucket, day, counts: sum(pending?.counts ?? {}, counts) });
    this.#timer ??= setTimeout(() => {
      // Statistics are not worth an error: the counts wait for the next write.
      this.flush().catch(() => {});
    }, delay).unref();
  }

  /** Writes what is counted so far. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const writing = this.#writing.catch(() => {}).then(() => this.#write());
    this.#writing = writing;
    await writing;
  }

  async #write(): Promise<void> {
    for (const [name, { bucket, day, counts }] of [...this.#pending]) {
      this.#pending.delete(name);
      try {
        const before = await this.#metadata.getCounts(bucket, day);
        await this.#metadata.commit([{ type: 'put-counts', bucket, day, counts: sum(before, counts) }]);
      } catch (error) {
        this.#pending.set(name, { bucket, day, counts: sum(this.#pending.get(name)?.counts ?? {}, counts) });
        throw error;
      }
    }
  }
}

function sum(left: DayCounts, right: DayCounts): DayCounts {
  const total = { ...left };
  for (const [name, count] of Object.entries(right) as [keyof DayCounts, number][]) {
    total[name] = (total[name] ?? 0) + count;
  }
  return total;
}
