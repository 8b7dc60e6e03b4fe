/** Up to where everything is done, when parts of a sequence are finished in any order. */
export class Frontier {
  #position: number;
  readonly #ahead = new Map<number, number>();

  constructor(start: number) {
    this.#position = start;
  }

  /** All before it is done. */
  get position(): number {
    return this.#position;
  }

  /** A part is done. Parts do not overlap. */
  done(start: number, end: number): void {
    this.#ahead.set(start, end);
    for (
      let next = this.#ahead.get(this.#position);
      next !== undefined;
      next = this.#ahead.get(this.#position)
    ) {
      this.#ahead.delete(this.#position);
      this.#position = next;
    }
  }
}
