import type { Course } from '../call-options.js';
import type { Connection } from '../client/connection.js';

/**
 * Keeps read-modify-write whole against writes of NBD clients, which begin on the client's own thread, where `BlockTurns`
 * does not see them. Nothing is held where there are none.
 */
export class WriteHolds {
  #writers = 0;
  readonly #without = new Set<Promise<void>>();

  /** There may be such writes once this has resolved, until as many {@link leave}. */
  async enter(): Promise<void> {
    this.#writers++;
    await Promise.allSettled(this.#without);
  }

  leave(): void {
    this.#writers--;
  }

  /** Does something while no such write is under way in a range. */
  async during(
    { native }: Connection,
    fd: number,
    [start, end]: readonly [number, number],
    course: Course,
    work: () => Promise<void>,
  ): Promise<void> {
    if (this.#writers === 0) {
      const done = work();
      this.#without.add(done);
      return done.finally(() => this.#without.delete(done));
    }
    const hold = native.holdWrites(fd, start, end - start);
    try {
      await course.unlessOver(hold.held);
      await work();
    } finally {
      // A client that has ended holds nothing.
      hold.release().catch(() => {});
    }
  }
}
