interface Waiting<T> {
  items: readonly T[];
  resolve(): void;
  reject(reason: unknown): void;
}

/**
 * Makes one write of all that waits while another is under way: in the order it came, and with one flush of the disk
 * for all of it.
 */
export class CommitQueue<T> {
  readonly #write: (items: readonly T[]) => Promise<void>;
  #waiting: Waiting<T>[] = [];
  #writing: Promise<void> | undefined;

  constructor(write: (items: readonly T[]) => Promise<void>) {
    this.#write = write;
  }

  /** Settles as the write does that the items went into. */
  add(items: readonly T[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ items, resolve, reject });
      this.#writing ??= this.#writeAll();
    });
  }

  /** Waits for what is under way or waiting. */
  async idle(): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(batch.flatMap(({ items }) => items));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#writing = undefined;
  }
}
