import type { ObjectStore } from './object-store.js';

/** How often is looked for what has ended, in milliseconds. The clock is the emulator's, so no timer can know. */
const interval = 500;

/** Deletes objects soon after they end, until it is stopped. */
export class ExpirySweeper {
  readonly #objects: ObjectStore;
  #timer: NodeJS.Timeout | undefined;
  #sweep: Promise<void> = Promise.resolve();

  constructor(objects: ObjectStore) {
    this.#objects = objects;
    this.#schedule();
  }

  /** Ends the sweeping, and waits for what is under way. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#sweep;
  }

  #schedule(): void {
    this.#timer = setTimeout(() => {
      // What cannot be deleted now is hidden all the same, and its turn comes again.
      this.#sweep = this.#objects.purge().catch(() => {});
      void this.#sweep.then(() => {
        if (this.#timer) this.#schedule();
      });
    }, interval).unref();
  }
}
