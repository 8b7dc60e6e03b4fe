/** Memory that all connections share: who finds too little waits, and is served in the order of coming. */
export class ByteBudget {
  readonly #waiting = new Set<() => void>();
  #left: number;
  readonly #total: number;

  constructor(total: number) {
    this.#total = total;
    this.#left = total;
  }

  /**
   * Takes bytes, if they are there and nobody waits; else calls `onRoom` once when it is time to try again. What is more
   * than all is taken when nobody else has any.
   */
  take(bytes: number, onRoom: () => void): boolean {
    const isThere = bytes <= this.#left || this.#left === this.#total;
    const [first = onRoom] = this.#waiting;
    if (bytes === 0 || (isThere && first === onRoom)) {
      this.#waiting.delete(onRoom);
      this.#left -= bytes;
      return true;
    }
    this.#waiting.add(onRoom);
    return false;
  }

  /** Gives them back. */
  give(bytes: number): void {
    if (bytes === 0) return;
    this.#left += bytes;
    this.#serve();
  }

  /** Whoever waits no longer must not hold up the others. */
  leave(onRoom: () => void): void {
    if (this.#waiting.delete(onRoom)) this.#serve();
  }

  /** The first in the line tries; once it has what it wants, so does the next. */
  #serve(): void {
    for (;;) {
      const [first] = this.#waiting;
      if (first === undefined) return;
      first();
      const [next] = this.#waiting;
      if (next === first) return;
    }
  }
}
