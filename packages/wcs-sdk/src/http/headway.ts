/** An attempt that brought fewer bytes was none that got on: a service may drip for ever. */
const HEADWAY = 16 * 1024;

/** Counts the attempts of a transfer that breaks off again and again, since the last one that got on. */
export class Headway {
  readonly #limit: number;
  #failures = 0;

  /** @param limit - extra attempts in a row that may bring next to nothing */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Tells, after an attempt that failed with so many new bytes, whether another one is worthwhile. */
  worthwhile(bytes: number): boolean {
    this.#failures = bytes >= HEADWAY ? 1 : this.#failures + 1;
    return this.#failures <= this.#limit;
  }
}
